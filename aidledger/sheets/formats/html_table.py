"""One table of a web page, row by row: what spans what, what a cell holds."""

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
# What Excel clips at the next cell is hidden too: of a long number or a text that is no loss.
_SHORT_NUMBER = re.compile(r"[-+¥￥\s]*[0-9][0-9.,\s]{0,10}\s*[万元]*", re.ASCII)
_NUMBER = re.compile(r"[-+]?[0-9]{1,30}(\.[0-9]{0,30})?([Ee][-+]?[0-9]{1,3})?")
_DATE_SHOWN = re.compile(r"[0-9]{4}\s*[-./年]\s*[0-9]{1,2}|[0-9]{1,2}:[0-9]{2}")
Attributes = Mapping[str, str | None]


@dataclass(slots=True)
class OpenCell:
    """A cell whose end was not seen yet."""

    attributes: Attributes
    parts: list[str] = field(default_factory=list)
    is_crossed: bool = False
    is_clipped: bool = False

    @property
    def text(self) -> str:
        """What it shows: spaces as one, lines without those at their ends."""
        if len(self.parts) == 1:
            return self.parts[0].strip()
        return "\n".join(filter(None, (" ".join(line.split()) for line in "".join(self.parts).split("\n"))))

    def span(self, name: str) -> int:
        """How many rows or columns it spans; 0 rows are all that follow."""
        stated = (self.attributes.get(name) or "1").strip()
        if not (stated.isascii() and stated.isdigit()):
            return 1
        return min(int(stated[:6]), _SPAN_MAX) or (_SPAN_MAX if name == "rowspan" else 1)

    def value(self, text: str) -> tuple[Cell, str | None]:
        """Its value, and its fault where it has one.

        Excel and LibreOffice tell a number from the text that is shown for it (x:num, sdval); digits that nobody calls
        a number are text, as exact as they were typed.
        """
        said = self.attributes
        if self.is_crossed or (self.is_clipped and _SHORT_NUMBER.fullmatch(text)):
            return "", STRUCK_PART
        if "x:err" in said:
            return "", text or said["x:err"] or "#ERROR"
        if "x:str" in said:
            return text, None
        if not text and "x:fmla" in said and not said.get("x:num"):
            return "", FORMULA
        if ("x:num" in said or "sdval" in said) and not _DATE_SHOWN.match(text):
            raw = (said.get("x:num") or said.get("sdval") or text).replace(",", "").strip()
            number = _NUMBER.fullmatch(raw)
            if number:
                held = float(raw) if number[1] or number[2] else int(raw)
                seen = displayed(held, text) if text else held
                return ("", f"{FORMAT}{text}") if seen is None else (seen, None)
        return text, None


class Table:
    """Rows of cells. The page itself is one too, whose rows are its tables' and lines of text."""

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
        """Text of the open cell; where none is open, of a line of its own."""
        (self._cell or self._lines).parts.append(text)

    def mark(self, tag: str, attributes: Attributes) -> None:
        """A tag within the open cell may cross out, raise or hide a part of it."""
        if self._cell is not None:
            style = attributes.get("style") or ""
            self._cell.is_crossed |= tag in _CROSSING or _STRUCK.search(style) is not None
            self._cell.is_clipped |= _is_hidden(attributes)

    def end_lines(self) -> None:
        """Text outside of cells becomes rows."""
        text = self._lines.text
        self._lines.parts.clear()
        if text:
            self.rows.extend([line] for line in text.split("\n"))

    def take_heading(self) -> str:
        """The name in the text so far (``Sheet 1: 五年级1班``), which is no row then."""
        text = self._lines.text
        self._lines.parts.clear()
        return text.partition(":")[2].strip() or text

    def add_column(self, attributes: Attributes) -> None:
        """A column, or a run of them, with its looks."""
        width = OpenCell(attributes).span("span")
        if _is_hidden(attributes):
            self.facts.hidden_columns.append((self._columns, self._columns + width - 1))
        self._columns += width

    def open_row(self, attributes: Attributes) -> None:
        """A row begins."""
        self.end_lines()
        self._row = []
        if _is_hidden(attributes):
            self.facts.hidden_rows.append(len(self.rows))

    def open_cell(self, cell: OpenCell, limits: Limits) -> None:
        """A cell begins; so does its row where nobody said so."""
        self.close_cell(limits)
        if self._row is None:
            self.open_row({})
        self._cell = cell

    def close_cell(self, limits: Limits) -> None:
        """Put the open cell into its row, right of what is there or spans into it."""
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
        """Put the open row below the others; how many cells it has."""
        self.close_cell(limits)
        row, self._row = self._row, None
        if row is None or (self._is_layout and not any(row)):
            return 0
        self.rows.append(row)
        return max(1, len(row))

    def take(self, table: Table, limits: Limits, *, is_page: bool) -> None:
        """Take in a table that stands in this one, or on this page."""
        self.has_table = True
        filled = [str(cell) for row in table.rows for cell in row if cell != ""] if len(table.rows) <= 1 else []
        if not is_page and len(table.rows) <= 1 and len(filled) <= 1:
            self.add_text("".join(filled))  # a table around one text is that text
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
        """A table stands in the open cell: what was before it is a row of its own, and so is what comes after."""
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
