"""A school's roster as read: tables of pupils, each paid under one or more programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aidledger.domain.lines import Lines
from aidledger.domain.listing import Listing
from aidledger.domain.part import person_times
from aidledger.domain.problem import Problem, Severity
from aidledger.domain.term import Period


class Fate(StrEnum):
    """What became of a row that was read. Every row has exactly one."""

    STUDENT = "student"
    HEADING = "heading"
    TOTAL = "total"
    BLANK = "blank"
    OTHER = "other"


@dataclass(slots=True)
class Declared:
    """What a total line says of the lines from ``first`` up to ``last`` (indexes, end excluded); None: nothing."""

    row: int
    person_times: int | None
    amount_fen: int | None
    first: int
    last: int


@dataclass(slots=True)
class Roster:
    """One program's payments in a table: an amount in 分 for each of its lines, None where it is not paid.

    Program and period are None where they were not recognised; such a roster is never posted. ``parts``: the code of
    the part of the term that each line pays (part.py), empty where no line names one. ``declared`` is what the roster
    says of its whole, ``sections`` what subtotals say of some lines. ``complete`` is False where an amount could not
    be read.
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
        """The part of the term that a line pays."""
        return self.parts[line] if self.parts else None

    @property
    def payments(self) -> int:
        """How many lines it pays."""
        return len(self.amounts_fen) - self.amounts_fen.count(None)

    def person_times(self, lines: Lines) -> int:
        """How many person-times it pays, of the lines of its table."""
        if not self.parts:
            return self.payments
        paid = zip(lines.numbers, self.parts, self.amounts_fen, strict=True)
        return person_times((number, part) for number, part, amount in paid if amount is not None)

    @property
    def amount_fen(self) -> int:
        """How much it pays, in 分."""
        return sum(filter(None, self.amounts_fen))


@dataclass(slots=True)
class Table:
    """The students of one sheet under one header, and what they are paid.

    ``declared`` holds total lines that speak of several rosters together; those of one roster are with the roster.
    """

    sheet: str
    header_row: int
    school: str | None
    columns: Mapping[str, str | None]
    lines: Lines
    rosters: list[Roster] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)


def person_times_of(rosters: Iterable[tuple[Table, Roster]]) -> int:
    """The person-times of rosters of one program and period, each with its table: parts of a term are one."""
    some = list(rosters)
    if not any(roster.parts for _, roster in some):
        return sum(roster.payments for _, roster in some)
    return person_times(
        (table.lines.numbers[line], roster.part(line))
        for table, roster in some
        for line, amount in enumerate(roster.amounts_fen)
        if amount is not None
    )


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a sheet that is no problem but should be known.

    ``hidden-sheet``, ``hidden-rows``, ``hidden-columns``, ``hidden-cells`` (whose format or colour shows nothing),
    ``doubtful-cells`` (which a conditional format may hide) and ``struck-out-cells`` (so many of them) count like all
    others; ``covered-cells`` (under merged ones) do not, nor does a ``summary-sheet`` that repeats the other sheets.
    ``forgotten-people`` (so many) asked for removal once; ``corrected-numbers`` (so many) are of people whom the
    version before called by another number; ``same-content``: a roster that pays what another one paid;
    ``unread-columns`` (so many, their headers in ``columns``): those that hold something and are none of a roster's.
    """

    code: str
    sheet: str
    count: int | None = None
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class RosterFile:
    """A file as it was read: its tables and other lists, a fate for every row, and what is wrong with it."""

    kind: str = "roster"
    tables: list[Table] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    rows_read: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def of_people(self) -> list[Table | Listing]:
        """Its tables and lists whose lines are people."""
        return [*self.tables, *(listing for listing in self.listings if listing.lines.numbers)]

    def blocked(self, *, record_conflicts: bool) -> bool:
        """Whether a problem keeps it from being posted."""
        keeps_out = {Severity.ERROR} if record_conflicts else {Severity.ERROR, Severity.CONFLICT}
        return any(problem.severity in keeps_out for problem in self.problems)
