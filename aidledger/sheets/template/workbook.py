"""A blank roster as a workbook that a school fills in and sends back for import.

Checks cover only the requested number of rows, as spreadsheet programs take half an hour to load validation on whole
columns. Counts are above the header and worded unlike a total row: a total would lack a value if a program filled in
the roster without recalculating.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties

from aidledger.domain.program import Program
from aidledger.i18n import N_, Translate
from aidledger.saving import saved
from aidledger.sheets.template.cells import FONT, put
from aidledger.sheets.template.checks import add_checks, validate
from aidledger.sheets.template.columns import TemplateColumn, columns_of
from aidledger.sheets.template.notes import SHEET_NAMES, write_notes
from aidledger.sheets.template.places import Places, places_of
from aidledger.sheets.template.roster import BlankRoster, roster_sheet, school_line, titles
from aidledger.sheets.template.rules import CellRule, rules_of, school_formula

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FORMATS = {"serial": "0", "entry_year": "0", "amount": "0.00"}
_TEXT, _GENERAL = "@", "General"
_REQUIRED, _OPTIONAL, _INPUT = (PatternFill("solid", fgColor=colour) for colour in ("B8CCE4", "E4ECF5", "FFF9DB"))
_THIN = Side(style="thin", color="999999")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_UNLOCKED = Protection(locked=False)
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
_TITLE_SIZES, _ROW_HEIGHT = (16, 12), 24
# The row of the school: label, name, then counts.
_LABEL_COLUMNS, _SCHOOL_COLUMNS, _COUNT_WIDTH = 2, 5, 12
# The counts include rows beyond those with checks.
_COUNTED_ROWS = 10_000
_LAST_COLUMN, _NARROW, _A4 = 16_384, 11, 9
_MARGIN_INCHES = 0.4


def template_workbook(blank: BlankRoster, programs: Mapping[str, Program], translate: Translate) -> bytes:
    """Build the workbook: a sheet for the roster, and one with notes."""
    book = Workbook()
    book.properties.creator = None
    sheet = book.worksheets[0]
    sheet.title = roster_sheet(blank)
    columns = columns_of(blank)
    places = places_of(columns, len(titles(blank)), blank.rows)
    _write_titles(sheet, titles(blank), len(columns))
    _write_school(sheet, blank, places, translate)
    _write_counts(sheet, columns, places, translate)
    _write_header(sheet, columns, places)
    _prepare_rows(sheet, columns, places)
    add_checks(sheet, columns, rules_of(blank, columns, places.cells(), translate), places)
    _protect(sheet)
    _set_up_page(sheet, places, translate)
    write_notes(book.create_sheet(SHEET_NAMES[blank.language]), blank, columns, programs, translate)
    return saved(book)


def _write_titles(sheet: Worksheet, lines: Sequence[str], width: int) -> None:
    for row, (line, size) in enumerate(zip(lines, _TITLE_SIZES, strict=False), 1):
        cell = put(sheet, row, 1, line)
        cell.font, cell.alignment = Font(name=FONT, bold=True, size=size), _CENTRED
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        sheet.row_dimensions[row].height = 2 * size


def _write_school(sheet: Worksheet, blank: BlankRoster, places: Places, translate: Translate) -> None:
    """Write the school's name, or a label and an input cell."""
    row = places.school
    sheet.row_dimensions[row].height = _ROW_HEIGHT
    label = put(sheet, row, 1, school_line(blank))
    label.font, label.alignment = Font(name=FONT, bold=True), Alignment(vertical="center")
    if blank.school:
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=_SCHOOL_COLUMNS)
        return
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=_LABEL_COLUMNS)
    label.alignment = Alignment(horizontal="right", vertical="center")
    first = _LABEL_COLUMNS + 1
    for column in range(first, _SCHOOL_COLUMNS + 1):
        cell = sheet.cell(row, column)
        cell.fill, cell.border, cell.protection, cell.number_format = _INPUT, _BOX, _UNLOCKED, _TEXT
        cell.alignment = Alignment(vertical="center")
    sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=_SCHOOL_COLUMNS)
    name = f"{get_column_letter(first)}{row}"
    message = N_("The school's full name, as on its seal: …中学, …小学, …幼儿园.")
    formula = school_formula(name, blank.school_endings)
    if formula is not None:
        validate(sheet, name, CellRule(translate(message), formula), school_line(blank))


def _write_counts(sheet: Worksheet, columns: Sequence[TemplateColumn], places: Places, translate: Translate) -> None:
    """Write the numbers of pupils and yuan, for the school's information; never read as control totals."""
    at = _SCHOOL_COLUMNS + 1
    for label, function, field in ((N_("Pupils entered"), "COUNTA", "name"), (N_("Yuan entered"), "SUM", "amount")):
        cell = put(sheet, places.school, at, translate(label))
        cell.alignment = Alignment(horizontal="right", vertical="center")
        at = _merged(sheet, columns, places.school, at)
        letter = places.letters[field]
        counted = f"{letter}{places.first}:{letter}{places.header + _COUNTED_ROWS}"
        figure = sheet.cell(places.school, at, f"={function}({counted})")
        figure.font, figure.alignment = Font(name=FONT, bold=True), Alignment(horizontal="left", vertical="center")
        figure.number_format = "#,##0.00" if field == "amount" else "0"
        at = _merged(sheet, columns, places.school, at)


def _merged(sheet: Worksheet, columns: Sequence[TemplateColumn], row: int, first: int) -> int:
    """Merge a cell with those to its right until it is wide enough; return the next column."""
    last = first
    while last < len(columns) and sum(column.width for column in columns[first - 1 : last]) < _COUNT_WIDTH:
        last += 1
    if last > first:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
    return last + 1


def _write_header(sheet: Worksheet, columns: Sequence[TemplateColumn], places: Places) -> None:
    sheet.row_dimensions[places.header].height = _ROW_HEIGHT
    for at, column in enumerate(columns, 1):
        cell = put(sheet, places.header, at, column.header)
        cell.font, cell.border, cell.alignment = Font(name=FONT, bold=True), _BOX, _CENTRED
        cell.fill = _REQUIRED if column.required else _OPTIONAL


def _prepare_rows(sheet: Worksheet, columns: Sequence[TemplateColumn], places: Places) -> None:
    """Format the pupils' cells, and unlock all cells below them and in further columns."""
    for at, column in enumerate(columns, 1):
        number_format = _TEXT if column.text else _FORMATS.get(column.field, _GENERAL)
        whole = sheet.column_dimensions[get_column_letter(at)]
        whole.width, whole.number_format, whole.protection = column.width, number_format, _UNLOCKED
        alignment = Alignment(horizontal="center" if column.width <= _NARROW else None, vertical="center")
        for row in range(places.first, places.last + 1):
            cell = sheet.cell(row, at)
            cell.number_format, cell.protection, cell.alignment = number_format, _UNLOCKED, alignment
    rest = sheet.column_dimensions[get_column_letter(len(columns) + 1)]
    rest.min, rest.max, rest.protection = len(columns) + 1, _LAST_COLUMN, _UNLOCKED


def _protect(sheet: Worksheet) -> None:
    """Protect title and header, without a password; rows may be inserted, deleted and sorted, cells formatted."""
    protection = sheet.protection
    protection.sheet = True
    protection.formatCells = protection.formatColumns = protection.formatRows = False
    protection.insertRows = protection.deleteRows = protection.sort = protection.autoFilter = False


def _set_up_page(sheet: Worksheet, places: Places, translate: Translate) -> None:
    sheet.freeze_panes = f"C{places.first}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{places.header}:{places.header}"
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = _MARGIN_INCHES
    signed = translate(N_("Filled in by:            Checked by:            Head of school (seal):"))
    sheet.oddFooter = HeaderFooterItem(left=_HeaderFooterPart(text=signed), right=_HeaderFooterPart(text="&P / &N"))
