"""A sheet of plain cells, whatever the format that it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from aidledger.sheets.formats.conditions import Condition, hidden_by
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.number_formats import EXACT_NUMBERS_LIMIT, shown, shown_text

Cell = str | int | float | bool | date | datetime | time | timedelta
Merge = tuple[tuple[int, int], tuple[int, int]]
CellFaults = dict[tuple[int, int], str]
CSV_SHEET = "CSV"
# Faults that are no error's text: a formula that was never calculated, a text of which a part is crossed out, and
# (before the format's code) a number format that does not show what the cell holds.
FORMULA = "formula"
STRUCK_PART = "struck-out-part"
FORMAT = "format:"
# As many cells as a reader may hold in memory for a moment; what is read in the end has a limit of its own.
CELLS_BETWEEN_MAX = 20_000_000
COLUMNS_IN_EXCEL = 16_384
_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BUSY!"}
)


@dataclass(slots=True)
class Sheet:
    """Cells that carry a value, as rows of equal width; ``""`` is a blank.

    ``first_row`` and ``first_column`` (0-based) say where the rows begin in the sheet; ``faults`` (an error's text,
    FORMULA, STRUCK_PART or FORMAT with a code), ``struck`` (cells that are crossed out) and ``merges`` (top left,
    bottom right) are in the sheet's own coordinates. Hidden rows, columns, cells and sheets count like all others;
    those with a value are counted here. ``covered_cells`` had a value under a merged cell, which nobody sees: they are
    left out. ``doubtful_cells``: a conditional format may hide so many. ``date_1904``: a plain number that means a day
    counts from 1904 and not 1900. ``widths``: of a text, how many fields each row has, blank ones too.
    """

    name: str
    rows: list[list[Cell]]
    first_row: int = 0
    first_column: int = 0
    visible: bool = True
    faults: CellFaults = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    covered_cells: int = 0
    hidden_cells: int = 0
    doubtful_cells: int = 0
    struck: frozenset[tuple[int, int]] = frozenset()
    date_1904: bool = False
    widths: list[int] = field(default_factory=list)

    @property
    def rows_total(self) -> int:
        """Rows from the sheet's first to the last that carries a value."""
        return self.first_row + len(self.rows)


@dataclass(slots=True)
class SheetFacts:
    """What the values of a sheet's cells do not tell, in the sheet's own coordinates, 0-based.

    ``hidden_columns``: first and last of each run. ``narrow``: columns have no width, but for ``sized_columns``.
    ``formats``: the number formats of cells that may show something else than their value; ``texts``: what other cells
    show. ``unseen``: cells whose text has the colour of the paper. ``struck``: cells that are crossed out.
    ``conditions``: under which cells show nothing.
    """

    faults: CellFaults = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    narrow: bool = False
    sized_columns: list[tuple[int, int]] = field(default_factory=list)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    unseen: set[tuple[int, int]] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    conditions: list[Condition] = field(default_factory=list)


@dataclass(slots=True)
class BookFacts:
    """The same of a workbook, by the names of its sheets; ``date_1904`` as in Sheet.

    ``complete``: a sheet that is not among them could not be looked into.
    """

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    date_1904: bool = False
    complete: bool = True

    def of(self, name: str) -> SheetFacts:
        """The facts of a sheet; raises FileRefused, for an error that nobody saw would be read as a blank."""
        if self.complete and name not in self.sheets:
            raise FileRefused("unreadable-file", why="the workbook is damaged")
        return self.sheets.get(name) or SheetFacts()


def with_facts(sheet: Sheet, facts: SheetFacts) -> Sheet:
    """The sheet, knowing what its values do not tell: a cell in error has no value, and a number is what it shows."""
    sheet.faults = facts.faults
    if facts.conditions:
        sheet.doubtful_cells = hidden_by(sheet.rows, (sheet.first_row, sheet.first_column), facts.conditions)
    for place, text in facts.texts.items():
        _put(sheet, place, text)
    if facts.formats:
        _show(sheet, facts)
    for place in facts.faults:
        _put(sheet, place, "")
    sheet.merges = sheet.merges or facts.merges
    _leave_covered_out(sheet)
    sheet.hidden_rows = _rows_with_value(sheet, facts.hidden_rows) if facts.hidden_rows else 0
    hidden_columns = facts.hidden_columns + (_columns_beside(facts.sized_columns) if facts.narrow else [])
    sheet.hidden_columns = _columns_with_value(sheet, hidden_columns) if hidden_columns else 0
    sheet.hidden_cells = sum(_value_at(sheet, place) != "" for place in facts.unseen)
    sheet.struck = frozenset(place for place in facts.struck if _value_at(sheet, place) != "")
    return sheet


def _leave_covered_out(sheet: Sheet) -> None:
    """What lies under a merged cell is not seen: only the cell at its top left is."""
    for (top, left), (bottom, right) in sheet.merges:
        first, last = left - sheet.first_column, right - sheet.first_column
        for at in range(max(0, top - sheet.first_row), min(len(sheet.rows), bottom - sheet.first_row + 1)):
            row = sheet.rows[at]
            for index in range(max(0, first), min(len(row), last + 1)):
                if row[index] != "" and (at, index) != (top - sheet.first_row, first):
                    row[index] = ""
                    sheet.covered_cells += 1


def _show(sheet: Sheet, facts: SheetFacts) -> None:
    """What is shown takes the place of what is held; where that cannot be told, the cell is in error."""
    for place, code in facts.formats.items():
        value = _value_at(sheet, place)
        if value == "" or place in facts.faults:
            continue
        seen = _seen(value, code)
        if seen is None:
            facts.faults[place] = f"{FORMAT}{code}"
        elif seen == "" or (seen == "-" and value != "-"):
            if value != 0:  # which is nothing, and often shown as that
                facts.unseen.add(place)
        else:
            _put(sheet, place, seen)


def _seen(value: Cell, code: str) -> Cell | None:
    """What a number format shows of a value, days as the days that they are; None where that cannot be told.

    A number that lost digits stays one, so that its loss is seen.
    """
    if isinstance(value, str):
        return shown_text(code, value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < EXACT_NUMBERS_LIMIT:
        return value
    text = shown(code, value)
    return value if text is not None and float(value).is_integer() and text == str(int(value)) else text


def _put(sheet: Sheet, place: tuple[int, int], value: Cell) -> None:
    row, column = place[0] - sheet.first_row, place[1] - sheet.first_column
    if 0 <= row < len(sheet.rows) and 0 <= column < len(sheet.rows[row]):
        sheet.rows[row][column] = value


def _value_at(sheet: Sheet, place: tuple[int, int]) -> Cell:
    row, column = place[0] - sheet.first_row, place[1] - sheet.first_column
    inside = 0 <= row < len(sheet.rows) and 0 <= column < len(sheet.rows[row])
    return sheet.rows[row][column] if inside else ""


def _columns_beside(runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The runs of columns between some runs, and behind the last."""
    beside, free = [], 0
    for first, last in sorted(runs):
        if first > free:
            beside.append((free, first - 1))
        free = max(free, last + 1)
    return [*beside, (free, COLUMNS_IN_EXCEL - 1)] if free < COLUMNS_IN_EXCEL else beside


def _rows_with_value(sheet: Sheet, numbers: list[int]) -> int:
    at = (row - sheet.first_row for row in numbers)
    return sum(any(cell != "" for cell in sheet.rows[row]) for row in at if 0 <= row < len(sheet.rows))


def _columns_with_value(sheet: Sheet, runs: list[tuple[int, int]]) -> int:
    width = len(sheet.rows[0]) if sheet.rows else 0
    columns: set[int] = set()
    for first, last in runs:
        columns.update(range(max(0, first - sheet.first_column), min(width - 1, last - sheet.first_column) + 1))
    return sum(any(row[column] != "" for row in sheet.rows) for column in columns)


def fault_code(fault: str) -> tuple[str, dict[str, str]]:
    """The code of the problem that a cell's fault is, and its facts."""
    if fault == FORMULA:
        return "formula-without-value", {}
    if fault == STRUCK_PART:
        return STRUCK_PART, {}
    if fault.startswith(FORMAT):
        return "number-format", {"format": fault.removeprefix(FORMAT)}
    return "cell-error", {"value": fault}


def shows_error(text: str) -> bool:
    """Whether a cell shows an error (``#N/A``), or nothing but ``####``, which stands for what was too wide."""
    return text.startswith("#") and (text in _ERRORS or (len(text) > 1 and not text.strip("#")))


def text_faults(rows: list[list[Cell]]) -> CellFaults:
    """The cells of a text, which has no other mark for them, that show an error."""
    return {
        (row, column): cell
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and cell.startswith("#") and shows_error(cell)
    }


def rectangle(rows: list[list[Cell]], limits: Limits) -> list[list[Cell]]:
    """Rows up to the last that carries a value, all as wide as the widest; raises FileRefused beyond the limits."""
    width = 0
    for row in rows:
        while row and row[-1] == "":
            row.pop()
        width = max(width, len(row))
    while rows and not rows[-1]:
        rows.pop()
    check_size(len(rows), width, limits)
    for row in rows:
        row.extend([""] * (width - len(row)))
    return rows


def check_size(rows: int, columns: int, limits: Limits) -> None:
    """Whether a sheet of this size is read; raises FileRefused."""
    if columns > limits.columns_max:
        raise FileRefused("file-too-large", what="the number of columns", limit=limits.columns_max)
    if rows * columns > limits.cells_max:
        raise FileRefused("file-too-large", what="the number of cells", limit=limits.cells_max)


def check_sheets(count: int, limits: Limits) -> None:
    """Whether a workbook of so many sheets is read; raises FileRefused."""
    if count > limits.sheets_max:
        raise FileRefused("file-too-large", what="the number of sheets", limit=limits.sheets_max)


def check_texts(rows: list[list[Cell]], limits: Limits) -> None:
    """Whether every text is short enough to be one; raises FileRefused."""
    for row in rows:
        for cell in row:
            if isinstance(cell, str) and len(cell) > limits.text_length_max:
                raise FileRefused("file-too-large", what="the length of a cell", limit=limits.text_length_max)


def check_far(rows: int, columns: int, limits: Limits) -> None:
    """Refuse two cells in far corners: calamine asks for memory for all between, 550 GB for a file of 2 KB."""
    if rows * columns > CELLS_BETWEEN_MAX:
        raise FileRefused("file-too-large", what="the number of cells", limit=limits.cells_max)
