"""Who is paid what by a school in one term, before it is written in the school's own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo.people import People, Person
from aidledger.demo.schools import DemoSchool, names
from aidledger.domain.program import Boarding, Level, Program, Rate
from aidledger.domain.published import PublishedLine, PublishedReport
from aidledger.domain.term import Half, Period, within
from aidledger.errors import Unsolvable

Sheeting = Literal["one", "per-grade"]


@dataclass(frozen=True, slots=True)
class ListLine:
    """One person on a list; ``amounts_fen`` by the list's programs, None for one that does not pay.

    ``school`` is the person's own: a university, on the office's own lists. ``grade_stated``: what the school writes
    instead of the grade's name; ``major``: instead of one of its own.
    """

    person: Person
    school: str
    level: Level
    grade: int
    class_no: int
    entry_year: int
    category: str
    amounts_fen: tuple[int | None, ...]
    boarding: Boarding | None = None
    tier: str | None = None
    short_course: bool = False
    grade_stated: str | None = None
    major: str | None = None


@dataclass(frozen=True, slots=True)
class DemoList:
    """A list to be sent in: its sender, period, programs and lines.

    ``part`` distinguishes a sender's lists for the same period and programs; ``month``: the month that it pays for, if
    not the whole term.
    """

    sender: str
    period: Period
    programs: tuple[Program, ...]
    folder: str
    style: int
    lines: tuple[ListLine, ...]
    part: str = ""
    sheeting: Sheeting = "one"
    month: int | None = None


@dataclass(frozen=True, slots=True)
class District:
    """The made-up district's sources: the standards, the figures to reach, and the people."""

    catalogue: Catalogue
    report: PublishedReport
    seed: int
    people: People
    names_taken: set[str]

    @property
    def name(self) -> str:
        """The district's name, which begins its schools' names."""
        return self.report.district or self.catalogue.district

    @property
    def semesters(self) -> tuple[Period, ...]:
        """The semesters of the report, in order."""
        return self._within(Period(year, half) for year in self._years for half in get_args(Half))

    @property
    def years(self) -> tuple[Period, ...]:
        """The years that begin in the report's span."""
        return self._within(Period(year) for year in self._years)

    def _within(self, periods: Iterable[Period]) -> tuple[Period, ...]:
        return tuple(period for period in periods if within(period, self.report.start, self.report.end))

    @property
    def _years(self) -> range:
        return range(self.report.start.year, self.report.end.end.year + 1)

    def rng(self, part: str) -> Random:
        """A random generator per part, so that a change in one part leaves the others unchanged."""
        return Random(f"{self.seed}:{part}")

    def school_names(self, level: Level) -> Iterator[str]:
        """Names for schools of a level."""
        return names(self.name, level, self.names_taken)

    def program(self, code: str) -> Program:
        """A program of the catalogue."""
        return self.catalogue.program(code)

    def line(self, code: str) -> PublishedLine | None:
        """The figures of a program; None where the report has none."""
        return next((line for line in self.report.lines if line.program == code), None)

    def rates(self, program: Program, level: Level | None = None, boarding: Boarding | None = None) -> tuple[Rate, ...]:
        """A program's rates in the report's periods; raises Unsolvable if they change in between."""
        periods = self.semesters if program.cadence == "semester" else self.years
        found = {program.rates(period, level, boarding) for period in periods}
        if len(found) != 1 or not any(found):
            why = "the demo needs a standard that is known and the same in all of the report's periods"
            raise Unsolvable(program=program.code, why=why)
        return found.pop()


def roll_order(line: ListLine) -> tuple[int, int, str]:
    """The order of a school's list: by grade and class, arbitrary within a class."""
    return line.grade, line.class_no, line.person.account[::-1]


def whole_list(
    school: DemoSchool, period: Period, programs: tuple[Program, ...], folder: str, lines: Sequence[ListLine]
) -> DemoList:
    """A school's list of a term, in roll order."""
    all_paid_alike = all(None not in line.amounts_fen for line in lines)
    sheeting: Sheeting = "per-grade" if school.style % 4 == 1 and all_paid_alike else "one"
    ordered = tuple(sorted(lines, key=roll_order))
    return DemoList(school.name, period, programs, folder, school.style, ordered, sheeting=sheeting)


def by_need(table: Sequence[tuple[int, str]], *, otherwise: str) -> Callable[[Person], str]:
    """A function from a person to the category of hardship: the first with need below its limit, or the default."""

    def category(person: Person) -> str:
        return next((name for below, name in table if person.need < below), otherwise)

    return category
