"""Cells of a template that hold text and never a formula, whatever the text begins with."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment

from aidledger.domain.outgoing import xml_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Named, since a font without a name is anybody's; Chinese falls back to the reader's own.
FONT = "Calibri"


def put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """The cell with a text in it."""
    cell = sheet.cell(row, column, xml_text(text))
    assert isinstance(cell, Cell)  # noqa: S101 - not one inside a merged range
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def shown_width(text: str) -> int:
    """How wide a text is in a column, in letters: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
