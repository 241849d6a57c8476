"""Text cells of a template, which never become formulas."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment

from aidledger.domain.outgoing import xml_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Without a name, programs would choose the font; Chinese text falls back to the reader's default.
FONT = "Calibri"


def put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write a text into a cell."""
    cell = sheet.cell(row, column, xml_text(text))
    assert isinstance(cell, Cell)  # noqa: S101 - not one inside a merged range
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def text_width(text: str) -> int:
    """The width of a text in characters; a Chinese character counts as two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
