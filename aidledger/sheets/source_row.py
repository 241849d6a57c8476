"""One row of an imported file, cell by cell, unprocessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aidledger.domain.place import column_letter
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.recognition.cells import text_of


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell: its column letter, its header, its text."""

    column: str
    header: str
    value: str


def row_cells(content: bytes, sheet: str, header_row: int, row: int, limits: Limits) -> Sequence[SourceCell]:
    """The filled cells of a row with their headers; row numbers are 1-based."""
    for grid in read_grid(content, limits):
        if grid.name == sheet:
            header, cells = (grid.rows[at - 1 - grid.first_row] for at in (header_row, row))
            return [
                SourceCell(column_letter(grid.first_column + i), text_of(header[i]), text_of(cell))
                for i, cell in enumerate(cells)
                if cell != ""
            ]
    return []
