"""A school's own workbook back to the school: bad cells coloured and commented, every problem listed.

openpyxl opens the workbook again and keeps its formats, widths, merged cells, macros and drop-downs; pictures and
charts it drops. Formulas are written as the values they had: a file that openpyxl has saved holds no calculated
values, and the corrected copy must be importable as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter

from aidledger.domain.place import Place
from aidledger.sheets.failures import FileRefused
from aidledger.sheets.feedback_list import write_list
from aidledger.sheets.grid import read_grid
from aidledger.sheets.limits import Limits
from aidledger.sheets.package import open_package
from aidledger.sheets.sniff import sniff

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "aidledger"
_FILLS = {"error": "FFC7CE", "conflict": "FFD9A8", "warning": "FFF2B3"}
_GRAVITY = ("error", "conflict", "warning")
_COMMENT_WIDTH_PX, _COMMENT_LINE_PX, _COMMENT_LETTERS = 320, 20, 22
_COLUMN_WIDTH = 48


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem in the school's words: what is wrong at a place, and what to do."""

    severity: str
    code: str
    place: Place
    message: str
    hint: str

    @property
    def text(self) -> str:
        """Both in one."""
        return f"{self.message} {self.hint}" if self.message.isascii() else f"{self.message}{self.hint}"


@dataclass(frozen=True, slots=True)
class Labels:
    """The words around the problems, in the school's language.

    ``titles`` and ``columns``: what earlier feedback, in whatever language, called its first sheet and its column.
    """

    sheet: str
    title: str
    column: str
    headers: tuple[str, ...]
    severities: Mapping[str, str]
    note: str
    titles: tuple[str, ...]
    columns: tuple[str, ...]


def marked_copy(
    content: bytes,
    remarks: Sequence[Remark],
    header_rows: Mapping[str, int],
    labels: Labels,
    name: str,
    limits: Limits,
) -> bytes:
    """The marked workbook; runs in a worker, since it opens what a stranger sent.

    ``header_rows``: by sheet, the row (1-based) of the header where one was found. What openpyxl cannot open again is
    made anew from its cells; of what cannot be read at all only the list of problems is written.
    """
    book = _opened(content, limits) or _from_cells(content, limits)
    _take_out_earlier(book, labels)
    for sheet in book.worksheets:
        _mark(sheet, [remark for remark in remarks if remark.place.sheet == sheet.title], header_rows, labels)
    write_list(book, remarks, labels, name)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def listed_only(remarks: Sequence[Remark], labels: Labels, name: str) -> bytes:
    """A workbook with nothing but the list of problems, for a file that cannot be read."""
    book = _empty()
    write_list(book, remarks, labels, name)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def suffix_of(content: bytes) -> str:
    """What the copy's name has to end in."""
    return ".xlsm" if b"vbaProject.bin" in content else ".xlsx"


def _empty() -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _opened(content: bytes, limits: Limits) -> Workbook | None:
    """The school's own workbook, opened to be written again; None where openpyxl cannot."""
    try:
        if sniff(content) != "zip" or open_package(content, limits).container != "xlsx":
            return None
        book = load_workbook(BytesIO(content), keep_vba=b"vbaProject.bin" in content, rich_text=True)
        if not book.worksheets:
            return None
        _put_values(book, content)
    except FileRefused:
        return None
    except Exception:  # noqa: BLE001 - openpyxl meets what it does not know with whatever its parsing runs into
        return None
    return book


def _put_values(book: Workbook, content: bytes) -> None:
    """Values in the place of formulas that have one."""
    formulas = [
        (sheet.title, cell)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if _is_formula(cell)
    ]
    if not formulas:
        return
    values = load_workbook(BytesIO(content), data_only=True)
    for title, cell in formulas:
        value = values[title][cell.coordinate].value
        if value is not None:
            cell.value = value


def _is_formula(cell: Any) -> bool:  # noqa: ANN401 - a cell or a merged one
    return not isinstance(cell, MergedCell) and cell.data_type == "f"


def _from_cells(content: bytes, limits: Limits) -> Workbook:
    """A new workbook of the cells that our own reader reads; long numbers as text."""
    book = _empty()
    try:
        sheets = read_grid(content, limits)
    except FileRefused:
        return book
    for grid in sheets:
        sheet = book.create_sheet(grid.name)
        for r, row in enumerate(grid.rows, grid.first_row + 1):
            for c, value in enumerate(row, grid.first_column + 1):
                if value != "":
                    cell = sheet.cell(r, c)
                    if isinstance(value, str):
                        cell.value, cell.data_type, cell.number_format = ILLEGAL_CHARACTERS_RE.sub("", value), "s", "@"
                    else:
                        cell.value = value
        for (top, left), (bottom, right) in grid.merges:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    return book


def _take_out_earlier(book: Workbook, labels: Labels) -> None:
    """The list and the marks of an earlier feedback."""
    for sheet in book.worksheets:
        if sheet["A1"].value in labels.titles:
            book.remove(sheet)
            continue
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == AUTHOR:
                    cell.comment = None
                    cell.fill = PatternFill()


def _mark(sheet: Worksheet, remarks: Sequence[Remark], header_rows: Mapping[str, int], labels: Labels) -> None:
    header_row = header_rows.get(sheet.title)
    column = _message_column(sheet, header_row, labels)
    by_row: dict[int, list[Remark]] = {}
    by_cell: dict[tuple[int, int], list[Remark]] = {}
    for remark in remarks:
        row = remark.place.row
        if row is None:
            continue
        by_row.setdefault(row, []).append(remark)
        if remark.place.column:
            by_cell.setdefault((row, column_index_from_string(remark.place.column)), []).append(remark)
    for (row, index), some in by_cell.items():
        _mark_cell(_top_left(sheet, row, index), some)
    if by_row and header_row is not None:
        head = sheet.cell(header_row, column)
        head.value = labels.column
        head.font = Font(bold=True, color="9C0006")
        sheet.column_dimensions[get_column_letter(column)].width = _COLUMN_WIDTH
    for row, some in by_row.items():
        if row == header_row:
            continue
        cell = sheet.cell(row, column)
        if not isinstance(cell, MergedCell):
            cell.value = "\n".join(dict.fromkeys(remark.text for remark in some))
            cell.data_type = "s"
            cell.fill = _fill(some)
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _message_column(sheet: Worksheet, header_row: int | None, labels: Labels) -> int:
    """The column for the messages: that of an earlier feedback, emptied, else the first one behind all values."""
    if header_row is not None:
        for cell in sheet[header_row]:
            if cell.value in labels.columns:
                for (old,) in sheet.iter_rows(min_row=header_row + 1, min_col=cell.column, max_col=cell.column):
                    old.value = None
                    old.fill = PatternFill()
                return int(cell.column)
    used = (cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None)
    merged = (area.max_col for area in sheet.merged_cells.ranges if area.min_row <= (header_row or 1) <= area.max_row)
    return max([*used, *merged], default=0) + 1


def _top_left(sheet: Worksheet, row: int, column: int) -> Any:  # noqa: ANN401 - a cell
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for area in sheet.merged_cells.ranges:
            if cell.coordinate in area:
                return sheet.cell(area.min_row, area.min_col)
    return cell


def _mark_cell(cell: Any, remarks: Sequence[Remark]) -> None:  # noqa: ANN401 - a cell
    cell.fill = _fill(remarks)
    texts = list(dict.fromkeys(remark.text for remark in remarks))
    if cell.comment is not None:
        texts.insert(0, cell.comment.text)
    text = "\n".join(texts)
    lines = sum(1 + len(line) // _COMMENT_LETTERS for line in text.split("\n"))
    height = _COMMENT_LINE_PX * (lines + 1)
    cell.comment = Comment(text, AUTHOR, width=_COMMENT_WIDTH_PX, height=height)


def _fill(remarks: Iterable[Remark]) -> PatternFill:
    gravest = min((remark.severity for remark in remarks), key=_GRAVITY.index)
    return PatternFill("solid", fgColor=_FILLS[gravest])
