"""What every row under a header is: a student, a total, a repeated header, a signature, a blank."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aidledger.domain.layout import Layout, fold
from aidledger.domain.listing import SOURCES
from aidledger.domain.roster import Fate
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.cells import AmountNotUnderstood, fen_of, is_blank, text_of
from aidledger.sheets.recognition.header import Header
from aidledger.sheets.recognition.total_lines import TotalLine, TotalWords, total_line

# Columns that say where somebody belongs and not who it is: what is filled down in advance is nobody yet.
_CONTEXT = ("serial", "school", "level", "grade", "class", "boarding", "program", "term", "year", "month", "instalment")
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


# Asked of a row with words of columns, and of the title lines right above it: is it a repeated ``heading``, does
# another ``table`` begin with it, or (None) is it no header?
Again = Callable[[int, Sequence[int]], str | None]


@dataclass(slots=True)
class Sorted:
    """The rows under a header by what they are; indexes into the sheet's rows.

    ``notes``: lines that are nobody's. ``end``: behind the last row.
    """

    students: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    totals: list[TotalLine] = field(default_factory=list)
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    end: int = 0


def sort_rows(rows: Sequence[Sequence[Cell]], header: Header, layout: Layout, again: Again) -> Sorted:
    """A fate for every row below the header, up to where another table begins."""
    result = Sorted(end=len(rows))
    students = result.students
    name, number = header.index("name"), header.index("number")
    rules = _Rules(rows, header, layout)
    others: dict[int, Fate] = {}  # of the rows that are no students
    for at in range(header.row + 1, len(rows)):
        row = rows[at]
        # The fast way for the many: a number that is as long as one, and a name beside it.
        if number is not None and name is not None and row[name]:
            value = row[number]
            if isinstance(value, str) and len(value) == _RESIDENT_LENGTH:
                students.append(at)
                continue
        fate = rules.fate(row, first=not students)
        goes_on = fate is Fate.HEADING and header.rows > 1 and others.get(at - 1) is Fate.HEADING
        if not goes_on and (fate is Fate.HEADING or rules.is_worded(row)):
            start, title = _title_above(at, header.row, rows, others)
            found = again(at, title)
            if found == "table":
                result.end = start
                break
            if found == "heading":
                fate = Fate.HEADING
                others |= {line: Fate.OTHER if rules.is_signed(rows[line]) else Fate.HEADING for line in title}
        if fate is Fate.STUDENT:
            students.append(at)
            continue
        others[at] = fate
        if fate is Fate.TOTAL:
            result.totals.append(total_line(row, at, rules.totals, rules.counted))
    result.students = [at for at in students if at < result.end and at not in others]
    _count(result, others)
    return result


def _title_above(
    at: int, top: int, rows: Sequence[Sequence[Cell]], others: Mapping[int, Fate]
) -> tuple[int, list[int]]:
    """Where the title right above a header begins, and its lines: what is nobody's, or stands alone in its row."""
    start = at
    title: list[int] = []
    for line in range(at - 1, top, -1):
        blank = others.get(line) is Fate.BLANK
        alone = line not in others and sum(cell != "" for cell in rows[line]) == 1
        if not (blank or alone or others.get(line) is Fate.OTHER) or (blank and title):
            break
        if not blank:
            start = line
            title.insert(0, line)
    return start, title


def _count(result: Sorted, others: Mapping[int, Fate]) -> None:
    for at, fate in others.items():
        result.fates[fate] += at < result.end
        if fate is Fate.OTHER and at < result.end:
            result.notes.append(at)
    result.fates[Fate.STUDENT] = len(result.students)


class _Rules:
    """What rows are told by, for one header."""

    def __init__(self, rows: Sequence[Sequence[Cell]], header: Header, layout: Layout) -> None:
        self.header = header
        self.layout = layout
        self.totals = TotalWords(layout)
        self.serials = frozenset(header.fields.get("serial", ()))
        self.context = frozenset(index for name in _CONTEXT for index in header.fields.get(name, ()))
        self.name, self.number = header.index("name"), header.index("number")
        sources = (index for name in SOURCES for index in header.fields.get(name, ()))
        self.money = [*(column.index for column in header.money), *sources]
        self.counted = [index for index in (self.name, self.number) if index is not None]
        heading_rows = rows[header.row - header.rows + 1 : header.row + 1]
        self.heading = [{fold(text_of(row[i])) for row in heading_rows} - {""} for i in range(len(header.texts))]

    def fate(self, row: Sequence[Cell], *, first: bool) -> Fate:
        """A row's fate; ``first``: no student stands above it."""
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
        """Whether a row repeats the header, cell by cell."""
        same = sum(label in self.heading[i] for i, label in labels.items())
        return same >= max(2, len(labels) - 1)

    def _is_person(self, row: Sequence[Cell], texts: list[str], labels: dict[int, str]) -> bool:
        """Whether a row without anything like an ID number still is about a person."""
        if self._is_serial(texts) or self._is_paid(row, labels):
            return not self._is_numbered_note(labels)
        if self._is_described(labels):
            return True
        return not self._closes(row, labels) and self._is_somebody(labels)

    def is_signed(self, row: Sequence[Cell]) -> bool:
        """Whether a row is of signatures, dates or notes."""
        return self._closes(row, {i: fold(text) for i, cell in enumerate(row) if (text := text_of(cell))})

    def is_worded(self, row: Sequence[Cell]) -> bool:
        """Whether a row has so many words of columns that it may be the header of another table."""
        fields = self.layout.fields
        return sum(isinstance(cell, str) and fold(cell) in fields for cell in row if cell != "") > 1

    def _has_number(self, texts: list[str]) -> bool:
        """Whether something as long as an ID number or a passport's stands in its column, and no telephone number."""
        text = "" if self.number is None else texts[self.number]
        if sum(sign.isdigit() for sign in text) < _NUMBER_DIGITS_MIN:
            return False
        return not self._is_label(fold(text)) and not _DAY.fullmatch(fold(text))

    def _explains_columns(self, labels: dict[int, str]) -> bool:
        """Whether a row right under the header numbers its columns, translates them or says how to fill them in."""
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
        """Whether an amount stands in a money column; a date at the foot of a page is none."""
        if any(self._is_label(label) for label in labels.values()):
            labels = {i: label for i, label in labels.items() if not _DAY.fullmatch(label)}
        return any(i in labels and _is_amount(row[i]) for i in self.money)

    def _is_numbered_note(self, labels: dict[int, str]) -> bool:
        """Whether a numbered line has a sentence where a name would be, and nothing else of a person."""
        name = labels.get(self.name, "") if self.name is not None else ""
        others = [i for i in labels if i not in self.serials and i != self.name]
        return not others and bool(_NOTE.search(name) or len(name) > _PERSONAL_NAME_LONGEST)

    def _is_label(self, label: str) -> bool:
        return is_labelled(label, self.layout)

    def _closes(self, row: Sequence[Cell], labels: dict[int, str]) -> bool:
        """Whether a row is of signatures, dates, page numbers or notes."""
        if any(self._is_label(label) or label.endswith(("签字", "签名", "签章", "盖章")) for label in labels.values()):
            return True
        return all(
            isinstance(row[i], date) or _DAY.fullmatch(label) or _PAGE.fullmatch(label) for i, label in labels.items()
        )

    def _is_somebody(self, labels: dict[int, str]) -> bool:
        """Whether what stands in a row's column of names is a name."""
        name = labels.get(self.name, "") if self.name is not None else ""
        alone = len(labels) == 1
        if _NAME.fullmatch(unicodedata.normalize("NFKC", name)):
            return not (alone and name.endswith(self.layout.school_endings))
        return not alone and len(labels) > 2 and bool(name)  # noqa: PLR2004 - a name and two more things

    def _is_described(self, labels: dict[int, str]) -> bool:
        """Whether something that only people have, a sex for instance, stands in its column."""
        return any(
            labels.get(index) in self.layout.values[group]
            for group in ("sex", "boarding", "document_type")
            for index in self.header.fields.get(group, ())
        )


def is_labelled(folded: str, layout: Layout) -> bool:
    """Whether a text begins with a word of signatures and notes, as 制表人:张三 and 注1.本表 do."""
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
    """Whether a cell of a money column is blank or 0, as formulas make it that were filled down in advance."""
    return cell == 0 or (isinstance(cell, str) and (is_blank(cell) or not cell.strip("0. ")))
