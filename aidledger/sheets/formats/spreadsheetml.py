"""XML Spreadsheet 2003, which many systems write under the name of an .xls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from xml.parsers import expat

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.looks import Look, Looks
from aidledger.sheets.formats.package import XML_DAMAGES
from aidledger.sheets.formats.sheet import (
    FORMULA,
    STRUCK_PART,
    Cell,
    Sheet,
    SheetFacts,
    check_sheets,
    check_size,
    with_facts,
)

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{NAMESPACE} "
_EXCEL = "urn:schemas-microsoft-com:office:excel "
_TRUE = {"1", "true"}
_HIDDEN = {"SheetHidden", "SheetVeryHidden"}
_ROWS_MAX, _COLUMNS_MAX = 1_048_576, 16_384
# Named formats; those of dates and times need no treatment.
_NAMED_FORMATS = {
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Percent": "0.00%",
    "Scientific": "0.00E+00",
    "Euro Currency": '"€"#,##0.00',
    "Yes/No": '"Yes";"Yes";"No"',
    "True/False": '"True";"True";"False"',
    "On/Off": '"On";"On";"Off"',
    **dict.fromkeys(("General Number", "Currency", "General Date", "Long Date", "Medium Date"), "General"),
    **dict.fromkeys(("Short Date", "Long Time", "Medium Time", "Short Time"), "General"),
}
_CROSSING = frozenset(("S", "Strike", "Del", "Sup", "Sub"))
_WHITE, _BACKGROUNDS = "#FFFFFF", ("", "#FFFFFF")
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
Attributes = Mapping[str, str]


def spreadsheetml_sheets(text: str, limits: Limits) -> list[Sheet]:
    """The sheets of a workbook; raises FileRefused."""
    book = _Book(limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_entities
    parser.StartElementHandler = book.start
    parser.EndElementHandler = book.end
    parser.CharacterDataHandler = book.text
    try:
        parser.Parse(text, True)  # noqa: FBT003 - the final chunk
    except XML_DAMAGES as error:
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    for sheet in book.sheets:
        sheet.date_1904 = book.date_1904
    return book.sheets


def _refuse_entities(*_: object) -> None:
    raise FileRefused("unreadable-file", why="it declares XML entities, which no spreadsheet program writes")


class _Book:
    """Handles the elements of the workbook; rows and cells are passed to the open worksheet."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sheets: list[Sheet] = []
        self.date_1904 = False
        self.sheet: _Worksheet | None = None
        self.kind = ""
        self.in_comment = False
        self.styles = _XmlStyles()
        self.parts: list[str] | None = None  # of the text being read

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_SS}Worksheet":
            check_sheets(len(self.sheets) + 1, self.limits)
            self.sheet = _Worksheet(attributes.get(f"{_SS}Name", ""), self.styles)
        elif tag == f"{_EXCEL}Date1904":
            self.date_1904 = True
        elif self.sheet is None:
            self.styles.add(tag, attributes)
        else:
            self._start_in_sheet(self.sheet, tag, attributes)

    def _start_in_sheet(self, sheet: _Worksheet, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_SS}Cell":
            sheet.open_cell(attributes)
        elif tag == f"{_SS}Data" and not self.in_comment:
            self.kind, self.parts = attributes.get(f"{_SS}Type", "String"), []
        elif self.parts is not None and tag.rpartition(" ")[2] in _CROSSING:
            sheet.cross_out_part()
        elif tag == f"{_SS}Row":
            sheet.open_row(attributes)
        elif tag == f"{_SS}Column":
            sheet.add_column(attributes)
        elif tag == f"{_SS}Comment":
            self.in_comment = True
        elif tag == f"{_EXCEL}Visible":
            self.parts = []

    def text(self, text: str) -> None:
        if self.parts is not None:
            self.parts.append(text)

    def end(self, tag: str) -> None:
        if self.sheet is None:
            return
        if tag == f"{_SS}Data" and self.parts is not None:
            self.sheet.put(self.kind, "".join(self.parts))
            self.parts = None
        elif tag == f"{_SS}Cell":
            self.sheet.close_cell()
        elif tag == f"{_SS}Comment":
            self.in_comment = False
        elif tag == f"{_EXCEL}Visible" and self.parts is not None:
            self.sheet.visible = "".join(self.parts).strip() not in _HIDDEN
            self.parts = None
        elif tag == f"{_SS}Worksheet":
            self.sheets.append(self.sheet.finished(self.limits))
            self.sheet = None


class _XmlStyles:
    """The styles of the workbook by id."""

    def __init__(self) -> None:
        self._looks = [Look()]
        self._backgrounds = [""]
        self._numbers: dict[str, int] = {}

    def add(self, tag: str, attributes: Attributes) -> None:
        """Add an element outside all sheets; a parent style precedes those based on it."""
        tag, last = tag.removeprefix(_SS), len(self._looks) - 1
        look = self._looks[last]
        if tag == "Style":
            parent = self._numbers.get(attributes.get(f"{_SS}Parent", "Default"), 0)
            self._looks.append(self._looks[parent])
            self._backgrounds.append(self._backgrounds[parent])
            self._numbers[attributes.get(f"{_SS}ID", "")] = last + 1
        elif tag == "NumberFormat":
            code = attributes.get(f"{_SS}Format", "General")
            self._looks[last] = replace(look, code=_NAMED_FORMATS.get(code, code))
        elif tag == "Font":
            white = attributes.get(f"{_SS}Color", "").upper() == _WHITE
            struck = attributes.get(f"{_SS}StrikeThrough") in _TRUE
            self._looks[last] = replace(look, struck=struck, unseen=white)
        elif tag == "Interior":
            self._backgrounds[last] = attributes.get(f"{_SS}Color", "").upper()

    def looks(self) -> Looks:
        """The relevant styles, by the indexes that ``number`` returns."""
        pairs = zip(self._looks, self._backgrounds, strict=True)
        return Looks.of(replace(look, unseen=look.unseen and background in _BACKGROUNDS) for look, background in pairs)

    def number(self, *names: str | None) -> int:
        """The index of the first of these styles that exists."""
        return next((self._numbers[name] for name in (*names, "Default") if name in self._numbers), 0)


class _Worksheet:
    """Cells by row and column, 0-based. The file counts from 1 and omits empty cells."""

    def __init__(self, name: str, styles: _XmlStyles) -> None:
        self.name = name
        self._styles, self._looks = styles, styles.looks()
        self._column_styles: dict[int, str | None] = {}
        self._row_style: str | None = None
        self._style: str | None = None
        self.visible = True
        self._rows: dict[int, dict[int, Cell]] = {}
        self._facts = SheetFacts()
        self._row = self._next_row = 0
        self._column = self._next_column = 0
        self._columns = 0
        self._covered: dict[int, int] = {}  # by column, the last row that a cell above is merged into
        self._has_formula = False

    def add_column(self, attributes: Attributes) -> None:
        first = _place(attributes, self._columns, _COLUMNS_MAX)
        self._columns = first + _count(attributes, "Span") + 1
        style = attributes.get(f"{_SS}StyleID")
        if style is not None:
            self._column_styles.update(dict.fromkeys(range(first, min(self._columns, _COLUMNS_MAX)), style))
        if attributes.get(f"{_SS}Hidden") in _TRUE or _is_flat(attributes, "Width"):
            self._facts.hidden_columns.append((first, self._columns - 1))

    def open_row(self, attributes: Attributes) -> None:
        self._row = _place(attributes, self._next_row, _ROWS_MAX)
        self._next_row = self._row + _count(attributes, "Span") + 1
        self._next_column = 0
        self._row_style = attributes.get(f"{_SS}StyleID")
        if attributes.get(f"{_SS}Hidden") in _TRUE or _is_flat(attributes, "Height"):
            self._facts.hidden_rows.append(self._row)

    def open_cell(self, attributes: Attributes) -> None:
        while f"{_SS}Index" not in attributes and self._covered.get(self._next_column, -1) >= self._row:
            self._next_column += 1
        self._column = _place(attributes, self._next_column, _COLUMNS_MAX)
        self._has_formula = f"{_SS}Formula" in attributes
        self._style = attributes.get(f"{_SS}StyleID")
        last_column = self._column + _count(attributes, "MergeAcross")
        last_row = self._row + _count(attributes, "MergeDown")
        self._next_column = last_column + 1
        if (last_row, last_column) != (self._row, self._column):
            self._facts.merges.append(((self._row, self._column), (last_row, last_column)))
        if last_row > self._row:
            self._covered.update(dict.fromkeys(range(self._column, last_column + 1), last_row))

    def put(self, kind: str, text: str) -> None:
        """Set the value of the open cell."""
        self._has_formula = False
        if kind == "Error":
            self._facts.faults[self._row, self._column] = text or "#ERROR"
        elif text:
            value = _value(kind, text)
            self._rows.setdefault(self._row, {})[self._column] = value
            if self._looks.marked or self._looks.plain:
                self._add_look(value)

    def cross_out_part(self) -> None:
        """Note that part of the open cell's text is struck through, superscript or subscript."""
        self._facts.faults[self._row, self._column] = STRUCK_PART

    def _add_look(self, value: Cell) -> None:
        place = (self._row, self._column)
        style = self._styles.number(self._style, self._row_style, self._column_styles.get(self._column))
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._looks.mark_number(self._facts, place, style, value)
        else:
            self._looks.mark(self._facts, place, style)

    def close_cell(self) -> None:
        if self._has_formula:
            self._facts.faults[self._row, self._column] = FORMULA

    def finished(self, limits: Limits) -> Sheet:
        first = min(self._rows, default=0)
        count = max(self._rows, default=-1) - first + 1
        width = max((max(cells) + 1 for cells in self._rows.values()), default=0)
        check_size(count, width, limits)
        rows: list[list[Cell]] = [[""] * width for _ in range(count)]
        for at, cells in self._rows.items():
            row = rows[at - first]
            for column, cell in cells.items():
                row[column] = cell
        return with_facts(Sheet(self.name, rows, first_row=first, visible=self.visible), self._facts)


def _place(attributes: Attributes, following: int, count_max: int) -> int:
    """The index of a row, column or cell; raises ValueError if it is not after the previous one."""
    index = attributes.get(f"{_SS}Index")
    place = following if index is None else int(index) - 1
    if not following <= place < count_max:
        raise ValueError(place)
    return place


def _is_flat(attributes: Attributes, name: str) -> bool:
    try:
        return float(attributes.get(f"{_SS}{name}", 1)) == 0
    except ValueError:
        return False


def _count(attributes: Attributes, name: str) -> int:
    count = int(attributes.get(f"{_SS}{name}", 0))
    if not 0 <= count < _ROWS_MAX:
        raise ValueError(count)
    return count


def _value(kind: str, text: str) -> Cell:
    try:
        if kind == "Number":
            return int(text) if _INTEGER.fullmatch(text) else float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    return text == "1" if kind == "Boolean" else text
