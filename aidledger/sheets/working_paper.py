"""A working paper that comes back: the findings' lines, as they were filled in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from aidledger.domain.place import column_letter
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.sheet import Cell, Sheet

_HEAD = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_HEADER_ROWS_MAX = 10


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A finding's line: its row (from 1), and each cell's text by field.

    ``faulty``: the fields whose cell holds an error, a formula that was not calculated, or is struck out.
    """

    row: int
    texts: Mapping[str, str]
    faulty: frozenset[str]


@dataclass(frozen=True, slots=True)
class WorkingPaper:
    """The lines of a sheet, the column letters of its fields, and the ledger's heads that it names."""

    sheet: str
    columns: Mapping[str, str]
    lines: Sequence[PaperLine]
    heads: frozenset[str]


def read_paper(content: bytes, titles: Mapping[str, Collection[str]], limits: Limits) -> WorkingPaper | None:
    """The sheet of a workbook that has a column for every field; None if none has, or it is no workbook.

    ``titles``: how a column may be titled, by field.
    """
    try:
        sheets = read_grid(content, limits)
    except (FileRefused, MemoryError, RecursionError):
        return None
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:_HEADER_ROWS_MAX]):
            columns = _columns(row, titles)
            if columns is not None:
                return _paper(sheet, at, columns)
    return None


def _columns(row: Sequence[Cell], titles: Mapping[str, Collection[str]]) -> dict[str, int] | None:
    """Where each field stands; None unless each has exactly one column."""
    texts = [_text(cell) for cell in row]
    found = {field: [i for i, text in enumerate(texts) if text in words] for field, words in titles.items()}
    return {field: places[0] for field, places in found.items()} if all(len(p) == 1 for p in found.values()) else None


def _paper(sheet: Sheet, header: int, columns: Mapping[str, int]) -> WorkingPaper:
    return WorkingPaper(
        sheet=sheet.name,
        columns={field: column_letter(sheet.first_column + i) for field, i in columns.items()},
        lines=list(_lines(sheet, header, columns)),
        heads=frozenset(
            head for row in sheet.rows for cell in row if isinstance(cell, str) for head in _HEAD.findall(cell)
        ),
    )


def _lines(sheet: Sheet, header: int, columns: Mapping[str, int]) -> Iterator[PaperLine]:
    """The lines that name a finding; notes stand below the first without any other field."""
    for at, row in enumerate(sheet.rows[header + 1 :], header + 1):
        texts = {field: _text(row[i]) for field, i in columns.items()}
        faulty = frozenset(
            field
            for field, i in columns.items()
            if (sheet.first_row + at, sheet.first_column + i) in sheet.faults
            or (sheet.first_row + at, sheet.first_column + i) in sheet.struck
        )
        if faulty or any(text for field, text in texts.items() if field != "id"):
            yield PaperLine(sheet.first_row + at + 1, texts, faulty)


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
