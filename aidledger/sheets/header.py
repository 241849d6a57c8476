"""Where the header row is, and which column holds which field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from aidledger.domain.layout import Layout, fold
from aidledger.domain.place import column_letter
from aidledger.domain.program import Program
from aidledger.sheets.cells import text_of
from aidledger.sheets.grid import Cell

HEADER_ROWS_SEARCHED = 1_000
# A header may number its columns or name a year; a student's row has an ID number or an amount.
_HEADER_DIGITS_MAX = 4
_ORNAMENTS = re.compile(r"^[*★※☆#]+|[*★※☆:：]+$|^[0-9]{1,2}[.、]")
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
MoneyRole = Literal["paid", "plain", "due", "standard", "sum"]
# Of one due and one paid column the paid one counts; a sum or a standard only where there is nothing better.
ROLE_RANK: Mapping[MoneyRole, int] = {"paid": 0, "plain": 1, "due": 2, "sum": 3, "standard": 4}
_FIELD_ROLES: Mapping[str, MoneyRole] = {
    "amount": "plain",
    "amount_paid": "paid",
    "amount_due": "due",
    "amount_standard": "standard",
    "sum": "sum",
}


@dataclass(frozen=True, slots=True)
class MoneyColumn:
    """A column of amounts; ``programs`` are those its header names, empty where it names none."""

    index: int
    header: str
    role: MoneyRole
    wan: bool
    programs: tuple[str, ...] = ()


@dataclass(slots=True)
class Header:
    """A header row: the index of each field's columns, and the money columns."""

    row: int
    texts: list[str]
    fields: dict[str, list[int]] = field(default_factory=dict)
    money: list[MoneyColumn] = field(default_factory=list)

    def index(self, name: str) -> int | None:
        """The column of a field; the first where there are several."""
        columns = self.fields.get(name)
        return columns[0] if columns else None


@cache
def _column_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words of a money column, folded, the longest first."""
    return tuple(sorted(map(fold, words), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """What header words are compared with: the layout, the programs' column words, what was said by hand."""

    layout: Layout
    programs: Mapping[str, Program]
    by_hand: Mapping[str, str] = field(default_factory=dict)
    first_column: int = 0

    def read(self, row: int, cells: Sequence[Cell], above: Sequence[str] = ()) -> Header:
        """A row, read as if it were a header; ``above``: the group headings over its cells, where there are any."""
        header = Header(row, [text_of(cell) for cell in cells])
        groups = above or [""] * len(header.texts)
        for index, (text, group) in enumerate(zip(header.texts, groups, strict=True)):
            if text or group:
                self._place(header, index, text, group)
        self._prefer_by_hand(header)
        return header

    def _place(self, header: Header, index: int, text: str, group: str) -> None:
        said = self._said_by_hand(index, text)
        if said is not None:
            self._put(header, index, text, said, wan="万元" in fold(text + group))
            return
        # What is not the student's own (the guardian's name, ID and card) is nobody's field.
        if group and any(word in fold(group) for word in self.layout.others):
            return
        for words in (group + text, text, group) if group else (text,):
            folded = _ORNAMENTS.sub("", fold(words))
            bare = _BRACKETS.sub("", folded)
            wan = "万元" in fold(group + text)
            name = self.layout.fields.get(folded) or self.layout.fields.get(bare)
            if name is not None:
                self._put(header, index, text or group, name, wan=wan)
                return
            money = self._program_column(index, text or group, bare, wan=wan)
            if money is not None:
                header.money.append(money)
                return

    def _said_by_hand(self, index: int, text: str) -> str | None:
        return self.by_hand.get(fold(text)) or self.by_hand.get(column_letter(self.first_column + index).casefold())

    def _put(self, header: Header, index: int, text: str, name: str, *, wan: bool) -> None:
        if name in self.programs:
            header.money.append(MoneyColumn(index, text, "paid", wan, (name,)))
        elif name in _FIELD_ROLES:
            header.money.append(MoneyColumn(index, text, _FIELD_ROLES[name], wan))
        else:
            header.fields.setdefault(name, []).append(index)

    def _prefer_by_hand(self, header: Header) -> None:
        """Where a field was named by hand, only those columns are it."""
        for name, indexes in header.fields.items():
            said = [i for i in indexes if self._said_by_hand(i, header.texts[i]) == name]
            if said:
                header.fields[name] = said

    def _program_column(self, index: int, text: str, bare: str, *, wan: bool) -> MoneyColumn | None:
        named = []
        rest = bare
        for program in self.programs.values():
            word = next((word for word in _column_words(program.words.column) if word in bare), None)
            if word is not None:
                named.append(program.code)
                rest = min(rest, bare.replace(word, ""), key=len)
        if not named:
            return None
        role: MoneyRole = "plain"
        if "标准" in rest:
            role, rest = "standard", rest.replace("标准", "")
        for word in self.layout.money_around:
            if word in self.layout.money_paid and word in rest:
                role = "paid"
            elif word in self.layout.money_due and word in rest:
                role = "due"
            rest = rest.replace(word, "")
        return None if rest else MoneyColumn(index, text, role, wan, tuple(named))


def is_header(header: Header) -> bool:
    """Whether a row names enough to be one: a person by name or number, and one more thing of a roster's."""
    person = {"name", "number"} & header.fields.keys()
    return bool(person) and (len(person) > 1 or bool(header.money))


def find_header(rows: Sequence[Sequence[Cell]], words: HeaderWords) -> Header | None:
    """The first header: one row, or two where the second stands under group headings (学生信息: 姓名, 身份证号)."""
    for row, cells in enumerate(rows[:HEADER_ROWS_SEARCHED]):
        if sum(isinstance(cell, str) and cell != "" for cell in cells) > 1:
            header = words.read(row, cells)
            double = _double(rows, row, words)
            if double is not None and _weight(double) > _weight(header):
                alone = words.read(row + 1, rows[row + 1])
                if is_header(alone) and not twofold(alone):
                    return alone  # what stands above it is no group heading, but a line of the title
                return double
            if is_header(header):
                return header
    return None


def twofold(header: Header) -> list[str]:
    """The fields that say whose row it is and that more than one column claims."""
    return [name for name in ("name", "number") if len(header.fields.get(name, ())) > 1]


def _weight(header: Header) -> int:
    return is_header(header) * (len(header.fields) + len(header.money))


def _double(rows: Sequence[Sequence[Cell]], row: int, words: HeaderWords) -> Header | None:
    """Two rows as one header, if the lower one holds words only and leaves blank what the upper one spans."""
    if row + 1 >= len(rows):
        return None
    upper, lower = [text_of(cell) for cell in rows[row]], rows[row + 1]
    below = [text_of(cell) for cell in lower]
    if not any(below) or any(_is_datum(cell) for cell in lower):
        return None
    groups, group = [], ""
    for over, under in zip(upper, below, strict=True):
        # A group heading spans the blanks to its right, as long as something stands below.
        group = over or (group if under else "")
        groups.append(group)
    header = words.read(row + 1, lower, groups)
    header.texts = [
        " ".join(filter(None, pair)) if pair[0] != pair[1] else pair[0] for pair in zip(groups, below, strict=True)
    ]
    return header


def _is_datum(cell: Cell) -> bool:
    return not isinstance(cell, str) or sum(sign.isdigit() for sign in cell) > _HEADER_DIGITS_MAX
