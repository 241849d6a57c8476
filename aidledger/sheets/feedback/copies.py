"""The workbook to mark: the school's own, loaded by openpyxl, or a new one with its cells."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from aidledger.sheets.feedback.words import width_of, writable
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.package import open_package
from aidledger.sheets.formats.sheet import Cell, Sheet, fault_code
from aidledger.sheets.formats.sniff import sniff

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SHEET_NAME_MAX = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("\\/*?:[]", "_"))
_EXACT_DIGITS = 11  # Excel shows longer numbers as 5.1E+17
_COLUMN_WIDTHS = (6, 40)
_ROWS_MEASURED = 200
_PART_CUT_BYTES = 4 * 2**20
_PART_MAX_BYTES = 24 * 2**20  # some 30,000 rows, which take most of a worker's memory in openpyxl


def empty_book() -> Workbook:
    """A workbook without sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def opened(content: bytes, limits: Limits) -> Workbook:
    """Load the school's own workbook; raises FileRefused, and whatever openpyxl raises on what it cannot read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of what it drops
        book = load_workbook(BytesIO(content), keep_vba=_has_macros(content), rich_text=True, keep_links=False)
    for grid in read_grid(content, limits):
        if grid.name not in book or not _has_all_cells(book[grid.name], grid):
            raise FileRefused("unreadable-file", why="openpyxl does not find all that is in it")
    book.template = False
    return book


def _has_all_cells(sheet: Worksheet, grid: Sheet) -> bool:
    """Whether openpyxl found every cell that our reader did; values under merged cells are invisible anyway."""
    cells: dict[tuple[int, int], Any] = sheet._cells  # noqa: SLF001 - sheet.cell would create missing ones
    return all(
        (cell := cells.get((r, c))) is not None and (cell.value is not None or isinstance(cell, MergedCell))
        for r, row in enumerate(grid.rows, grid.first_row + 1)
        for c, value in enumerate(row, grid.first_column + 1)
        if value != ""
    )


def within_reach(content: bytes, limits: Limits) -> bytes:
    """Cut large sheets after their last value, as openpyxl takes a minute for a million empty rows.

    Raises FileRefused for a workbook that is still too large, or in a format that openpyxl does not read.
    """
    if sniff(content) != "zip" or open_package(content, limits).container != "xlsx":
        raise FileRefused("unreadable-file", why="openpyxl does not know its format")
    with zipfile.ZipFile(BytesIO(content)) as source:
        infos = source.infolist()
        if all(info.file_size <= _PART_CUT_BYTES for info in infos):
            return content
        target = BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
            for info in infos:
                part = source.read(info)
                if info.file_size > _PART_CUT_BYTES and b"</sheetData>" in part:
                    part = _without_trailing_rows(part)
                if len(part) > _PART_MAX_BYTES:
                    raise FileRefused("file-too-large", what="the unpacked size", limit=f"{_PART_MAX_BYTES >> 20} MiB")
                copy.writestr(info.filename, part)
    return target.getvalue()


def _without_trailing_rows(part: bytes) -> bytes:
    end = part.rfind(b"</sheetData>")
    last = max(part.rfind(mark, 0, end) for mark in (b"<v>", b"<f>", b"<f ", b"<f/>", b"<is>", b"<v "))
    row_end = part.find(b"</row>", last, end) if last >= 0 else -1
    return part if row_end < 0 else part[: row_end + len(b"</row>")] + part[end:]


def _has_macros(content: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return "xl/vbaProject.bin" in archive.namelist()


def made_of_cells(sheets: Iterable[Sheet]) -> tuple[Workbook, dict[str, str]]:
    """A new workbook with these cells, all texts typed as text; and, from names of sheets to their titles in it."""
    book = empty_book()
    titles: dict[str, str] = {}
    for grid in sheets:
        sheet = book.create_sheet(free_name(grid.name, book))
        titles[grid.name] = sheet.title
        _fill(sheet, grid)
        sheet.sheet_state = "visible" if grid.visible else "hidden"
        if grid.date_1904:
            book.epoch = CALENDAR_MAC_1904
    return book, titles


def cells_of(content: bytes, limits: Limits) -> tuple[Workbook, dict[str, str]]:
    """A new workbook with the cells of a file; raises FileRefused."""
    return made_of_cells(read_grid(content, limits))


def _fill(sheet: Worksheet, grid: Sheet) -> None:
    for r, row in enumerate(grid.rows, grid.first_row + 1):
        for c, value in enumerate(row, grid.first_column + 1):
            if value != "":
                _put(sheet, r, c, value)
    for (r, c), fault in grid.faults.items():
        if fault_code(fault)[0] == "cell-error":
            cell = sheet.cell(r + 1, c + 1)
            cell.value, cell.data_type = fault, "e"
    for (top, left), (bottom, right) in grid.merges:
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    for column, cells in enumerate(zip(*grid.rows[:_ROWS_MEASURED], strict=True), grid.first_column + 1):
        # The longest cell is likely a title, which may overflow: the second longest determines the width.
        widths = sorted(width_of(str(value)) for value in cells if value != "")[:-1] or [0]
        least, most = _COLUMN_WIDTHS
        sheet.column_dimensions[get_column_letter(column)].width = min(most, max(least, widths[-1] + 2))


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value, cell.data_type, cell.number_format = writable(value), "s", "@"
    else:
        cell.value = value
        if isinstance(value, int | float) and abs(value) >= 10**_EXACT_DIGITS:
            cell.number_format = "0"


def free_name(name: str, book: Workbook) -> str:
    """A valid title for a sheet, based on ``name``, that no other sheet of the book has."""
    base = writable(name).translate(_NOT_IN_NAMES).strip().strip("'") or "Sheet"
    taken = {sheet.title.casefold() for sheet in book}
    title, number = base[:SHEET_NAME_MAX], 2
    while title.casefold() in taken:
        ending = f" ({number})"
        title, number = base[: SHEET_NAME_MAX - len(ending)] + ending, number + 1
    return title
