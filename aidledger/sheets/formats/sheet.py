"""A sheet of plain cells, independent of its file format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from aidledger.sheets.formats.conditions import Condition, hidden_by
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.number_formats import EXACT_NUMBERS_LIMIT, formatted, formatted_text

Cell = str | int | float | bool | date | datetime | time | timedelta
Merge = tuple[tuple[int, int], tuple[int, int]]
CellFaults = dict[tuple[int, int], str]
CSV_SHEET = "CSV"
# Faults other than the text of an error: an uncalculated formula, a text struck through in part, and (as a prefix of
# the format code) a number format that misrepresents its value.
FORMULA = "formula"
STRUCK_PART = "struck-out-part"
FORMAT = "format:"
# Cells that calamine may allocate temporarily; the cells kept have a lower limit.
CELLS_BETWEEN_MAX = 20_000_000
COLUMNS_IN_EXCEL = 16_384
_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BUSY!"}
)


@dataclass(slots=True)
class Sheet:
    """Cells as rows of equal width; ``""`` is a blank.

    ``first_row`` and ``first_column`` (0-based): the position of the rows in the sheet. ``faults`` (text of an error,
    FORMULA, STRUCK_PART, or FORMAT with a code), ``struck`` (struck-through cells) and ``merges`` (top left, bottom
    right) use sheet coordinates (0-based). Hidden rows, columns, cells and sheets are read like any other; the numbers
    of those with a value are kept here. ``covered_cells``: values under merged cells, which are invisible and dropped.
    ``doubtful_cells``: cells that conditional formatting may hide. ``date_1904``: the workbook uses the 1904 date
    system. ``widths``: of a delimited text, the number of fields by row, blank ones included.
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
        """Number of rows from the first of the sheet to the last with a value."""
        return self.first_row + len(self.rows)


@dataclass(slots=True)
class SheetFacts:
    """Facts about a sheet beside its values, in sheet coordinates (0-based).

    ``hidden_columns``: first and last of each run. ``narrow``: columns other than ``sized_columns`` have no width.
    ``formats``: number formats of cells that may display something other than their value; ``texts``: display texts of
    other cells. ``unseen``: cells in the colour of their background. ``struck``: struck-through cells. ``conditions``:
    conditional formats that hide values.
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
    """The facts about all sheets of a workbook, by name; ``date_1904`` as in Sheet.

    ``complete``: a sheet without facts could not be examined.
    """

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    date_1904: bool = False
    complete: bool = True

    def of(self, name: str) -> SheetFacts:
        """The facts about a sheet; raises FileRefused if missing, as errors would then be read as blanks."""
        if self.complete and name not in self.sheets:
            raise FileRefused("unreadable-file", why="the workbook is damaged")
        return self.sheets.get(name) or SheetFacts()


def with_facts(sheet: Sheet, facts: SheetFacts) -> Sheet:
    """Apply facts to a sheet: faulty cells become blank, and numbers become what they display."""
    sheet.faults = facts.faults
    if facts.conditions:
        sheet.doubtful_cells = hidden_by(sheet.rows, (sheet.first_row, sheet.first_column), facts.conditions)
    for place, text in facts.texts.items():
        _put(sheet, place, text)
    if facts.formats:
        _apply_formats(sheet, facts)
    for place in facts.faults:
        _put(sheet, place, "")
    sheet.merges = sheet.merges or facts.merges
    _drop_covered(sheet)
    sheet.hidden_rows = _rows_with_value(sheet, facts.hidden_rows) if facts.hidden_rows else 0
    hidden_columns = facts.hidden_columns + (_columns_beside(facts.sized_columns) if facts.narrow else [])
    sheet.hidden_columns = _columns_with_value(sheet, hidden_columns) if hidden_columns else 0
    sheet.hidden_cells = sum(_value_at(sheet, place) != "" for place in facts.unseen)
    sheet.struck = frozenset(place for place in facts.struck if _value_at(sheet, place) != "")
    return sheet


def _drop_covered(sheet: Sheet) -> None:
    """Drop values under merged cells, of which only the top left one is visible."""
    for (top, left), (bottom, right) in sheet.merges:
        first, last = left - sheet.first_column, right - sheet.first_column
        for at in range(max(0, top - sheet.first_row), min(len(sheet.rows), bottom - sheet.first_row + 1)):
            row = sheet.rows[at]
            for index in range(max(0, first), min(len(row), last + 1)):
                if row[index] != "" and (at, index) != (top - sheet.first_row, first):
                    row[index] = ""
                    sheet.covered_cells += 1


def _apply_formats(sheet: Sheet, facts: SheetFacts) -> None:
    """Replace values by what their formats display; where that is unknown, the cell gets a fault."""
    for place, code in facts.formats.items():
        value = _value_at(sheet, place)
        if value == "" or place in facts.faults:
            continue
        display = _display(value, code)
        if display is None:
            facts.faults[place] = f"{FORMAT}{code}"
        elif display == "" or (display == "-" and value != "-"):
            if value != 0:  # 0 is often displayed as nothing
                facts.unseen.add(place)
        else:
            _put(sheet, place, display)


def _display(value: Cell, code: str) -> Cell | None:
    """What a number format displays for a value, dates unchanged; None where that is unknown.

    A number that lost digits stays a number, so that the loss is reported.
    """
    if isinstance(value, str):
        return formatted_text(code, value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < EXACT_NUMBERS_LIMIT:
        return value
    text = formatted(code, value)
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
    """The runs of columns between and after these runs."""
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
    """The problem code and facts of a cell's fault."""
    if fault == FORMULA:
        return "formula-without-value", {}
    if fault == STRUCK_PART:
        return STRUCK_PART, {}
    if fault.startswith(FORMAT):
        return "number-format", {"format": fault.removeprefix(FORMAT)}
    return "cell-error", {"value": fault}


def shows_error(text: str) -> bool:
    """Whether a text is an error (``#N/A``), or ``####``, which stands for a value too wide to display."""
    return text.startswith("#") and (text in _ERRORS or (len(text) > 1 and not text.strip("#")))


def text_faults(rows: list[list[Cell]]) -> CellFaults:
    """The cells of a text format that hold an error; text formats have no other mark for it."""
    return {
        (row, column): cell
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and cell.startswith("#") and shows_error(cell)
    }


def rectangle(rows: list[list[Cell]], limits: Limits) -> list[list[Cell]]:
    """Pad rows to equal width and drop trailing blanks; raises FileRefused beyond the limits."""
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
    """Check the size of a sheet; raises FileRefused."""
    if columns > limits.columns_max:
        raise FileRefused("file-too-large", what="the number of columns", limit=limits.columns_max)
    if rows * columns > limits.cells_max:
        raise FileRefused("file-too-large", what="the number of cells", limit=limits.cells_max)


def check_sheets(count: int, limits: Limits) -> None:
    """Check the number of sheets; raises FileRefused."""
    if count > limits.sheets_max:
        raise FileRefused("file-too-large", what="the number of sheets", limit=limits.sheets_max)


def check_texts(rows: list[list[Cell]], limits: Limits) -> None:
    """Check the length of all texts; raises FileRefused."""
    for row in rows:
        for cell in row:
            if isinstance(cell, str) and len(cell) > limits.text_length_max:
                raise FileRefused("file-too-large", what="the length of a cell", limit=limits.text_length_max)


def check_far(rows: int, columns: int, limits: Limits) -> None:
    """Refuse sparse sheets with distant cells: calamine would allocate all cells between, 550 GB for a 2 KB file."""
    if rows * columns > CELLS_BETWEEN_MAX:
        raise FileRefused("file-too-large", what="the number of cells", limit=limits.cells_max)
