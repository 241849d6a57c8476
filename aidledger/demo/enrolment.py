"""Enrolment by term: pupils stay, move up a grade, leave; others come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from aidledger.demo.people import People, Person
from aidledger.demo.schools import Cell
from aidledger.demo.solver import apportion
from aidledger.domain.program import Level
from aidledger.domain.term import Period

ENTRY_AGE: dict[Level, int] = {"preschool": 3, "primary": 6, "junior": 12, "senior": 15, "vocational": 15}
_LATE_ENTRY = {"preschool": 0.0, "primary": 0.04, "junior": 0.06, "senior": 0.06, "vocational": 0.12}  # a year later
_GOES_ON_TO: dict[Level, Level] = {"primary": "junior"}
_GO_ON_PERCENT = 95  # of those who finish a level and can go on in the district
_LEAVE_IN_AUTUMN, _LEAVE_IN_SPRING = 0.03, 0.012  # moved away, or no longer in hardship
_NEW_TO_FIRST_GRADE = 0.93  # of new pupils in autumn; the others come from elsewhere
_CUT_OFF_MONTH_DAY = (8, 31)  # the cut-off date of the entry age


@dataclass(frozen=True, slots=True)
class Pupil:
    """A person at a school in one term. ``grade`` 0 is the level's first, ``class_no`` 1 the first class."""

    person: Person
    grade: int
    class_no: int
    entry_year: int


Term = list[list[Pupil]]
"""The pupils of one term, cell by cell."""


@dataclass(slots=True)
class _Leaving:
    """Pupils who left a cell at the end of a term: finished, or moved."""

    finished: list[tuple[Cell, Pupil]] = field(default_factory=list)
    moved: list[tuple[Cell, Pupil]] = field(default_factory=list)


def enrol(
    cells: Sequence[Cell], semesters: Sequence[Period], people: People, rng: Random
) -> tuple[list[Term], list[tuple[int, Person]]]:
    """The pupils of every term and cell, exactly as many as in the cells, and those who finished in each year.

    Nobody is enrolled twice in a term. Pupils who go on to the next level keep number, name and card.
    """
    terms: list[Term] = [[_founders(cell, semesters[0], people, rng) for cell in cells]]
    finished: list[tuple[int, Person]] = []
    for t, semester in enumerate(semesters[1:], 1):
        new_year = semester.school_year > semesters[t - 1].school_year
        leaving = _Leaving()
        term = [
            _staying(cell, pupils, cell.sizes[t], leaving, rng, new_year=new_year)
            for cell, pupils in zip(cells, terms[-1], strict=True)
        ]
        finished += [(semester.year, pupil.person) for cell, pupil in leaving.finished]
        _take_finished(cells, term, t, semester, leaving.finished, rng)
        _take_moved(cells, term, t, leaving.moved, rng)
        for cell, pupils in zip(cells, term, strict=True):
            missing = cell.sizes[t] - len(pupils)
            pupils.extend(_newcomers(cell, missing, semester, people, rng, new_year=new_year))
        terms.append(term)
    return terms, finished


def _founders(cell: Cell, semester: Period, people: People, rng: Random) -> list[Pupil]:
    size = cell.sizes[0]
    return [_new_pupil(cell, i * cell.grades // size, semester, people, rng) for i in range(size)]


def _new_pupil(cell: Cell, grade: int, semester: Period, people: People, rng: Random) -> Pupil:
    entry_year = semester.school_year - grade
    level = cell.school.level
    born_in = entry_year - ENTRY_AGE[level] - (rng.random() < _LATE_ENTRY[level])
    last = date(born_in, *_CUT_OFF_MONTH_DAY)
    person = people.born(date(born_in - 1, 9, 1), last)
    return Pupil(person, grade, _class_of(cell, rng), entry_year)


def _class_of(cell: Cell, rng: Random) -> int:
    return 1 + int(rng.random() * cell.classes)


def _staying(
    cell: Cell, pupils: Sequence[Pupil], size: int, leaving: _Leaving, rng: Random, *, new_year: bool
) -> list[Pupil]:
    share = _LEAVE_IN_AUTUMN if new_year else _LEAVE_IN_SPRING
    stay: list[Pupil] = []
    for pupil in pupils:
        grade = pupil.grade + new_year
        if grade == cell.grades:
            leaving.finished.append((cell, pupil))
        elif rng.random() < share:
            leaving.moved.append((cell, Pupil(pupil.person, grade, pupil.class_no, pupil.entry_year)))
        else:
            stay.append(Pupil(pupil.person, grade, pupil.class_no, pupil.entry_year) if new_year else pupil)
    rng.shuffle(stay)
    leaving.moved += [(cell, pupil) for pupil in stay[size:]]
    del stay[size:]
    return stay


def _take_finished(
    cells: Sequence[Cell],
    term: Term,
    t: int,
    semester: Period,
    finished: Sequence[tuple[Cell, Pupil]],
    rng: Random,
) -> None:
    """Enrol pupils at the next level. Neighbours stay together, because both lists are ordered by place."""
    for level, following in _GOES_ON_TO.items():
        coming = [pupil.person for cell, pupil in finished if cell.school.level == level]
        room = [
            cell.sizes[t] - len(pupils) if cell.school.level == following else 0
            for cell, pupils in zip(cells, term, strict=True)
        ]
        shares = apportion(min(len(coming) * _GO_ON_PERCENT // 100, sum(room)), room)
        rest = iter(coming)
        for cell, pupils, share in zip(cells, term, shares, strict=True):
            pupils.extend(
                Pupil(person, 0, _class_of(cell, rng), semester.school_year)
                for person, _ in zip(rest, range(share), strict=False)
            )


def _take_moved(cells: Sequence[Cell], term: Term, t: int, moved: list[tuple[Cell, Pupil]], rng: Random) -> None:
    """Enrol half of those who left a school at another of the same level, if there is room."""
    rng.shuffle(moved)
    del moved[len(moved) // 2 :]
    for i, cell in enumerate(cells):
        places = (cell.sizes[t] - len(term[i])) // 3
        for origin, pupil in moved[: 4 * places]:
            if places > 0 and origin.school.level == cell.school.level and origin.school != cell.school:
                term[i].append(Pupil(pupil.person, pupil.grade, _class_of(cell, rng), pupil.entry_year))
                moved.remove((origin, pupil))
                places -= 1


def _newcomers(cell: Cell, count: int, semester: Period, people: People, rng: Random, *, new_year: bool) -> list[Pupil]:
    return [
        _new_pupil(
            cell,
            0 if new_year and rng.random() < _NEW_TO_FIRST_GRADE else rng.randrange(cell.grades),
            semester,
            people,
            rng,
        )
        for _ in range(count)
    ]
