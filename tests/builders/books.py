"""Workbooks with what values alone do not show: merged cells, hidden rows, columns and sheets; in every format."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Literal

import xlwt
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tests.builders.files import Cell, Grid, csv_bytes, edited_package
from tests.builders.spreadsheetml import spreadsheetml_book
from tests.builders.xlsb import xlsb_book

State = Literal["visible", "hidden", "veryHidden"]
Corner = tuple[int, int]
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
_COLLAPSED = ' table:visibility="collapse"'
_XLS_STATES: Mapping[State, int] = {"visible": 0, "hidden": 1, "veryHidden": 2}


@dataclass(slots=True)
class Page:
    """A sheet; places are 0-based, ``merges`` are top left and bottom right, whose other cells are blank."""

    name: str
    grid: Grid
    merges: list[tuple[Corner, Corner]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    state: State = "visible"


Book = list[Page]


class _Utf16(str):
    """A text whose length is that of its UTF-16, as .xls counts; xlwt counts characters and spoils rare ones."""

    __slots__ = ()

    def __len__(self) -> int:
        return len(self.encode("utf-16-le")) // 2


def xlsx_book(book: Book) -> bytes:
    """The book as .xlsx."""
    target = BytesIO()
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for page in book:
        sheet = workbook.create_sheet(page.name)
        for r, row in enumerate(page.grid, 1):
            for c, value in enumerate(row, 1):
                if value is not None:
                    cell = sheet.cell(r, c)
                    cell.value = value
                    if isinstance(value, str):
                        cell.data_type = "s"
        for (top, left), (bottom, right) in page.merges:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        for r in page.hidden_rows:
            sheet.row_dimensions[r + 1].hidden = True
        for c in page.hidden_columns:
            sheet.column_dimensions[get_column_letter(c + 1)].hidden = True
        sheet.sheet_state = page.state
    workbook.active = next(i for i, page in enumerate(book) if page.state == "visible")
    workbook.save(target)
    return target.getvalue()


def xlsm_book(book: Book) -> bytes:
    """The book as .xlsm: called a workbook with macros, though it has none."""
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return edited_package(xlsx_book(book), {"[Content_Types].xml": lambda part: part.replace(plain, macros)})


def xls_book(book: Book) -> bytes:
    """The book as .xls."""
    workbook = xlwt.Workbook(encoding="utf-8")
    for page in book:
        sheet = workbook.add_sheet(page.name, cell_overwrite_ok=True)
        for r, row in enumerate(page.grid):
            for c, value in enumerate(row):
                if value is not None:
                    sheet.write(r, c, _Utf16(value) if isinstance(value, str) else value)
        for (top, left), (bottom, right) in page.merges:
            sheet.merge(top, bottom, left, right)
        for r in page.hidden_rows:
            sheet.row(r).hidden = True
        for c in page.hidden_columns:
            sheet.col(c).hidden = True
        sheet.visibility = _XLS_STATES[page.state]
    workbook.active_sheet = next(i for i, page in enumerate(book) if page.state == "visible")
    target = BytesIO()
    workbook.save(target)
    return target.getvalue()


def ods_book(book: Book) -> bytes:
    """The book as .ods; what is very hidden is hidden. Not by odfpy, whose files depend on what it wrote before."""
    tables = "".join(map(_ods_table, book))
    hidden = '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/>'
    styles = f"<office:automatic-styles>{hidden}</style:style></office:automatic-styles>"
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    spaces = " ".join(f'xmlns:{name}="{_OPEN_DOCUMENT}:{name}:1.0"' for name in ("office", "style", "table", "text"))
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media}"/>'
        for path, media in (("/", kind), ("content.xml", "text/xml"))
    )
    manifest = f'<manifest:manifest xmlns:manifest="{_OPEN_DOCUMENT}:manifest:1.0">{entries}</manifest:manifest>'
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "content.xml",
            f'{_XML}<office:document-content {spaces} office:version="1.2">{styles}{body}</office:document-content>',
        )
        archive.writestr("META-INF/manifest.xml", _XML + manifest)
    return target.getvalue()


def _ods_table(page: Page) -> str:
    columns = "".join(
        f"<table:table-column{_COLLAPSED if c in page.hidden_columns else ''}/>"
        for c in range(max(map(len, page.grid), default=1))
    )
    rows = "".join(
        f"<table:table-row{_COLLAPSED if r in page.hidden_rows else ''}>"
        + "".join(_ods_cell(page, r, c, value) for c, value in enumerate(row or [None]))
        + "</table:table-row>"
        for r, row in enumerate(page.grid)
    )
    style = "" if page.state == "visible" else ' table:style-name="hidden"'
    return f'<table:table table:name="{escape(page.name)}"{style}>{columns}{rows}</table:table>'


def _ods_cell(page: Page, row: int, column: int, value: Cell) -> str:
    merge = _merge_over(page, row, column)
    if merge is not None and merge[0] != (row, column):
        return "<table:covered-table-cell/>"
    spans = ""
    if merge is not None:
        (top, left), (bottom, right) = merge
        spans = f' table:number-rows-spanned="{bottom - top + 1}" table:number-columns-spanned="{right - left + 1}"'
    if value is None:
        return f"<table:table-cell{spans}/>"
    kind = (
        ' office:value-type="string"'
        if isinstance(value, str)
        else f' office:value-type="float" office:value="{value}"'
    )
    lines = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in str(value).split("\n"))
    return f"<table:table-cell{spans}{kind}>{lines}</table:table-cell>"


def _spaced(line: str) -> str:
    """A line with its blanks as they must be written: XML drops those at the ends."""
    return escape(line).replace("\r", "").replace("\t", "<text:tab/>").replace(" ", "<text:s/>")


def _merge_over(page: Page, row: int, column: int) -> tuple[Corner, Corner] | None:
    """The merged cells that a cell is one of."""
    return next((m for m in page.merges if m[0][0] <= row <= m[1][0] and m[0][1] <= column <= m[1][1]), None)


def html_book(book: Book) -> bytes:
    """The first sheet as the web page that many systems export and call .xls."""
    (page, *_) = book
    rows = "".join(
        "<tr>" + "".join(_html_cell(page, r, c, value) for c, value in enumerate(row)) + "</tr>\r\n"
        for r, row in enumerate(page.grid)
    )
    head = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head>'
    return f'{head}<body><table border="1">{rows}</table></body></html>'.encode()


def _html_cell(page: Page, row: int, column: int, value: Cell) -> str:
    merge = _merge_over(page, row, column)
    if merge is not None and merge[0] != (row, column):
        return ""
    (top, left), (bottom, right) = merge or ((0, 0), (0, 0))
    spans = f' rowspan="{bottom - top + 1}" colspan="{right - left + 1}"' if merge else ""
    text = "" if value is None else escape(str(value)).replace("\n", "<br>")
    return f"<td{spans}>{text}</td>"


def _text(encoding: str, separator: str) -> Callable[[Book], bytes]:
    def to_bytes(book: Book) -> bytes:
        return csv_bytes(book[0].grid, encoding=encoding, separator=separator)

    return to_bytes


# By the name of a format: the ending of such files, and how a book becomes one. Texts hold one sheet, unmerged.
WORKBOOKS: Mapping[str, tuple[str, Callable[[Book], bytes]]] = {
    "xlsx": ("xlsx", xlsx_book),
    "xlsm": ("xlsm", xlsm_book),
    "xls": ("xls", xls_book),
    "ods": ("ods", ods_book),
    "xlsb": ("xlsb", xlsb_book),
    "xml of 2003": ("xls", spreadsheetml_book),
}
TEXTS: Mapping[str, tuple[str, Callable[[Book], bytes]]] = {
    "csv": ("csv", _text("utf-8", ",")),
    "csv with mark": ("csv", _text("utf-8-sig", ",")),
    "csv in gb18030": ("csv", _text("gb18030", ",")),
    "csv in utf-16": ("csv", _text("utf-16", ",")),
    "tsv": ("tsv", _text("utf-8", "\t")),
    "tabs in utf-16": ("csv", _text("utf-16", "\t")),
    "semicolons in gb18030": ("csv", _text("gb18030", ";")),
}
BOOK_FORMATS: Mapping[str, tuple[str, Callable[[Book], bytes]]] = {**WORKBOOKS, **TEXTS, "web page": ("xls", html_book)}
