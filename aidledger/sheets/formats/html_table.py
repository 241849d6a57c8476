"""One table of a web page: rows, spans and values of cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aidledger.sheets.formats.displayed import displayed
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.sheet import FORMAT, FORMULA, STRUCK_PART, Cell, SheetFacts, check_size

_SPAN_MAX = 65_536
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_STRUCK = re.compile(r"line-through", re.IGNORECASE)
_CROSSING = frozenset(("s", "del", "strike", "sup", "sub"))
# Excel marks text clipped at the next cell as hidden, too; that loses nothing of a text or long number.
_SHORT_NUMBER = re.compile(r"[-+¥￥\s]*[0-9][0-9.,\s]{0,10}\s*[万元]*", re.ASCII)
_NUMBER = re.compile(r"[-+]?[0-9]{1,30}(\.[0-9]{0,30})?([Ee][-+]?[0-9]{1,3})?")
_DATE_SHOWN = re.compile(r"[0-9]{4}\s*[-./年]\s*[0-9]{1,2}|[0-9]{1,2}:[0-9]{2}")
Attributes = Mapping[str, str | None]


@dataclass(slots=True)
class OpenCell:
    """A cell whose end tag has not been read yet."""

    attributes: Attributes
    parts: list[str] = field(default_factory=list)
    is_crossed: bool = False
    is_clipped: bool = False

    @property
    def text(self) -> str:
        """Its display text: white space collapsed, lines stripped."""
        if len(self.parts) == 1:
            return self.parts[0].strip()
        return "\n".join(filter(None, (" ".join(line.split()) for line in "".join(self.parts).split("\n"))))

    def span(self, name: str) -> int:
        """Number of rows or columns that it spans; a rowspan of 0 means all rows below."""
        stated = (self.attributes.get(name) or "1").strip()
        if not (stated.isascii() and stated.isdigit()):
            return 1
        return min(int(stated[:6]), _SPAN_MAX) or (_SPAN_MAX if name == "rowspan" else 1)

    def value(self, text: str) -> tuple[Cell, str | None]:
        """Its value, and its fault, if any.

        Excel and LibreOffice store numbers in attributes (x:num, sdval); digits without these are text, as typed.
        """
        fault = self._fault(text)
        if fault is not None:
            return "", fault
        stored = self._number(text)
        if stored is None:
            return text, None
        value = displayed(stored, text) if text else stored
        return ("", f"{FORMAT}{text}") if value is None else (value, None)

    def _fault(self, text: str) -> str | None:
        """Why it has no value: a part of it is struck through, or it holds an error or an uncalculated formula."""
        attributes = self.attributes
        if self.is_crossed or (self.is_clipped and _SHORT_NUMBER.fullmatch(text)):
            return STRUCK_PART
        if "x:err" in attributes:
            return text or attributes["x:err"] or "#ERROR"
        has_value = text or "x:str" in attributes or attributes.get("x:num")
        return FORMULA if "x:fmla" in attributes and not has_value else None

    def _number(self, text: str) -> float | None:
        """The number that its attributes store, unless it is text or displayed as a date."""
        attributes = self.attributes
        stores = "x:str" not in attributes and ("x:num" in attributes or "sdval" in attributes)
        if not stores or _DATE_SHOWN.match(text):
            return None
        raw = (attributes.get("x:num") or attributes.get("sdval") or text).replace(",", "").strip()
        number = _NUMBER.fullmatch(raw)
        if number is None:
            return None
        return float(raw) if number[1] or number[2] else int(raw)


class HtmlTable:
    """Rows of cells. The page itself is one as well: its rows are those of its tables, and lines of text."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.facts = SheetFacts()
        self.has_table = False
        self._row: list[Cell] | None = None
        self._cell: OpenCell | None = None
        self._lines = OpenCell({})
        self._covered: dict[int, int] = {}  # by column, the last row that a cell above spans
        self._columns = 0
        self._is_layout = False

    def add_text(self, text: str) -> None:
        """Add text to the open cell, or to the current line outside cells."""
        (self._cell or self._lines).parts.append(text)

    def mark(self, tag: str, attributes: Attributes) -> None:
        """Note a tag within the open cell that strikes through, raises, lowers or hides a part of it."""
        if self._cell is not None:
            style = attributes.get("style") or ""
            self._cell.is_crossed |= tag in _CROSSING or _STRUCK.search(style) is not None
            self._cell.is_clipped |= _is_hidden(attributes)

    def end_lines(self) -> None:
        """Turn text outside cells into rows."""
        text = self._lines.text
        self._lines.parts.clear()
        if text:
            self.rows.extend([line] for line in text.split("\n"))

    def take_heading(self) -> str:
        """Take the text so far as the name of a sheet (``Sheet 1: 五年级1班``) instead of a row."""
        text = self._lines.text
        self._lines.parts.clear()
        return text.partition(":")[2].strip() or text

    def add_column(self, attributes: Attributes) -> None:
        """Add a column, or a run of columns."""
        width = OpenCell(attributes).span("span")
        if _is_hidden(attributes):
            self.facts.hidden_columns.append((self._columns, self._columns + width - 1))
        self._columns += width

    def open_row(self, attributes: Attributes) -> None:
        """Open a row."""
        self.end_lines()
        self._row = []
        if _is_hidden(attributes):
            self.facts.hidden_rows.append(len(self.rows))

    def open_cell(self, cell: OpenCell, limits: Limits) -> None:
        """Open a cell, and a row if none is open."""
        self.close_cell(limits)
        if self._row is None:
            self.open_row({})
        self._cell = cell

    def close_cell(self, limits: Limits) -> None:
        """Append the open cell to its row, after the cells that span into it from above."""
        cell, row, self._cell = self._cell, self._row, None
        if cell is None or row is None:
            return
        at = len(self.rows)
        while self._covered.get(len(row), -1) >= at:
            row.append("")
        text = cell.text
        column = len(row)
        if column >= limits.columns_max:
            check_size(1, column + bool(text), limits)
            return
        value, fault = cell.value(text)
        if fault is not None:
            self.facts.faults[at, column] = fault
        elif text and _STRUCK.search(cell.attributes.get("style") or ""):
            self.facts.struck.add((at, column))
        width = min(cell.span("colspan"), limits.columns_max - column)
        row.append(value)
        row.extend([""] * (width - 1))
        height = cell.span("rowspan")
        if (width > 1 or height > 1) and not self._is_layout:
            self.facts.merges.append(((at, column), (at + height - 1, column + width - 1)))
            if height > 1:
                self._covered.update(dict.fromkeys(range(column, column + width), at + height - 1))

    def close_row(self, limits: Limits) -> int:
        """Append the open row; return its number of cells."""
        self.close_cell(limits)
        row, self._row = self._row, None
        if row is None or (self._is_layout and not any(row)):
            return 0
        self.rows.append(row)
        return max(1, len(row))

    def take(self, table: HtmlTable, limits: Limits, *, is_page: bool) -> None:
        """Add the rows of a table nested in this one, or on this page."""
        self.has_table = True
        filled = [str(cell) for row in table.rows for cell in row if cell != ""] if len(table.rows) <= 1 else []
        if not is_page and len(table.rows) <= 1 and len(filled) <= 1:
            self.add_text("".join(filled))  # a table with a single text is that text
            return
        if not is_page:
            self._become_layout(limits)
        at = len(self.rows)
        if self.rows:
            self.rows.extend(table.rows)
        else:
            self.rows = table.rows
        last, facts = len(self.rows) - 1, self.facts
        facts.faults |= {(at + row, column): fault for (row, column), fault in table.facts.faults.items()}
        facts.struck |= {(at + row, column) for row, column in table.facts.struck}
        facts.hidden_rows += [at + row for row in table.facts.hidden_rows]
        facts.hidden_columns += table.facts.hidden_columns
        for (top, left), (bottom, right) in table.facts.merges:
            facts.merges.append(((at + top, left), (min(at + bottom, last), right)))

    def _become_layout(self, limits: Limits) -> None:
        """Treat this table as layout because it nests another; the text before and after that becomes rows."""
        if not self._is_layout:
            self._is_layout = True
            self.facts.merges.clear()
            self._covered.clear()
        column = len(self._row or ())
        cell = self._cell
        self.close_row(limits)
        self.end_lines()
        if cell is not None:
            self._row = [""] * column
            self._cell = OpenCell({})


def _is_hidden(attributes: Attributes) -> bool:
    return "hidden" in attributes or _HIDDEN.search(attributes.get("style") or "") is not None
