"""Books into Excel's XML of 2003, which many systems export and call .xls."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from tests.builders.files import Cell, ErrorCell

if TYPE_CHECKING:
    from tests.builders.books import Page

_HEAD = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">\n'
)
_STATES = {"visible": "SheetVisible", "hidden": "SheetHidden", "veryHidden": "SheetVeryHidden"}


def spreadsheetml_book(book: list[Page], *, date_1904: bool = False) -> bytes:
    """The book as XML; empty rows and cells are left out, and the next one says where it stands."""
    properties = "<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>" if date_1904 else ""
    return f"{_HEAD}{properties}{''.join(map(_worksheet, book))}</Workbook>".encode()


def _worksheet(page: Page) -> str:
    columns = "".join(f'<Column ss:Index="{c + 1}" ss:Hidden="1"/>' for c in sorted(page.hidden_columns))
    rows = "".join(_row(page, r) for r, row in enumerate(page.grid) if any(value not in {None, ""} for value in row))
    state = f"<x:WorksheetOptions><x:Visible>{_STATES[page.state]}</x:Visible></x:WorksheetOptions>"
    return f"<Worksheet ss:Name={quoteattr(page.name)}><Table>{columns}{rows}</Table>{state}</Worksheet>\n"


def _row(page: Page, row: int) -> str:
    spans = {left: (top, left, bottom, right) for (top, left), (bottom, right) in page.merges if top == row}
    cells = "".join(
        _cell(c, value, spans.get(c)) for c, value in enumerate(page.grid[row]) if value not in {None, ""} or c in spans
    )
    hidden = ' ss:Hidden="1"' if row in page.hidden_rows else ""
    return f'<Row ss:Index="{row + 1}"{hidden}>{cells}</Row>\n'


def _cell(column: int, value: Cell, span: tuple[int, int, int, int] | None) -> str:
    merge = ""
    if span:
        top, left, bottom, right = span
        merge = f' ss:MergeAcross="{right - left}" ss:MergeDown="{bottom - top}"'
    kind, text = _data(value)
    data = f'<Data ss:Type="{kind}">{escape(text, {chr(10): "&#10;"})}</Data>' if text else ""
    return f'<Cell ss:Index="{column + 1}"{merge}>{data}</Cell>'


def _data(value: Cell) -> tuple[str, str]:
    if isinstance(value, ErrorCell):
        return "Error", value.text
    if isinstance(value, bool):
        return "Boolean", str(int(value))
    if isinstance(value, int | float):
        return "Number", repr(value)
    if isinstance(value, date):
        return "DateTime", datetime(value.year, value.month, value.day).isoformat(timespec="milliseconds")  # noqa: DTZ001
    return "String", value or ""
