"""The first sheet of a feedback workbook: every problem, each linked to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from aidledger.sheets.feedback import Labels, Remark

_WIDTHS = (6, 10, 18, 10, 8, 22, 60, 60)
_HEADER_ROW = 4
_SHEET_NAME_MAX = 31
_A4 = 9
_THIN = Side(style="thin", color="999999")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_COLOURS = {"error": "9C0006", "conflict": "974706", "warning": "7F6000"}


def write_list(book: Workbook, remarks: Sequence[Remark], labels: Labels, name: str) -> None:
    """Put the list in front of the workbook's sheets."""
    there = {sheet.title for sheet in book.worksheets}
    sheet = book.create_sheet(_free_name(labels.sheet, there), 0)
    _text(sheet, 1, 1, labels.title).font = Font(size=16, bold=True)
    _text(sheet, 2, 1, name)
    _text(sheet, 3, 1, labels.note).alignment = Alignment(vertical="top")
    for column, header in enumerate(labels.headers, 1):
        cell = _text(sheet, _HEADER_ROW, column, header)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE6F0")
        cell.border = _BOX
    for at, remark in enumerate(remarks, 1):
        _row(sheet, at, remark, labels, there)
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _set_up(sheet, _HEADER_ROW + len(remarks))
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet


def _row(sheet: Worksheet, at: int, remark: Remark, labels: Labels, there: set[str]) -> None:
    place, row = remark.place, _HEADER_ROW + at
    cell = f"{place.column or ''}{place.row}" if place.row and place.column else ""
    values = (
        *(str(at), labels.severities[remark.severity], place.sheet or "", cell, str(place.row or ""), remark.code),
        *(remark.message, remark.hint),
    )
    for column, value in enumerate(values, 1):
        written = _text(sheet, row, column, value)
        written.border = _BOX
        written.alignment = Alignment(wrap_text=True, vertical="top")
        if column == 2:  # noqa: PLR2004 - the severity
            written.font = Font(bold=True, color=_COLOURS[remark.severity])
    if place.row and place.sheet in there:
        link = sheet.cell(row, 4 if cell else 5)
        quoted = place.sheet.replace("'", "''")
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{place.column or 'A'}{place.row}")
        link.font = Font(color="0563C1", underline="single")


def _text(sheet: Worksheet, row: int, column: int, text: str) -> Any:  # noqa: ANN401 - a cell
    """Text that no spreadsheet program takes for a formula."""
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"
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


def _free_name(wanted: str, there: set[str]) -> str:
    taken = {name.casefold() for name in there}
    name, number = wanted[:_SHEET_NAME_MAX], 2
    while name.casefold() in taken:
        name, number = f"{wanted[: _SHEET_NAME_MAX - 4]} ({number})", number + 1
    return name
