"""The first sheet of a feedback workbook: all problems, linked to their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from aidledger.sheets.feedback.copies import free_name
from aidledger.sheets.feedback.words import Labels, Remark, writable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = (6, 10, 18, 10, 8, 26, 60, 50)
_NUMBER_COLUMN, _SEVERITY_COLUMN, _SHEET_COLUMN, _CELL_COLUMN, _ROW_COLUMN = 1, 2, 3, 4, 5
_CENTRED = {_NUMBER_COLUMN, _SEVERITY_COLUMN, _CELL_COLUMN, _ROW_COLUMN}
_HEADER_ROW = 5
_A4 = 9
_THIN = Side(style="thin", color="999999")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_TOP = Alignment(wrap_text=True, vertical="top")
_CENTRE = Alignment(horizontal="center", vertical="top")
_HEADER = PatternFill("solid", fgColor="DDE6F0")
_SEVERITIES = {"error": "9C0006", "conflict": "974706", "warning": "7F6000"}
_LINK = "0563C1"


class _Fonts:
    """The fonts of the list, in the typeface of the school's workbook."""

    def __init__(self, name: str | None) -> None:
        self.title = Font(name=name, size=16, bold=True)
        self.bold = Font(name=name, bold=True)
        self.link = Font(name=name, color=_LINK, underline="single")
        self.severity = {key: Font(name=name, bold=True, color=colour) for key, colour in _SEVERITIES.items()}


def write_list(book: Workbook, remarks: Sequence[Remark], labels: Labels, name: str, titles: Mapping[str, str]) -> None:
    """Insert the list before all sheets. ``titles``: from the file's names of sheets to the workbook's."""
    sheet = book.create_sheet(free_name(labels.sheet, book), 0)
    title = _write(sheet, 1, 1, labels.title)
    font = _Fonts(title.font.name)
    title.font = font.title
    _write(sheet, 2, 1, name).font = font.bold
    counts = Counter(remark.severity for remark in remarks)
    _write(sheet, 3, 1, "    ".join(f"{label} {counts[severity]}" for severity, label in labels.severities.items()))
    _note(sheet, labels.note)
    for column, header in enumerate(labels.headers, 1):
        cell = _write(sheet, _HEADER_ROW, column, header)
        cell.font, cell.fill, cell.border = font.bold, _HEADER, _BOX
    for number, remark in enumerate(remarks, 1):
        _write_remark(sheet, number, remark, labels, titles, font)
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _set_up(sheet, _HEADER_ROW + len(remarks))
    _show_first(book, sheet)


def _note(sheet: Worksheet, text: str) -> None:
    """Write a text across all columns."""
    _write(sheet, 4, 1, text).alignment = _TOP
    sheet.merge_cells(start_row=4, start_column=1, end_row=4, end_column=len(_WIDTHS))
    sheet.row_dimensions[4].height = 34


def _write_remark(
    sheet: Worksheet, number: int, remark: Remark, labels: Labels, titles: Mapping[str, str], font: _Fonts
) -> None:
    place, row = remark.place, _HEADER_ROW + number
    where = f"{place.column}{place.row}" if place.row and place.column else ""
    severity = labels.severities[remark.severity]
    code = labels.codes.get(remark.code, remark.code)
    values = (number, severity, place.sheet or "", where, place.row or "", code, remark.message, remark.hint)
    for column, value in enumerate(values, 1):
        cell = _write(sheet, row, column, value)
        if number == 1:
            cell.border, cell.alignment = _BOX, _CENTRE if column in _CENTRED else _TOP
        else:  # copying the style is fast; setting it on thousands of cells would double the time
            like: Any = sheet.cell(_HEADER_ROW + 1, _NUMBER_COLUMN if column in _CENTRED else len(_WIDTHS))
            cell._style = copy(like._style)  # noqa: SLF001
    sheet.cell(row, _SEVERITY_COLUMN).font = font.severity[remark.severity]
    title = titles.get(place.sheet or "")
    if title is not None:
        column = _CELL_COLUMN if where else _ROW_COLUMN if place.row else _SHEET_COLUMN
        cell, quoted = sheet.cell(row, column), title.replace("'", "''")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{place.column or 'A'}{place.row or 1}")
        cell.font = font.link


def _write(sheet: Worksheet, row: int, column: int, value: str | int) -> Any:  # noqa: ANN401 - a cell
    """Write a number, or a text that never becomes a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value, cell.data_type = writable(value), "s"
    else:
        cell.value = value
    return cell


def _set_up(sheet: Worksheet, last: int) -> None:
    sheet.freeze_panes = f"A{_HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{_HEADER_ROW}:{get_column_letter(len(_WIDTHS))}{last}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"


def _show_first(book: Workbook, sheet: Worksheet) -> None:
    book.active = 0
    for view in book.views:
        view.firstSheet = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
