"""Classifies every row below a header: pupil, total, repeated header, signature, blank."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from aidledger.domain.layout import Layout, fold
from aidledger.domain.listing import SOURCES
from aidledger.domain.roster import Fate
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.cells import AmountNotUnderstood, fen_of, is_blank, text_of
from aidledger.sheets.recognition.header import Header
from aidledger.sheets.recognition.total_lines import TotalLine, TotalWords, total_line

# Fields that identify nobody: a row prefilled with these alone is no pupil.
_CONTEXT_FIELDS = (
    "serial",
    "school",
    "level",
    "grade",
    "class",
    "boarding",
    "program",
    "term",
    "year",
    "month",
    "instalment",
)
_RESIDENT_LENGTH, _NUMBER_DIGITS_MIN = 18, 8
_ORDINAL = re.compile(r"[(]?(?:[0-9]{1,2}|[a-z]|[甲乙丙丁戊己庚辛壬癸]|[一二三四五六七八九十]{1,2})[)]?")
_DAY = re.compile(r"[0-9]{0,4}年[0-9]{0,2}月(?:[0-9]{0,2}日)?|20[0-9]{2}[-./][0-9]{1,2}(?:[-./][0-9]{1,2})?")
_PAGE = re.compile(r"第[0-9]+页.*|共[0-9]+页|-?[0-9]+-|[0-9]+/[0-9]+")
_NAME = re.compile(r"[㐀-鿿𠀀-𳿿]{2,4}|[^\W\d_]+(?:·[^\W\d_]+)+|[a-z]+")
_FILLING_IN = re.compile(r"填|输入|必须|格式|选择")
_PERSONAL_NAME_LONGEST = 25
_AFTER_LABEL = re.compile(r"[:(、,。.0-9\s]")
_NOTE = re.compile(r"[:,。;、]")
_COLON_WITHIN = 15


# Classifies a row with column headings, given the title rows directly above it: ``heading`` for a repeated header,
# ``table`` where another table begins, None for no header.
HeaderKind = Callable[[int, Sequence[int]], str | None]


@dataclass(slots=True)
class Sorted:
    """The rows below a header by kind, as indexes into the rows of the sheet.

    ``notes``: rows with text that belong to no pupil, total or header. ``end``: the index after the last row.
    """

    students: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    totals: list[TotalLine] = field(default_factory=list)
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    end: int = 0


def sort_rows(rows: Sequence[Sequence[Cell]], header: Header, layout: Layout, kind_of: HeaderKind) -> Sorted:
    """Sort the rows below the header by fate, up to where another table begins."""
    sorter = _Sorter(rows, header, layout, kind_of)
    for at in range(header.row + 1, len(rows)):
        if sorter.is_plainly_pupil(rows[at]):
            sorter.pupils.append(at)
        elif sorter.begins_table(at):
            break
    return sorter.result()


class _Sorter:
    """Sorts rows from top to bottom, as the fate of a row depends on those above it."""

    def __init__(self, rows: Sequence[Sequence[Cell]], header: Header, layout: Layout, kind_of: HeaderKind) -> None:
        self.rows = rows
        self.header = header
        self.kind_of = kind_of
        self.rules = _Rules(rows, header, layout)
        self.pupils: list[int] = []
        self.others: dict[int, Fate] = {}
        self.totals: list[TotalLine] = []
        self.end = len(rows)

    def is_plainly_pupil(self, row: Sequence[Cell]) -> bool:
        """The fast path for most rows: a text as long as an ID number, with a name beside it."""
        name, number = self.rules.name, self.rules.number
        if name is None or number is None or not row[name]:
            return False
        text = row[number]
        return isinstance(text, str) and len(text) == _RESIDENT_LENGTH

    def begins_table(self, at: int) -> bool:
        """Whether another table begins at a row; if not, the row gets its fate."""
        row = self.rows[at]
        fate = self.rules.fate(row, first=not self.pupils)
        if self._may_be_header(at, fate):
            start, title = self._title_above(at)
            kind = self.kind_of(at, title)
            if kind == "table":
                self.end = start
                return True
            if kind == "heading":
                fate = Fate.HEADING
                self._mark_title(title)
        if fate is Fate.STUDENT:
            self.pupils.append(at)
            return False
        self.others[at] = fate
        if fate is Fate.TOTAL:
            self.totals.append(total_line(row, at, self.rules.totals, self.rules.counted))
        return False

    def _may_be_header(self, at: int, fate: Fate) -> bool:
        """Whether a row may be a header, and is not the next row of a repeated one."""
        goes_on = fate is Fate.HEADING and self.header.rows > 1 and self.others.get(at - 1) is Fate.HEADING
        return not goes_on and (fate is Fate.HEADING or self.rules.is_worded(self.rows[at]))

    def _title_above(self, at: int) -> tuple[int, list[int]]:
        """The first row of the title directly above a header, and its rows: notes, or rows with a single cell."""
        start = at
        title: list[int] = []
        for line in range(at - 1, self.header.row, -1):
            blank = self.others.get(line) is Fate.BLANK
            alone = line not in self.others and sum(cell != "" for cell in self.rows[line]) == 1
            if not (blank or alone or self.others.get(line) is Fate.OTHER) or (blank and title):
                break
            if not blank:
                start = line
                title.insert(0, line)
        return start, title

    def _mark_title(self, title: Sequence[int]) -> None:
        for line in title:
            self.others[line] = Fate.OTHER if self.rules.is_signed(self.rows[line]) else Fate.HEADING

    def result(self) -> Sorted:
        """The rows up to the end of the table."""
        others = {at: fate for at, fate in self.others.items() if at < self.end}
        result = Sorted(totals=self.totals, end=self.end)
        result.students = [at for at in self.pupils if at < self.end and at not in self.others]
        result.notes = [at for at, fate in others.items() if fate is Fate.OTHER]
        result.fates |= Counter(others.values())
        result.fates[Fate.STUDENT] = len(result.students)
        return result


class _Rules:
    """Classifies single rows below one header."""

    def __init__(self, rows: Sequence[Sequence[Cell]], header: Header, layout: Layout) -> None:
        self.header = header
        self.layout = layout
        self.totals = TotalWords(layout)
        self.serials = frozenset(header.fields.get("serial", ()))
        self.context = frozenset(index for name in _CONTEXT_FIELDS for index in header.fields.get(name, ()))
        name = "name" if "name" in header.fields else "staff_name"
        self.name, self.number = header.index(name), header.index("number")
        self.numbers = [self.number] if self.number is not None else header.members
        sources = (index for name in SOURCES for index in header.fields.get(name, ()))
        counts = (index for name in ("persons", "places") if header.of_sums for index in header.fields.get(name, ()))
        self.money = [*(column.index for column in header.money), *sources, *counts]
        self.counted = [index for index in (self.name, self.number) if index is not None]
        heading_rows = rows[header.row - header.rows + 1 : header.row + 1]
        self.heading = [{fold(text_of(row[i])) for row in heading_rows} - {""} for i in range(len(header.texts))]

    def fate(self, row: Sequence[Cell], *, first: bool) -> Fate:
        """The fate of a row; ``first``: no pupil is above it."""
        texts = [text_of(cell) for cell in row]
        labels = {i: fold(text) for i, text in enumerate(texts) if text}
        if self._is_heading(labels):
            return Fate.HEADING
        if self._has_number(texts):
            return Fate.STUDENT
        if first and self._explains_columns(labels):
            return Fate.HEADING
        if self._is_total(labels):
            return Fate.TOTAL
        if all(self._is_context(i, label) or (i in self.money and _is_nothing(row[i])) for i, label in labels.items()):
            return Fate.OTHER if len(labels) == 1 and not self._is_serial(texts) else Fate.BLANK
        return Fate.STUDENT if self._is_person(row, texts, labels) else Fate.OTHER

    def _is_heading(self, labels: dict[int, str]) -> bool:
        """Whether a row repeats the header, in all cells but at most one."""
        same = sum(label in self.heading[i] for i, label in labels.items())
        return same >= max(2, len(labels) - 1)

    def _is_person(self, row: Sequence[Cell], texts: list[str], labels: dict[int, str]) -> bool:
        """Whether a row without an ID number still describes a person."""
        if self._is_serial(texts) or self._is_paid(row, labels):
            return not self._is_numbered_note(labels)
        if self._is_described(labels):
            return True
        return not self._closes(row, labels) and self._is_somebody(labels)

    def is_signed(self, row: Sequence[Cell]) -> bool:
        """Whether a row holds signatures, dates or notes."""
        return self._closes(row, {i: fold(text) for i, cell in enumerate(row) if (text := text_of(cell))})

    def is_worded(self, row: Sequence[Cell]) -> bool:
        """Whether a row has at least two column headings, so that it may be the header of another table."""
        fields = self.layout.fields
        return sum(isinstance(cell, str) and fold(cell) in fields for cell in row if cell != "") > 1

    def _has_number(self, texts: list[str]) -> bool:
        """Whether an ID column holds something as long as a document number, and neither a label nor a date."""
        return any(self._is_number(texts[index]) for index in self.numbers)

    def _is_number(self, text: str) -> bool:
        if sum(sign.isdigit() for sign in text) < _NUMBER_DIGITS_MIN:
            return False
        return not self._is_label(fold(text)) and not _DAY.fullmatch(fold(text))

    def _explains_columns(self, labels: dict[int, str]) -> bool:
        """Whether a row directly below the header numbers, translates or explains its columns."""
        texts = list(labels.values())
        if len(texts) > 1 and all(_ORDINAL.fullmatch(text) for text in texts):
            return True
        named = sum(text in self.layout.fields for text in texts)
        if named > 1 and named >= len(texts) - 1:
            return True
        name = labels.get(self.name, "") if self.name is not None else ""
        return len(texts) > 1 and any(map(_FILLING_IN.search, texts)) and not _NAME.fullmatch(name)

    def _is_total(self, labels: dict[int, str]) -> bool:
        name = labels.get(self.name, "") if self.name is not None else ""
        if name and not (self.totals.is_figures(name) or self._is_label(name)):
            return False
        return any(self.totals.is_total(label) for label in list(labels.values())[:3])

    def _is_context(self, index: int, text: str) -> bool:
        return index in self.context and (index not in self.serials or text.isascii())

    def _is_serial(self, texts: list[str]) -> bool:
        return any(texts[i].isascii() and texts[i].isdigit() for i in self.serials)

    def _is_paid(self, row: Sequence[Cell], labels: dict[int, str]) -> bool:
        """Whether a money column holds an amount; dates beside labels do not count."""
        if any(self._is_label(label) for label in labels.values()):
            labels = {i: label for i, label in labels.items() if not _DAY.fullmatch(label)}
        return any(i in labels and _is_amount(row[i]) for i in self.money)

    def _is_numbered_note(self, labels: dict[int, str]) -> bool:
        """Whether a numbered row has a sentence in place of a name, and nothing else."""
        name = labels.get(self.name, "") if self.name is not None else ""
        others = [i for i in labels if i not in self.serials and i != self.name]
        return not others and bool(_NOTE.search(name) or len(name) > _PERSONAL_NAME_LONGEST)

    def _is_label(self, label: str) -> bool:
        return is_labelled(label, self.layout)

    def _closes(self, row: Sequence[Cell], labels: dict[int, str]) -> bool:
        """Whether a row holds signatures, dates, page numbers or notes."""
        if any(self._is_label(label) or label.endswith(("签字", "签名", "签章", "盖章")) for label in labels.values()):
            return True
        return all(
            isinstance(row[i], date) or _DAY.fullmatch(label) or _PAGE.fullmatch(label) for i, label in labels.items()
        )

    def _is_somebody(self, labels: dict[int, str]) -> bool:
        """Whether the name column of a row holds a name."""
        name = labels.get(self.name, "") if self.name is not None else ""
        alone = len(labels) == 1
        if _NAME.fullmatch(unicodedata.normalize("NFKC", name)):
            return not (alone and name.endswith(self.layout.school_endings))
        return not alone and len(labels) > 2 and bool(name)  # noqa: PLR2004 - a name and two more things

    def _is_described(self, labels: dict[int, str]) -> bool:
        """Whether a column that only describes people, such as sex, holds a known value."""
        return any(
            labels.get(index) in self.layout.values[group]
            for group in ("sex", "boarding", "document_type")
            for index in self.header.fields.get(group, ())
        )


def is_labelled(folded: str, layout: Layout) -> bool:
    """Whether a folded text begins with the label of a signature or note: 制表人:张三, 注1.本表."""
    for word in layout.closing:
        if folded.startswith(word):
            rest = folded.removeprefix(word)
            return not rest or bool(_AFTER_LABEL.match(rest)) or rest.startswith(layout.closing)
    return ":" in folded[:_COLON_WITHIN] and not folded[0].isdigit()


def _is_amount(cell: Cell) -> bool:
    try:
        return fen_of(cell) is not None
    except AmountNotUnderstood:
        return False


def _is_nothing(cell: Cell) -> bool:
    """Whether a money cell is blank or 0, as prefilled formulas leave it."""
    return cell == 0 or (isinstance(cell, str) and (is_blank(cell) or not cell.strip("0. ")))
