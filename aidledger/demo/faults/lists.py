"""Certifications and school registers that agree with the rosters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from aidledger.demo.enrolment import ENTRY_AGE
from aidledger.demo.faults.planting import DraftRoster, Planting
from aidledger.demo.listings import ListLine
from aidledger.demo.people import Person
from aidledger.demo.schools import GRADES
from aidledger.domain.program import Boarding, Level
from aidledger.domain.term import Period

UNAIDED = 12
"""Pupils in a register whom nobody aids: no school has none."""
_ENROLLED, _TRANSFERRED, _GRADUATED = "在读", "转出", "毕业"
_LEFT_IN_SUMMER, _LEFT_IN_WINTER = (7, 9), (1, 18)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A pupil in a school's register of one term; ``left_on``: if the pupil has left."""

    person: Person
    level: Level
    grade: int
    class_no: int
    entry_year: int
    boarding: Boarding | None = None
    status: str = _ENROLLED
    left_on: date | None = None

    def gone(self, term: Period, status: str = _TRANSFERRED) -> Enrolled:
        """The pupil as having left before a term began."""
        day = date(term.year, *(_LEFT_IN_SUMMER if term.half == "autumn" else _LEFT_IN_WINTER))
        return replace(self, status=status, left_on=day)


@dataclass(slots=True)
class Lists:
    """Certifications by school and school year, registers by school and term; both by document number.

    ``late``: the schools and years whose certifications came after the payments of autumn.
    """

    certified: dict[tuple[str, int], dict[str, ListLine]] = field(default_factory=lambda: defaultdict(dict))
    enrolled: dict[tuple[str, Period], dict[str, Enrolled]] = field(default_factory=lambda: defaultdict(dict))
    late: set[tuple[str, int]] = field(default_factory=set)


def lists_of(planting: Planting, semesters: Sequence[Period]) -> Lists:
    """The lists that agree with the present rosters."""
    lists = Lists()
    _certify(lists, planting.drafts)
    _enrol(lists, planting.drafts)
    for school in sorted({school for school, _ in lists.enrolled}):
        _keep_register(lists, school, semesters)
        _add_unaided(lists, planting, school, semesters)
    return lists


def _certify(lists: Lists, drafts: Iterable[DraftRoster]) -> None:
    """Certify everybody whom a school pays under a program that requires certified hardship."""
    for draft in drafts:
        certified = {program.code for program in draft.listing.programs if program.certified}
        for line in draft.lines if draft.period.semester else ():
            if any(code in certified for code, _ in draft.paid(line)):
                lists.certified[draft.school, draft.period.school_year].setdefault(line.person.number, line)


def _enrol(lists: Lists, drafts: Iterable[DraftRoster]) -> None:
    for draft in drafts:
        if draft.period.semester:
            register = lists.enrolled[draft.school, draft.period]
            for line in draft.lines:
                register[line.person.number] = Enrolled(
                    line.person, line.level, line.grade, line.class_no, line.entry_year, line.boarding
                )


def _keep_register(lists: Lists, school: str, semesters: Sequence[Period]) -> None:
    """Register those of the previous term who are no longer there as having left."""
    for before, term in pairwise(semesters):
        now = lists.enrolled[school, term]
        for number, pupil in lists.enrolled[school, before].items():
            if pupil.left_on is None and number not in now:
                last = pupil.grade == len(GRADES[pupil.level]) - 1 and term.school_year > before.school_year
                now[number] = pupil.gone(term, _GRADUATED if last else _TRANSFERRED)


def _add_unaided(lists: Lists, planting: Planting, school: str, semesters: Sequence[Period]) -> None:
    example = next(pupil for term in semesters for pupil in lists.enrolled[school, term].values())
    first = semesters[0].school_year
    for i in range(UNAIDED):
        grade = i % 2
        born_in = first - grade - ENTRY_AGE[example.level]
        person = planting.somebody(date(born_in - 1, 9, 1), date(born_in, 8, 31))
        for term in semesters:
            in_grade = grade + term.school_year - first
            lists.enrolled[school, term][person.number] = Enrolled(
                person, example.level, in_grade, 1, first - grade, example.boarding
            )
