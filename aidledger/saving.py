"""Workbooks as bytes. What openpyxl writes of a sheet lies in memory, as the workbook does.

By itself it lays every sheet in the system's folder for temporary files: a kill leaves the numbers in it there.
"""

from __future__ import annotations

# ruff: noqa: SLF001 - what openpyxl's own writer does, with its private parts
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

if TYPE_CHECKING:
    from openpyxl import Workbook


def saved(book: Workbook) -> bytes:
    """A workbook as it is kept in a file; not one that is write-only."""
    page = BytesIO()
    book.properties.modified = datetime.now(UTC).replace(tzinfo=None)
    _InMemory(book, ZipFile(page, "w", ZIP_DEFLATED)).save()
    return page.getvalue()


class _InMemory(ExcelWriter):
    """As its parent, sheet by sheet, without a file aside."""

    def write_worksheet(self, ws: Any) -> None:  # noqa: ANN401 - the stubs know no more
        page = BytesIO()
        writer: Any = WorksheetWriter(ws, page)
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        writer.write()
        ws._rels = writer._rels
        archive: Any = self
        archive._archive.writestr(ws.path[1:], page.getvalue())
        archive.manifest.append(ws)
