"""The outcome of imported files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from aidledger.domain.changes import Changes, PaymentChange
from aidledger.domain.listing import ListTable
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Declared, Fate, Note, Roster, RosterFile, Table, person_times_of
from aidledger.operations.files import InputFile, PassedOver

Outcome = Literal["posted", "would-post", "rejected", "unchanged"]
# Program and period of a payment; None if not recognised.
Paid = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class RosterResult:
    """One sheet under one program, as recognised; amounts in 分."""

    sheet: str
    program: str | None
    period: str | None
    school: str | None
    header_row: int
    person_times: int
    amount_fen: int
    declared: Declared | None
    parts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ListResult:
    """One sheet of a list that pays nobody, as recognised; amounts in 分."""

    kind: str
    sheet: str
    period: str | None
    school: str | None
    header_row: int
    records: int
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class FileResult:
    """The outcome of a file. ``batch``: the one it was posted as, or the earlier one with the same content.

    ``changes``: how it differs from the batch ``supersedes``, which it superseded or, if rejected, could supersede;
    ``differences``: the same payment by payment, of a check. ``remembered``: the schools for which columns named by
    hand were remembered. ``feedback``: where the marked copy for the school was written. ``times``: its person-times
    by what it pays.
    """

    path: str
    sha256: str
    kind: str
    outcome: Outcome
    batch: int | None
    rosters: Sequence[RosterResult]
    lists: Sequence[ListResult]
    rows: dict[Fate, int]
    rows_read: int
    problems: Sequence[Problem]
    notes: Sequence[Note]
    changes: Changes | None = None
    supersedes: int | None = None
    differences: Sequence[PaymentChange] = ()
    remembered: Sequence[str] = ()
    feedback: str | None = None
    times: Mapping[Paid, int] = field(default_factory=dict)

    @property
    def school(self) -> str | None:
        """The school that its first sheet with one is of."""
        named = [*(one.school for one in self.rosters), *(one.school for one in self.lists)]
        return next(filter(None, named), None)

    @property
    def person_times(self) -> int:
        """Person-times in the file; parts of a term on several sheets are one."""
        return sum(self.times.values())

    @property
    def amount_fen(self) -> int:
        """Money in the file, in 分."""
        return sum(roster.amount_fen for roster in self.rosters)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome of every file, the ledger's head afterwards, and the files passed over.

    ``unreached``: the paths of the files that were left when it was stopped.
    """

    files: Sequence[FileResult]
    head: str
    passed_over: Sequence[PassedOver] = ()
    unreached: Sequence[str] = ()

    def counted(self, *outcomes: Outcome) -> list[FileResult]:
        """The files with one of these outcomes."""
        return [file for file in self.files if file.outcome in outcomes]


def _rosters_of(table: Table) -> Iterator[RosterResult]:
    """What a table pays, by program and period; month columns are parts of one roster."""
    together: dict[Paid, list[Roster]] = {}
    for roster in table.rosters:
        together.setdefault(_paid(roster), []).append(roster)
    for (program, period), rosters in together.items():
        yield RosterResult(
            sheet=table.sheet,
            program=program,
            period=period,
            school=table.school,
            header_row=table.header_row,
            person_times=person_times_of((table, roster) for roster in rosters),
            amount_fen=sum(roster.amount_fen for roster in rosters),
            declared=rosters[0].declared if len(rosters) == 1 else _declared_together(rosters),
            parts=sorted({part for roster in rosters for part in roster.parts if part}),
        )


def _paid(roster: Roster) -> Paid:
    return roster.program, roster.period.code if roster.period else None


def _declared_together(rosters: Sequence[Roster]) -> Declared | None:
    """The control totals of a roster's columns, if each has some: amounts add up, person-times do not."""
    declared = [roster.declared for roster in rosters]
    amounts = [one.amount_fen if one else None for one in declared]
    if declared[0] is None or None in amounts:
        return None
    return replace(declared[0], person_times=None, amount_fen=sum(fen or 0 for fen in amounts))


def _times(file: RosterFile) -> dict[Paid, int]:
    """The person-times of a file by program and period."""
    together: dict[Paid, list[tuple[Table, Roster]]] = {}
    for table in file.tables:
        for roster in table.rosters:
            together.setdefault(_paid(roster), []).append((table, roster))
    return {paid: person_times_of(rosters) for paid, rosters in together.items()}


def result_of(source: InputFile, file: RosterFile, outcome: Outcome, batch: int | None) -> FileResult:
    """The outcome of a file, its problems in reading order."""
    rosters = [one for table in file.tables for one in _rosters_of(table)]
    lists = [
        ListResult(
            kind=listing.kind,
            sheet=listing.sheet,
            period=listing.period.code if listing.period else None,
            school=listing.school,
            header_row=listing.header_row,
            records=listing.records,
            amount_fen=listing.amount_fen,
        )
        for listing in file.listings
    ]
    tables: list[Table | ListTable] = [*file.tables, *file.listings]
    order = {table.sheet: i for i, table in enumerate(tables)}
    problems = sorted(file.problems, key=lambda problem: _reading_order(problem, order))
    return FileResult(
        path=source.shown,
        sha256=source.sha256,
        kind=file.kind,
        outcome=outcome,
        batch=batch,
        rosters=rosters,
        lists=lists,
        rows=file.fates,
        rows_read=file.rows_read,
        problems=problems,
        notes=file.notes,
        times=_times(file),
    )


def _reading_order(problem: Problem, sheets: dict[str, int]) -> tuple[int, int, int, str]:
    place = problem.place
    column = place.column or ""
    return sheets.get(place.sheet or "", -1), place.row or 0, len(column), column
