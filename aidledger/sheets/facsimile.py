"""A sheet as the school sent it, cell by cell, and what its columns were understood to mean."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import ListTable
from aidledger.domain.place import column_letter
from aidledger.domain.roster import Table
from aidledger.sheets.formats.grid import Merge, Sheet, read_grid
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.reader import read_roster
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.hints import Hints

_HEADER_ROWS_MAX = 3
# By column letter: a field, or the code of the program whose amounts it holds.
Meanings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which rows of which sheet: ``count`` from row ``first`` on, and others by sheet and number.

    The sheet is named, or is the ``number``-th (from 1) of those with cells; else it is the first.
    """

    sheet: str | None = None
    number: int | None = None
    first: int = 1
    count: int = 1_000
    others: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facsimile:
    """Rows of a sheet, by their 1-based number; each has a text for every column, from ``first_column`` (0-based) on.

    ``sheets``: all sheets of the file, each with the number of its last row. ``merges``: as in Sheet. ``meanings``: by
    the number of a header row, what its columns mean; ``headers``: their texts, by column letter.
    """

    sheets: Sequence[tuple[str, int]]
    sheet: str = ""
    first_column: int = 0
    rows: Mapping[int, Sequence[str]] = field(default_factory=dict)
    merges: Sequence[Merge] = ()
    meanings: Mapping[int, Meanings] = field(default_factory=dict)
    headers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    @property
    def letters(self) -> Sequence[str]:
        """The letters of the columns."""
        width = len(next(iter(self.rows.values()), ()))
        return [column_letter(self.first_column + i) for i in range(width)]

    @property
    def number(self) -> int:
        """The sheet's number among those with cells."""
        return [name for name, _ in self.sheets].index(self.sheet) + 1

    @property
    def rows_total(self) -> int:
        """The number of the sheet's last row."""
        return dict(self.sheets).get(self.sheet, 0)


def facsimile(
    content: bytes, path: str, hints: Hints, excerpt: Excerpt, catalogue: Catalogue, limits: Limits
) -> Facsimile:
    """Read part of a sheet, with its header rows; raises FileRefused. A worker's job."""
    sheets = [sheet for sheet in read_grid(content, limits) if sheet.rows]
    names = [(sheet.name, sheet.rows_total) for sheet in sheets]
    wanted = _wanted(sheets, excerpt)
    if wanted is None:
        return Facsimile(names)
    texts = [[text_of(cell) for cell in row] for row in wanted.rows]  # reading changes the cells
    read = read_roster(sheets, path, catalogue, hints)
    all_tables: list[Table | ListTable] = [*read.tables, *read.listings]
    tables = [table for table in all_tables if table.sheet == wanted.name]
    header_rows = [table.header_row for table in tables]
    numbers = _numbers(wanted, excerpt, header_rows)
    return Facsimile(
        sheets=names,
        sheet=wanted.name,
        first_column=wanted.first_column,
        rows={number: texts[number - 1 - wanted.first_row] for number in numbers},
        merges=wanted.merges,
        meanings={table.header_row: _meanings(table) for table in tables},
        headers={row: dict(_headers(wanted, texts, row)) for row in header_rows},
    )


def _wanted(sheets: Sequence[Sheet], excerpt: Excerpt) -> Sheet | None:
    if excerpt.number is not None:
        return sheets[excerpt.number - 1] if excerpt.number <= len(sheets) else None
    return next((sheet for sheet in sheets if excerpt.sheet in {None, sheet.name}), None)


def _numbers(sheet: Sheet, excerpt: Excerpt, header_rows: Collection[int]) -> Sequence[int]:
    """The numbers of the rows wanted that the sheet has."""
    rows = range(sheet.first_row + 1, sheet.rows_total + 1)
    others = excerpt.others.get(sheet.name, ())
    wanted = {*range(excerpt.first, min(excerpt.first + excerpt.count, rows.stop)), *others, *header_rows}
    return sorted(number for number in wanted if number in rows)


def _meanings(table: Table | ListTable) -> Meanings:
    """What each column of a table means."""
    found = {letter: name for name, letter in table.columns.items() if letter is not None}
    if isinstance(table, Table):
        paid = {roster.amount_column: roster.program for roster in table.rosters}
        found |= {letter: program or "amount" for letter, program in paid.items() if letter is not None}
    return found


def _headers(sheet: Sheet, texts: Sequence[Sequence[str]], row: int) -> Iterator[tuple[str, str]]:
    """The header of each column; where the row has none, the text above it, as headers of several rows have."""
    last = row - 1 - sheet.first_row
    for i in range(len(texts[last])):
        text = next((texts[at][i] for at in range(last, max(-1, last - _HEADER_ROWS_MAX), -1) if texts[at][i]), "")
        if text:
            yield column_letter(sheet.first_column + i), text
