"""Marks in a school's sheets: fills and comments on bad cells, and a column with the problems of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter

from aidledger.sheets.feedback.column import FEEDBACK_COLUMNS, FEEDBACK_TITLES
from aidledger.sheets.feedback.words import AUTHOR, Labels, Remark, gravest, texts_of, width_of, writable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# Slightly different from Excel's own style for bad cells, so that earlier marks can be recognised and removed.
_COLOURS = {"error": "FFC7CF", "conflict": "FFD9A9", "warning": "FFF2B5"}
_FILLS = {severity: PatternFill("solid", fgColor=colour) for severity, colour in _COLOURS.items()}
_OURS = {f"00{colour}" for colour in _COLOURS.values()} | {f"FF{colour}" for colour in _COLOURS.values()}
# The first line of our comments names the author, as in Excel, because LibreOffice drops the author attribute.
_COMMENT_START = f"{AUTHOR}:\n"
_COMMENT_WIDTH_PX, _COMMENT_LINE_PX, _COMMENT_LINE_DIGITS = 320, 18, 42
_COLUMN_WIDTH, _LINE_HEIGHT_PT = 60, 15
_COLUMNS_MAX = 16_384
# A number that lost digits is cleared, and its cell formatted as text so that it keeps them when retyped.
_LOST, _AS_TEXT = "id-precision-lost", "@"


def remove_earlier(book: Workbook) -> None:
    """Remove the list and the marks of earlier feedback, fills included."""
    for sheet in list(book.worksheets):
        if sheet.cell(1, 1).value in FEEDBACK_TITLES:
            book.remove(sheet)
    for sheet in book.worksheets:
        columns = _earlier_columns(sheet)
        for cell in list(_cells(sheet)):
            if cell.comment is not None:
                cell.comment = _without_ours(cell.comment)
            if columns and cell.has_style and cell.fill.fgColor.rgb in _OURS:
                cell.fill = PatternFill()
                if cell.row > columns.get(cell.column, cell.row):
                    cell.value = None


def mark(sheet: Worksheet, remarks: Sequence[Remark], header_rows: Sequence[int], labels: Labels) -> None:
    """Mark a sheet. ``header_rows``: the rows (1-based) of the headers of its tables."""
    by_row: dict[int, list[Remark]] = {}
    by_cell: dict[tuple[int, int], list[Remark]] = {}
    for remark in remarks:
        row, letters = remark.place.row, remark.place.column
        if row is not None:
            by_row.setdefault(row, []).append(remark)
            if letters is not None:
                by_cell.setdefault((row, column_index_from_string(letters)), []).append(remark)
    column = _message_column(sheet)
    for (row, index), of_cell in by_cell.items():
        _mark_cell(_top_left(sheet, row, index), of_cell)
    if not by_row or column > _COLUMNS_MAX:
        return
    for row in header_rows:
        head = _top_left(sheet, row, column)
        head.value, head.data_type = labels.column, "s"
        head.font = Font(name=head.font.name, bold=True, color="9C0006")
        head.alignment = Alignment(horizontal="center", vertical="center")
        if row in by_row:
            _mark_cell(head, by_row[row])
    for row in by_row.keys() - set(header_rows):
        _write_row(sheet, row, column, by_row[row])
    _widen(sheet, column)


def _cells(sheet: Worksheet) -> Iterator[Any]:
    """The existing cells; iter_rows would create one for every blank up to the last formatted row."""
    return (cell for cell in sheet._cells.values() if not isinstance(cell, MergedCell))  # noqa: SLF001


def _earlier_columns(sheet: Worksheet) -> dict[int, int]:
    """The columns of earlier feedback, each with the row of its first header."""
    found: dict[int, int] = {}
    for cell in _cells(sheet):
        if isinstance(cell.value, str) and cell.value in FEEDBACK_COLUMNS:
            found[cell.column] = min(cell.row, found.get(cell.column, cell.row))
    return found


def _without_ours(comment: Comment) -> Comment | None:
    """The school's own part of a comment; None where all of it is ours."""
    own = comment.text.partition(_COMMENT_START)[0].rstrip("\n")
    return _sized(own, comment.author) if own else None  # openpyxl does not read the size of a comment


def _message_column(sheet: Worksheet) -> int:
    """The column for messages: that of earlier feedback, else the first one after all values."""
    earlier = _earlier_columns(sheet)
    if earlier:
        return max(earlier)
    used = (cell.column for cell in _cells(sheet) if cell.value is not None)
    merged = (area.max_col for area in sheet.merged_cells.ranges)
    return max([*used, *merged], default=0) + 1


def _top_left(sheet: Worksheet, row: int, column: int) -> Any:  # noqa: ANN401 - a cell
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for area in sheet.merged_cells.ranges:
            if cell.coordinate in area:
                return sheet.cell(area.min_row, area.min_col)
    return cell


def _mark_cell(cell: Any, remarks: Sequence[Remark]) -> None:  # noqa: ANN401 - a cell
    cell.fill = _FILLS[gravest(remarks)]
    if any(remark.code == _LOST for remark in remarks) and cell.data_type != "f":
        cell.value, cell.number_format = None, _AS_TEXT
    text = writable("\n".join(texts_of(remarks)))
    earlier = cell.comment
    if earlier is None:
        cell.comment = _sized(f"{_COMMENT_START}{text}", AUTHOR)
    elif _COMMENT_START in earlier.text:  # two cells of one merged area
        cell.comment = _sized(f"{earlier.text}\n{text}", earlier.author)
    else:
        cell.comment = _sized(f"{earlier.text}\n\n{_COMMENT_START}{text}", earlier.author)


def _sized(text: str, author: str) -> Comment:
    lines = sum(1 + width_of(line) // _COMMENT_LINE_DIGITS for line in text.split("\n"))
    return Comment(text, author, width=_COMMENT_WIDTH_PX, height=_COMMENT_LINE_PX * (lines + 1))


def _write_row(sheet: Worksheet, row: int, column: int, remarks: Sequence[Remark]) -> None:
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        return  # a merged area of the school extends into the column of earlier feedback
    cell.value, cell.data_type = writable("\n".join(texts_of(remarks))), "s"
    cell.fill = _FILLS[gravest(remarks)]
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    height = sheet.row_dimensions[row].height
    if height is not None:  # set by hand, so Excel would not adjust it
        lines = sum(1 + width_of(line) // _COLUMN_WIDTH for line in cell.value.split("\n"))
        sheet.row_dimensions[row].height = max(height, lines * _LINE_HEIGHT_PT)


def _widen(sheet: Worksheet, column: int) -> None:
    """Widen and show a column, splitting the run of columns that shares its settings."""
    dimensions = sheet.column_dimensions
    for run in list(dimensions.values()):
        run.reindex()
        first, last = run.min or 1, run.max or _COLUMNS_MAX
        if not first <= column <= last:
            continue
        if last > column:
            behind = copy(run)
            behind.index, behind.min, behind.max = get_column_letter(column + 1), column + 1, last
            dimensions[behind.index] = behind
        if first < column:
            run.max = column - 1
        else:
            del dimensions[run.index]
    dimensions[get_column_letter(column)].width = _COLUMN_WIDTH
