"""The pupils of each school in each term, and their lines on a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from aidledger.demo.enrolment import Pupil, enrol
from aidledger.demo.listings import District, ListLine
from aidledger.demo.people import Person
from aidledger.demo.schools import Cell, DemoSchool, cells_for, schools_for
from aidledger.domain.program import Boarding, Level
from aidledger.domain.term import Period

Finished = list[tuple[int, Person]]
"""Who finished school, and in which year."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Pupils of one school in one term to whom the same standard applies."""

    semester: Period
    school: DemoSchool
    boarding: Boarding | None
    pupils: list[Pupil]

    @property
    def persons(self) -> list[Person]:
        """The pupils as people, the same in every term."""
        return [pupil.person for pupil in self.pupils]

    def line(
        self, pupil: Pupil, category: str, amounts_fen: tuple[int | None, ...], tier: str | None = None
    ) -> ListLine:
        """A pupil's line on the school's list."""
        return ListLine(
            person=pupil.person,
            school=self.school.name,
            level=self.school.level,
            grade=pupil.grade,
            class_no=pupil.class_no,
            entry_year=pupil.entry_year,
            category=category,
            amounts_fen=amounts_fen,
            boarding=self.boarding,
            tier=tier,
        )


def rolls_of(district: District, cells: Sequence[Cell], rng: Random) -> tuple[list[Roll], Finished]:
    """The rolls of all cells by term, exactly as large as in the cells; and those who finished."""
    terms, finished = enrol(cells, district.semesters, district.people, rng)
    rolls = [
        Roll(semester, cell.school, cell.boarding, pupils)
        for semester, term in zip(district.semesters, terms, strict=True)
        for cell, pupils in zip(cells, term, strict=True)
    ]
    return rolls, finished


def rolls_by_fee(
    district: District, level: Level, person_times: Iterable[tuple[int | None, int]], rng: Random
) -> tuple[list[Roll], Finished]:
    """The rolls of schools with these fees (in 分; None: the norm), and this many person-times in all terms."""
    names = district.school_names(level)
    cells = [
        cell
        for fee, n in person_times
        for cell in cells_for(n, schools_for(n, len(district.semesters), level, names, rng, fee), district.semesters)
    ]
    return rolls_of(district, cells, rng)
