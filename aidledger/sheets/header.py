"""Where the header row is, and which column holds which field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aidledger.domain.layout import Layout, fold
from aidledger.domain.program import Program
from aidledger.sheets.cells import text_of
from aidledger.sheets.grid import Cell

HEADER_ROWS_SEARCHED = 1_000
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


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """What header words are compared with: the layout, the programs' column words, what was said by hand."""

    layout: Layout
    programs: Mapping[str, Program]
    by_hand: Mapping[str, str] = field(default_factory=dict)

    def read(self, row: int, cells: Sequence[Cell]) -> Header:
        """A row, read as if it were a header."""
        header = Header(row, [text_of(cell) for cell in cells])
        for index, text in enumerate(header.texts):
            if text:
                self._place(header, index, text)
        return header

    def _place(self, header: Header, index: int, text: str) -> None:
        folded = fold(text)
        bare = _BRACKETS.sub("", folded)
        wan = "万元" in folded
        field_name = self.by_hand.get(folded) or self.layout.fields.get(folded) or self.layout.fields.get(bare)
        if field_name is not None and field_name in self.programs:
            header.money.append(MoneyColumn(index, text, "paid", wan, (field_name,)))
        elif field_name is not None and field_name in _FIELD_ROLES:
            header.money.append(MoneyColumn(index, text, _FIELD_ROLES[field_name], wan))
        elif field_name is not None:
            header.fields.setdefault(field_name, []).append(index)
        else:
            money = self._program_column(index, text, bare, wan=wan)
            if money is not None:
                header.money.append(money)

    def _program_column(self, index: int, text: str, bare: str, *, wan: bool) -> MoneyColumn | None:
        named = []
        rest = bare
        for program in self.programs.values():
            word = max((word for word in map(fold, program.words.column) if word in bare), key=len, default=None)
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
    """The first row that is a header."""
    for row, cells in enumerate(rows[:HEADER_ROWS_SEARCHED]):
        if sum(isinstance(cell, str) and cell != "" for cell in cells) > 1:
            header = words.read(row, cells)
            if is_header(header):
                return header
    return None
