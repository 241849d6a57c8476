"""Grids of cells into the bytes of real files."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableCellProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from tests.builders.plain import plain_xlsx


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell whose formula failed: ``#N/A``."""

    text: str = "#N/A"


Cell = str | int | float | bool | date | datetime | ErrorCell | None
Grid = list[list[Cell]]
Sheets = Mapping[str, Grid]

_XLS_ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#N/A": 0x2A}
_ERROR_MARK = "error-cell"


def with_cells(grid: Grid, cells: Mapping[str, Cell]) -> Grid:
    """A copy of a grid with some cells changed, named as the spreadsheet names them: ``{"C3": ""}``."""
    copy = [list(row) for row in grid]
    for reference, value in cells.items():
        row, column = coordinate_to_tuple(reference)
        while len(copy) < row:
            copy.append([])
        copy[row - 1].extend([None] * (column - len(copy[row - 1])))
        copy[row - 1][column - 1] = value
    return copy


def _sheets(content: Grid | Sheets) -> Sheets:
    return content if isinstance(content, Mapping) else {"Sheet1": content}


def xlsx_bytes(content: Grid | Sheets) -> bytes:
    """A workbook as openpyxl writes it: text that begins with ``=`` is a formula that was never calculated."""
    sheets = _sheets(content)
    return plain_xlsx(sheets, written_by_openpyxl) or written_by_openpyxl(sheets)


def written_by_openpyxl(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(grid, 1):
            for c, value in enumerate(row, 1):
                if isinstance(value, ErrorCell):
                    sheet.cell(r, c, value.text).data_type = "e"
                elif value is not None:
                    sheet.cell(r, c, value)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def xls_bytes(content: Grid | Sheets, edit: Callable[[xlwt.Worksheet], object] = lambda _sheet: None) -> bytes:
    """A workbook of the old binary kind; ``edit`` may write over what each sheet holds, with looks of its own."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, grid in _sheets(content).items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for r, row in enumerate(grid):
            for c, value in enumerate(row):
                if isinstance(value, ErrorCell):
                    sheet.row(r).set_cell_error(c, _XLS_ERRORS[value.text])
                elif isinstance(value, date):
                    sheet.write(r, c, value, day)
                elif value is not None:
                    sheet.write(r, c, value)
        edit(sheet)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def ods_bytes(content: Grid | Sheets) -> bytes:
    """An OpenDocument spreadsheet; error cells as LibreOffice writes them."""
    book = OpenDocumentSpreadsheet()
    failed = Style(name=_ERROR_MARK, family="table-cell")
    failed.addElement(TableCellProperties(wrapoption="wrap"))
    book.automaticstyles.addElement(failed)
    for name, grid in _sheets(content).items():
        table = Table(name=name)
        for row in grid:
            line = TableRow()
            for value in row:
                line.addElement(_ods_cell(value))
            table.addElement(line)
        book.spreadsheet.addElement(table)
    target = BytesIO()
    book.save(target)
    space = b' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    mark = f'table:style-name="{_ERROR_MARK}"'.encode()

    def as_errors(part: bytes) -> bytes:
        part = part.replace(mark, b'calcext:value-type="error"')
        return part.replace(b"<office:document-content", b"<office:document-content" + space, 1)

    return edited_package(target.getvalue(), {"content.xml": as_errors})


def _ods_cell(value: Cell) -> TableCell:
    if value is None or value == "":
        return TableCell()
    if isinstance(value, ErrorCell):
        cell = TableCell(formula="=NA()", valuetype="string", stylename=_ERROR_MARK)
        cell.addElement(P(text=value.text))
        return cell
    if isinstance(value, bool):
        cell = TableCell(valuetype="boolean", booleanvalue="true" if value else "false")
    elif isinstance(value, int | float):
        cell = TableCell(valuetype="float", value=str(value))
    elif isinstance(value, date):
        cell = TableCell(valuetype="date", datevalue=value.isoformat())
    else:
        cell = TableCell(valuetype="string")
    cell.addElement(P(text=str(value)))
    return cell


def csv_bytes(grid: Grid, *, encoding: str = "utf-8", separator: str = ",") -> bytes:
    """A text of separated values, one sheet."""
    target = StringIO()
    writer = csv.writer(target, delimiter=separator)
    for row in grid:
        writer.writerow(["" if v is None else v.text if isinstance(v, ErrorCell) else str(v) for v in row])
    return target.getvalue().encode(encoding)


def edited_package(content: bytes, edits: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """An archive (.xlsx, .ods) with some of its parts rewritten."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for info in source.infolist():
            part = source.read(info)
            copy.writestr(info.filename, edits[info.filename](part) if info.filename in edits else part)
    return target.getvalue()


FORMATS: Mapping[str, Callable[[Grid], bytes]] = {
    "xlsx": xlsx_bytes,
    "xls": xls_bytes,
    "ods": ods_bytes,
    "csv": csv_bytes,
}
