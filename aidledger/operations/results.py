"""What became of imported files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aidledger.domain.changes import Changes
from aidledger.domain.listing import Listing
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Declared, Fate, Note, RosterFile, Table
from aidledger.operations.files import PassedOver, SourceFile

Outcome = Literal["posted", "would-post", "rejected", "unchanged"]


@dataclass(frozen=True, slots=True)
class RosterResult:
    """One sheet under one program as it was understood; amounts in 分."""

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
    """One sheet of a list that pays nobody, as it was understood; amounts in 分."""

    kind: str
    sheet: str
    period: str | None
    school: str | None
    header_row: int
    records: int
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a file. ``batch``: the one it was posted as, or the earlier one that holds the same.

    ``changes``: how it differs from the batch ``supersedes``, which it took the place of or, where it was rejected,
    could take the place of. ``remembered``: the schools for which columns named by hand were remembered.
    ``feedback``: where the marked copy for the school was written.
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
    remembered: Sequence[str] = ()
    feedback: str | None = None

    @property
    def person_times(self) -> int:
        """Person-times in the file, sheet by sheet."""
        return sum(roster.person_times for roster in self.rosters)

    @property
    def amount_fen(self) -> int:
        """Money in the file, in 分."""
        return sum(roster.amount_fen for roster in self.rosters)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of every file, the ledger's head afterwards, and what lay beside the files and was not read."""

    files: Sequence[FileResult]
    head: str
    passed_over: Sequence[PassedOver] = ()

    def counted(self, *outcomes: Outcome) -> list[FileResult]:
        """The files with one of these outcomes."""
        return [file for file in self.files if file.outcome in outcomes]


def result_of(source: SourceFile, file: RosterFile, outcome: Outcome, batch: int | None) -> FileResult:
    """What became of a file, its problems in reading order."""
    rosters = [
        RosterResult(
            sheet=table.sheet,
            program=roster.program,
            period=roster.period.code if roster.period else None,
            school=table.school,
            header_row=table.header_row,
            person_times=roster.person_times(table.lines),
            amount_fen=roster.amount_fen,
            declared=roster.declared,
            parts=sorted({part for part in roster.parts if part}),
        )
        for table in file.tables
        for roster in table.rosters
    ]
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
    tables: list[Table | Listing] = [*file.tables, *file.listings]
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
    )


def _reading_order(problem: Problem, sheets: dict[str, int]) -> tuple[int, int, int, str]:
    place = problem.place
    column = place.column or ""
    return sheets.get(place.sheet or "", -1), place.row or 0, len(column), column
