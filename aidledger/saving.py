"""Workbooks as bytes, written in memory.

openpyxl itself writes every sheet to a temporary file, where a kill would leave ID numbers behind, and builds an XML
element for each cell, which takes most of the time of a large sheet.
"""

from __future__ import annotations

# ruff: noqa: SLF001 - overrides openpyxl's writer, which needs its private attributes
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, tostring
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.cell._writer import etree_write_cell
from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.compat import safe_string
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

if TYPE_CHECKING:
    from openpyxl import Workbook

# Texts in a sheet are escaped, so this is the element alone.
_ROWS = re.compile(rb"<sheetData ?/>")


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
        writer: Any = _SheetWriter(ws, page)
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        writer.write()
        ws._rels = writer._rels
        around = _ROWS.split(page.getvalue(), maxsplit=1)
        archive: Any = self
        archive._archive.writestr(ws.path[1:], writer.lines.join(around))
        archive.manifest.append(ws)


class _SheetWriter(WorksheetWriter):
    """Writes the rows as text beside the rest of the sheet, whose element for them stays empty. ``lines``: the rows."""

    lines = b"<sheetData/>"

    def write_rows(self) -> None:
        sheet: Any = self
        sheet.xf.send(Element("sheetData"))
        rows = (_row_xml(sheet.ws, number, cells) for number, cells in sheet.rows())
        self.lines = f"<sheetData>{''.join(rows)}</sheetData>".encode("utf-8", "xmlcharrefreplace")


def _row_xml(sheet: Any, number: int, cells: Sequence[Any]) -> str:  # noqa: ANN401 - openpyxl's
    known: Mapping[str, Any] = sheet.row_dimensions.get(number, {})
    attributes = {"r": str(number), **dict(known)}
    attribute_text = "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items())
    return f"<row{attribute_text}>{''.join(_cells_xml(sheet, number, cells))}</row>"


def _cells_xml(sheet: Any, number: int, cells: Sequence[Any]) -> Iterator[str]:  # noqa: ANN401 - openpyxl's
    for cell in cells:
        if cell._comment is not None:
            sheet._comments.append(CommentRecord.from_cell(cell))
        value, kind, styled = cell._value, cell.data_type, cell.has_style
        if value is None and not styled and cell._comment is None:
            continue
        if cell.hyperlink is not None or type(value) not in _PLAIN.get(kind, ()):
            yield _element_xml(sheet, cell)
            continue
        at = f'r="{get_column_letter(cell.column)}{number}"'
        if styled:
            at = f'{at} s="{cell.style_id}"'
        if value is None or value == "":
            yield f'<c {at} t="{"inlineStr" if kind == "s" else kind}"/>'
        elif kind == "s":
            kept = ' xml:space="preserve"' if value != value.strip() else ""
            yield f'<c {at} t="inlineStr"><is><t{kept}>{escape(value)}</t></is></c>'
        else:
            yield f'<c {at} t="n"><v>{safe_string(value)}</v></c>'


# Values that need nothing but their text, by openpyxl's kind of cell; all others are left to openpyxl.
_PLAIN: Mapping[str, Sequence[type]] = {"s": (str,), "n": (int, float, type(None))}


def _element_xml(sheet: Any, cell: Any) -> str:  # noqa: ANN401 - openpyxl's
    """A cell as openpyxl writes it."""
    written = _Written()
    etree_write_cell(written, sheet, cell, cell.has_style)
    return written.text


class _Written:
    """What openpyxl writes one element to."""

    text = ""

    def write(self, element: Element) -> None:
        self.text = tostring(element, encoding="unicode")
