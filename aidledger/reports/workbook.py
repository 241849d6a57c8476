"""Tables as workbooks fit to submit: title, units, number formats, print set-up, a chart."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import ceil

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from aidledger.domain.money import FEN_PER_WAN, FEN_PER_YUAN
from aidledger.domain.outgoing import xml_text
from aidledger.domain.table import Answer, Cell, Column, cell_words, sentence
from aidledger.i18n import N_, Translate
from aidledger.saving import saved

_FORMATS = {"count": "#,##0", "yuan": "#,##0.00", "wan": "#,##0.######"}
_THIN = Side(style="thin", color="999999")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
HEAD_FILL = PatternFill("solid", fgColor="DDE6F0")
_WIDTH_MIN, _WIDTH_MAX = 8, 40
_LINE_POINTS = 15
_HEADING_MAX = 14
_TRACE_WIDTH = 14
_WIDTH_TO_FILL_IN = 13
SHEET_NAME_MAX = 31
_A4 = 9


def answer_workbook(answer: Answer, translate: Translate) -> bytes:
    """An answer as a workbook of one sheet."""
    book = Workbook()
    fill(first_sheet(book), answer, translate, [])
    return saved(book)


def answers_workbook(answers: Sequence[tuple[str, Answer]], translate: Translate) -> bytes:
    """Several answers as a workbook, each on a sheet of its own under its (English) name."""
    book = Workbook()
    book.remove(first_sheet(book))
    for name, answer in answers:
        sheet = book.create_sheet(translate(name)[:SHEET_NAME_MAX])
        fill(sheet, answer, translate, [])
    return saved(book)


def first_sheet(book: Workbook) -> Worksheet:
    """The first sheet of a new workbook."""
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    return sheet


def cell_at(sheet: Worksheet, row: int, column: int) -> SheetCell:
    """A writable cell."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, SheetCell)  # noqa: S101 - not one inside a merged range
    return cell


def fill(sheet: Worksheet, answer: Answer, translate: Translate, above: list[str]) -> int:
    """Title, lines above, header, rows, totals, notes; returns the last row used."""
    width = max(1, len(answer.columns))
    title = cell_at(sheet, 1, 1)
    set_text(title, sentence(answer.title, answer.facts, translate))
    title.font = Font(size=16, bold=True)
    title.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.row_dimensions[1].height = 30
    row = 2
    for line in above:
        set_text(cell_at(sheet, row, 1), line)
        row += 1
    header = row
    for i, column in enumerate(answer.columns, 1):
        cell = cell_at(sheet, row, i)
        set_text(cell, translate(column.title))
        cell.font = Font(bold=True)
        cell.fill = HEAD_FILL
        cell.border = _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for values in answer.rows:
        row += 1
        _write_row(sheet, row, values, answer.columns, translate)
    for values in answer.totals:
        row += 1
        # A label is under the first column whatever its kind: it is not a period or number.
        columns = (Column("label", "", "word"), *answer.columns[1:])
        _write_row(sheet, row, values, columns, translate, bold=True)
    last_figure = row
    if answer.traces:
        # The notes below are printed; the column next to the table is not.
        set_print_area(sheet, width, row + len(answer.notes))
        _write_traces(sheet, header, width + 1, answer.traces, translate)
    for note in answer.notes:
        row += 1
        cell = cell_at(sheet, row, 1)
        set_text(cell, sentence(note, answer.facts, translate))
        cell.font = Font(size=9, color="666666")
    _set_up_page(sheet, header, last_figure, width)
    _set_widths(sheet, answer, header, last_figure)
    return row


def _write_traces(sheet: Worksheet, header: int, column: int, traces: Sequence[str], translate: Translate) -> None:
    """Write the figures that find the entries behind each row, in a narrow grey column outside the print area."""
    for row, text in enumerate((translate(N_("Entries behind it")), *traces), header):
        cell = cell_at(sheet, row, column)
        set_text(cell, text)
        cell.font = Font(size=8, color="999999")
    sheet.column_dimensions[get_column_letter(column)].width = _TRACE_WIDTH


def _write_row(
    sheet: Worksheet,
    row: int,
    values: Sequence[Cell],
    columns: Sequence[Column],
    translate: Translate,
    *,
    bold: bool = False,
) -> None:
    for i, (value, column) in enumerate(zip(values, columns, strict=True), 1):
        cell = cell_at(sheet, row, i)
        _set_value(cell, value, column, translate)
        cell.border = _BOX
        cell.font = Font(bold=bold)


def _set_value(cell: SheetCell, value: Cell, column: Column, translate: Translate) -> None:
    if value is None:
        return
    if column.kind == "mark":
        set_text(cell, "✓" if value else "✗")
        cell.alignment = Alignment(horizontal="center")
    elif isinstance(value, str):
        set_text(cell, cell_words(value, column.kind, translate))
    else:
        # A workbook has no decimal type, but Excel's 15 digits suffice for any sum here in 分.
        divisor = {"yuan": FEN_PER_YUAN, "wan": FEN_PER_WAN}.get(column.kind, 1)
        cell.value = value / divisor if value % divisor else value // divisor
        cell.number_format = _number_format(column.kind, value)
        cell.alignment = Alignment(vertical="center")


def _number_format(kind: str, value: int) -> str:
    if kind == "wan" and value % FEN_PER_WAN == 0:
        return "#,##0"  # with optional decimals Excel would print "51."
    return _FORMATS[kind]


def set_text(cell: SheetCell, text: str) -> None:
    """Set a text that Excel never takes for a formula."""
    cell.value = xml_text(text)
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="center", wrap_text=False)


def _set_up_page(sheet: Worksheet, header: int, last: int, width: int) -> None:
    sheet.freeze_panes = f"A{header + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{header}:{header}"
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="&P / &N"))
    if last > header:
        sheet.auto_filter.ref = f"A{header}:{get_column_letter(width)}{last}"


def _set_widths(sheet: Worksheet, answer: Answer, header: int, last: int) -> None:
    """Fit widths to the longest cell; headings and long texts wrap to keep the paper readable."""
    heading_lines = 1
    for i, column in enumerate(answer.columns, 1):
        heading, *widths = (_shown_width(cell_at(sheet, row, i)) for row in range(header, last + 1))
        longest = max(widths, default=0)
        if answer.rows and not any(widths):
            longest = _WIDTH_TO_FILL_IN
        least = ceil(heading / 2) if column.kind in _FORMATS and heading > _HEADING_MAX else heading
        width = min(_WIDTH_MAX, max(_WIDTH_MIN, longest + 3, least + 3))
        sheet.column_dimensions[get_column_letter(i)].width = width
        heading_lines = max(heading_lines, ceil((heading + 1) / width))
        if longest > width:
            _let_flow(sheet, i, range(header + 1, last + 1), width)
    if heading_lines > 1:
        sheet.row_dimensions[header].height = _LINE_POINTS * heading_lines


def _let_flow(sheet: Worksheet, column: int, rows: range, width: float) -> None:
    for row in rows:
        cell = cell_at(sheet, row, column)
        lines = ceil((_shown_width(cell) + 1) / width)
        if lines > 1:
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            height = sheet.row_dimensions[row].height or _LINE_POINTS
            sheet.row_dimensions[row].height = max(height, _LINE_POINTS * lines)


def _shown_width(cell: SheetCell) -> int:
    text = f"{cell.value:,.2f}" if isinstance(cell.value, int | float) else str(cell.value or "")
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def set_print_area(sheet: Worksheet, columns: int, last: int) -> None:
    """Print the table and what is below it, without the column of traces."""
    sheet.print_area = f"A1:{get_column_letter(columns)}{last}"
