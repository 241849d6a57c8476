"""The district's students at college."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from aidledger.demo.people import People, Person
from aidledger.demo.places import SHORT_COURSE_COLLEGES, UNIVERSITIES
from aidledger.domain.program import Bounds, Level
from aidledger.domain.term import Period

# Years since entry, and the number of such students; the fifth year is medicine.
_YEARS_SINCE_ENTRY = {0: 30, 1: 24, 2: 23, 3: 19, 4: 3, 5: 1}
_SHORT_COURSE_YEARS = 3
_SHORT_COURSE_SHARE = 0.35
_AGE_AT_ENTRY, _GRADUATE_AGE_AT_ENTRY = 18, 22
_LATE_ENTRY = 0.2


@dataclass(frozen=True, slots=True)
class Student:
    """A person at a college; ``short_course``: a three-year one (专科)."""

    person: Person
    college: str
    level: Level
    entry_year: int
    short_course: bool = False


def undergraduate(
    people: People, period: Period, rng: Random, *, entered: Bounds | None = None, fresher: Person | None = None
) -> Student:
    """A student in the school year that begins in ``period``: new, or a fresher from the district's high schools."""
    if fresher is not None:
        entry_year = period.year
    else:
        years = {period.year - since: n for since, n in _YEARS_SINCE_ENTRY.items()}
        possible = {year: n for year, n in years.items() if entered is None or year in entered}
        entry_year = rng.choices(list(possible or years), list((possible or years).values()))[0]
    short = period.year - entry_year < _SHORT_COURSE_YEARS and rng.random() < _SHORT_COURSE_SHARE
    born_in = entry_year - _AGE_AT_ENTRY - (rng.random() < _LATE_ENTRY)
    person = fresher or people.born(date(born_in - 1, 9, 1), date(born_in, 8, 31))
    return Student(
        person, rng.choice(SHORT_COURSE_COLLEGES if short else UNIVERSITIES), "undergraduate", entry_year, short
    )


def graduate(people: People, period: Period, rng: Random) -> Student:
    """A student with a first degree."""
    entry_year = period.year - rng.randrange(3)
    born_in = entry_year - _GRADUATE_AGE_AT_ENTRY
    person = people.born(date(born_in - 2, 9, 1), date(born_in, 8, 31))
    return Student(person, rng.choice(UNIVERSITIES), "graduate", entry_year)


def borrowers(
    people: People,
    period: Period,
    count: int,
    graduates: int,
    known: Sequence[Student],
    leavers: Sequence[Person],
    rng: Random,
) -> list[Student]:
    """Graduates first; then some who also get aid, some fresh from the district's high schools, and others."""
    stride = max(4, -(-len(leavers) // (count // 6 + 1)))
    chosen = [
        *(graduate(people, period, rng) for _ in range(graduates)),
        *known[: min(len(known) * 2 // 5, count // 10)],
        *(undergraduate(people, period, rng, fresher=person) for person in leavers[::stride]),
    ][:count]
    return chosen + [undergraduate(people, period, rng) for _ in range(count - len(chosen))]
