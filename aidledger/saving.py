"""Workbooks as bytes, written in memory.

openpyxl itself writes every sheet to a temporary file, where a kill would leave ID numbers behind.
"""

from __future__ import annotations

# ruff: noqa: SLF001 - overrides openpyxl's writer, which needs its private attributes
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
    """The content of a workbook's file; not for write-only workbooks."""
    page = BytesIO()
    book.properties.modified = datetime.now(UTC).replace(tzinfo=None)
    _InMemory(book, ZipFile(page, "w", ZIP_DEFLATED)).save()
    return page.getvalue()


class _InMemory(ExcelWriter):
    """A writer that keeps each sheet in memory instead of a temporary file."""

    def write_worksheet(self, ws: Any) -> None:  # noqa: ANN401 - as in the stubs
        page = BytesIO()
        writer: Any = WorksheetWriter(ws, page)
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        writer.write()
        ws._rels = writer._rels
        archive: Any = self
        archive._archive.writestr(ws.path[1:], page.getvalue())
        archive.manifest.append(ws)
