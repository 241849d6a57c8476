"""A school's roster as read: tables of pupils, each paid under one or more programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aidledger.domain.lines import Lines
from aidledger.domain.listing import ListTable
from aidledger.domain.part import person_times
from aidledger.domain.problem import Problem, Severity
from aidledger.domain.term import Period


class Fate(StrEnum):
    """How a row was classified. Every row that was read has exactly one fate."""

    STUDENT = "student"
    HEADING = "heading"
    TOTAL = "total"
    BLANK = "blank"
    OTHER = "other"


@dataclass(slots=True)
class Declared:
    """Control totals of the lines from index ``first`` to ``last`` (excluded), stated in ``row``; None: not stated."""

    row: int
    person_times: int | None
    amount_fen: int | None
    first: int
    last: int


@dataclass(slots=True)
class Roster:
    """One program's payments in a table: by line an amount in 分, None where the line is not paid.

    Program and period are None where they were not recognised; such a roster is never posted. ``parts``: by line the
    code of the part of the period (part.py), empty where no line names one. ``declared``: the control totals of the
    whole roster; ``sections``: its subtotals. ``complete`` is False where an amount could not be read.
    """

    program: str | None
    period: Period | None
    amounts_fen: list[int | None]
    amount_column: str | None
    declared: Declared | None = None
    sections: list[Declared] = field(default_factory=list)
    complete: bool = True
    parts: list[str | None] = field(default_factory=list)

    def part(self, line: int) -> str | None:
        """The code of the part of the period that a line pays."""
        return self.parts[line] if self.parts else None

    @property
    def payments(self) -> int:
        """Number of lines paid."""
        return len(self.amounts_fen) - self.amounts_fen.count(None)

    def person_times(self, lines: Lines) -> int:
        """Number of person-times paid; ``lines`` are those of its table."""
        if not self.parts:
            return self.payments
        paid = zip(lines.numbers, self.parts, self.amounts_fen, strict=True)
        return person_times((number, part) for number, part, amount in paid if amount is not None)

    @property
    def amount_fen(self) -> int:
        """Total paid, in 分."""
        return sum(filter(None, self.amounts_fen))


@dataclass(slots=True)
class Table:
    """The pupils under one header, and their payments.

    ``declared``: control totals of several rosters together; those of a single roster belong to the roster.
    """

    sheet: str
    header_row: int
    school: str | None
    columns: Mapping[str, str | None]
    lines: Lines
    rosters: list[Roster] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)


def person_times_of(rosters: Iterable[tuple[Table, Roster]]) -> int:
    """Person-times of the rosters (with their tables) of one program and period: all parts count as one."""
    pairs = list(rosters)
    if not any(roster.parts for _, roster in pairs):
        return sum(roster.payments for _, roster in pairs)
    return person_times(
        (table.lines.numbers[line], roster.part(line))
        for table, roster in pairs
        for line, amount in enumerate(roster.amounts_fen)
        if amount is not None
    )


@dataclass(frozen=True, slots=True)
class Note:
    """A fact about a sheet that is no problem but worth knowing; ``count``: how many there are.

    These are read like any other: ``hidden-sheet``, ``hidden-rows``, ``hidden-columns``, ``hidden-cells`` (whose number
    format or font colour displays nothing), ``doubtful-cells`` (which conditional formatting may hide) and
    ``struck-out-cells``. These are not read: ``covered-cells`` (under merged cells), a ``summary-sheet`` that repeats
    the other sheets, and ``unread-columns`` that hold data but no field of a roster (headers in ``columns``).
    ``forgotten-people`` were once removed at their request; ``corrected-numbers``: people whom the previous version
    listed under another ID number; ``members-kept``: of the people in a list of a whole population (their number in
    ``columns``) those who are kept; ``same-content``: a roster that pays the same as another one.
    """

    code: str
    sheet: str
    count: int | None = None
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class RosterFile:
    """An imported file as read: tables and other lists, the number of rows by fate, problems and notes."""

    kind: str = "roster"
    tables: list[Table] = field(default_factory=list)
    listings: list[ListTable] = field(default_factory=list)
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    rows_read: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def of_people(self) -> list[Table | ListTable]:
        """The tables and lists whose lines identify people."""
        return [*self.tables, *(listing for listing in self.listings if listing.lines.numbers)]

    def blocked(self, *, record_conflicts: bool) -> bool:
        """Whether a problem blocks posting; with ``record_conflicts``, a conflict does not."""
        blocking = {Severity.ERROR} if record_conflicts else {Severity.ERROR, Severity.CONFLICT}
        return any(problem.severity in blocking for problem in self.problems)
