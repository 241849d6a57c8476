"""The only reader: bytes of a file into sheets of plain cells, whatever the format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from aidledger.sheets import delimited
from aidledger.sheets.failures import FileRefused
from aidledger.sheets.limits import Limits
from aidledger.sheets.package import CellFaults, cell_faults, hidden_rows, open_package
from aidledger.sheets.sniff import sniff

Cell = str | int | float | bool | date | datetime | time | timedelta
Merge = tuple[tuple[int, int], tuple[int, int]]
CSV_SHEET = "CSV"


@dataclass(slots=True)
class Sheet:
    """Cells that carry a value, as rows of equal width; ``""`` is a blank.

    ``first_row`` and ``first_column`` (0-based) say where the rows begin in the sheet; ``faults`` and ``merges``
    (top left, bottom right) are in the sheet's own coordinates. Hidden rows and sheets count like all others.
    """

    name: str
    rows: list[list[Cell]]
    first_row: int = 0
    first_column: int = 0
    visible: bool = True
    faults: CellFaults = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: int = 0

    @property
    def rows_total(self) -> int:
        """Rows from the sheet's first to the last that carries a value."""
        return self.first_row + len(self.rows)


def read_grid(content: bytes, limits: Limits) -> list[Sheet]:
    """The sheets of a file in their order; raises FileRefused."""
    if len(content) > limits.file_size_max_bytes:
        raise FileRefused("file-too-large", what="the size", limit=f"{limits.file_size_max_bytes >> 20} MiB")
    kind = sniff(content)
    readers: dict[str, Callable[[bytes, Limits], Iterator[Sheet]]] = {"zip": _zipped, "xls": _xls, "text": _text}
    sheets = []
    cells = 0
    for sheet in readers[kind](content, limits):
        cells += len(sheet.rows) * (len(sheet.rows[0]) if sheet.rows else 0)
        if cells > limits.cells_max:
            raise FileRefused("file-too-large", what="the number of cells", limit=limits.cells_max)
        sheets.append(sheet)
    return sheets


def _zipped(content: bytes, limits: Limits) -> Iterator[Sheet]:
    import python_calamine  # noqa: PLC0415 - only where a workbook is read

    package = open_package(content, limits)
    faults, hidden = cell_faults(package), hidden_rows(package)
    package.parts.clear()
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        for i, metadata in enumerate(book.sheets_metadata):
            if metadata.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(i)
            start = sheet.start or (0, 0)
            if sheet.width > limits.columns_max:
                raise FileRefused("file-too-large", what="the number of columns", limit=limits.columns_max)
            if sheet.height * sheet.width > limits.cells_max:
                raise FileRefused("file-too-large", what="the number of cells", limit=limits.cells_max)
            read = Sheet(
                name=metadata.name,
                rows=sheet.to_python(skip_empty_area=True),
                first_row=start[0],
                first_column=start[1],
                visible=metadata.visible is python_calamine.SheetVisibleEnum.Visible,
                faults=faults.get(metadata.name, {}),
                merges=sheet.merged_cell_ranges or [],
                hidden_rows=hidden.get(metadata.name, 0),
            )
            _blank_faults(read)
            yield read
    except python_calamine.PasswordError as error:
        raise FileRefused("encrypted-file") from error
    except python_calamine.CalamineError as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error


def _blank_faults(sheet: Sheet) -> None:
    """A cell in error has no value; .ods shows its text (#N/A) as one."""
    for row, column in sheet.faults:
        at_row, at_column = row - sheet.first_row, column - sheet.first_column
        if 0 <= at_row < len(sheet.rows) and 0 <= at_column < len(sheet.rows[at_row]):
            sheet.rows[at_row][at_column] = ""


def _xls(content: bytes, limits: Limits) -> Iterator[Sheet]:
    # xlrd is pure Python: where calamine took an unguarded process down with 137 of 10,000 mutated .xls, it raised.
    import xlrd  # noqa: PLC0415 - only where an .xls is read

    try:
        with open(os.devnull, "w", encoding="utf-8") as silence:  # noqa: PTH123 - the null device is no path
            book = xlrd.open_workbook(file_contents=content, logfile=silence, ragged_rows=True)
            sheets = [_xls_sheet(book.sheet_by_index(i), book.datemode, limits) for i in range(book.nsheets)]
    except (FileRefused, MemoryError):
        raise
    except Exception as error:  # xlrd meets a damaged file with whatever its parsing runs into
        if "encrypted" in str(error).lower():
            raise FileRefused("encrypted-file") from error
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    yield from sheets


def _xls_sheet(sheet: Any, datemode: Any, limits: Limits) -> Sheet:  # noqa: ANN401 - xlrd has no types
    if sheet.ncols > limits.columns_max:
        raise FileRefused("file-too-large", what="the number of columns", limit=limits.columns_max)
    faults: CellFaults = {}
    rows = [_xls_row(sheet, row, datemode, faults) for row in range(sheet.nrows)]
    return Sheet(sheet.name, _even(_trimmed(rows)), visible=sheet.visibility == 0, faults=faults)


def _xls_row(sheet: Any, row: int, datemode: Any, faults: CellFaults) -> list[Cell]:  # noqa: ANN401
    import xlrd  # noqa: PLC0415

    cells: list[Cell] = []
    types = sheet.row_types(row)
    for column, (kind, value) in enumerate(zip(types, sheet.row_values(row), strict=True)):
        if kind == xlrd.XL_CELL_DATE:
            try:
                cells.append(xlrd.xldate_as_datetime(value, datemode))
            except (ValueError, OverflowError):
                cells.append(value)
        elif kind == xlrd.XL_CELL_ERROR:
            faults[row, column] = xlrd.error_text_from_code.get(value, "#ERROR")
            cells.append("")
        elif kind == xlrd.XL_CELL_BOOLEAN:
            cells.append(bool(value))
        else:
            cells.append(value)
    return cells


def _text(content: bytes, limits: Limits) -> Iterator[Sheet]:
    rows: list[list[Cell]] = []
    cells = 0
    for row in delimited.rows(content):
        cells += len(row)
        if len(row) > limits.columns_max:
            raise FileRefused("file-too-large", what="the number of columns", limit=limits.columns_max)
        if cells > limits.cells_max:
            raise FileRefused("file-too-large", what="the number of cells", limit=limits.cells_max)
        rows.append([*row])
    yield Sheet(CSV_SHEET, _even(_trimmed(rows)))


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    while rows and all(cell == "" for cell in rows[-1]):
        rows.pop()
    return rows


def _even(rows: list[list[Cell]]) -> list[list[Cell]]:
    width = max(map(len, rows), default=0)
    for row in rows:
        row.extend([""] * (width - len(row)))
    return rows
