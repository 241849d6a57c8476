"""What a bank's return or a list of recoveries says of its own totals, against its lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aidledger.domain.money import FEN_PER_WAN, FEN_PER_YUAN, yuan_text
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.i18n import N_
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.blocks import Block
from aidledger.sheets.recognition.cells import text_of
from aidledger.sheets.recognition.columns import StudentRows
from aidledger.sheets.recognition.declared import Totals
from aidledger.sheets.recognition.money_headings import MoneyColumn
from aidledger.sheets.recognition.units import Unit

_TOKEN = re.compile(
    r"(?P<failed>[不未]成功|失败)|(?P<paid>成功|实(?=[处代发付]))|(?P<returned>退票|退汇)|(?P<whole>总计?|合计|共计?)"
    r"|(?P<count>[笔户人条]数)|(?P<money>金额)"
    r"|(?P<number>[¥￥]?[0-9][0-9,]*(?:\.[0-9]+)?)(?P<unit>万元|元|(?:笔|户|人次|人|条)(?![数名]))?"
    r"|(?P<between>[:,;、()\s为]|其中|人民币|处理|代发|发放|交易|支付|资金|款)|(?P<other>.)"
)
_OUTCOMES = ("paid", "failed", "returned")
_OF_A_PAGE = re.compile(r"本页|小计")
# A payment that was sent back may have been counted with those that were made, or with those that were not.
_COUNTED_AS: dict[str, tuple[frozenset[str], ...]] = {
    "whole": (frozenset(_OUTCOMES), frozenset({"paid"}), frozenset({"paid", "returned"})),
    "paid": (frozenset({"paid"}), frozenset({"paid", "returned"})),
    "failed": (frozenset({"failed"}), frozenset({"failed", "returned"})),
    "returned": (frozenset({"returned"}), frozenset({"failed", "returned"})),
}


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a row says of some lines: how many there are (``money`` False), or how much they make, in 分.

    ``labelled``: by a word in front (笔数:3).
    """

    row: int
    scope: str
    money: bool
    value: int
    labelled: bool


@dataclass(frozen=True, slots=True)
class ListTotals:
    """The lines of a list, all of which ought to have their amounts, and the rows around them.

    ``outcomes``: what the bank says of each; of recoveries all count as paid.
    """

    block: Block
    students: StudentRows
    column: MoneyColumn
    amounts: Sequence[int | None]
    outcomes: Sequence[str | None]
    unit: Unit | None

    def problems(self) -> list[Problem]:
        """declared-total-mismatch, where a total fits none of the ways in which lines may be counted."""
        if any(amount is None for amount in self.amounts) or not self.amounts:
            return []
        said = list(self._statements())
        return [*self._in_words(said), *self._in_their_column({one.row for one in said if one.labelled})]

    def _statements(self) -> Iterator[_Statement]:
        rows, start = self.students.sheet.rows, self.block.start
        for at, titles in enumerate(self.block.titles, start):
            yield from _said(titles, at, certain=True)
        for total in self.block.sorted.totals:
            yield from _said(rows[total.row], total.row, certain=True)
        for at in self.block.sorted.notes:
            yield from _said(rows[at], at, certain=False)

    def _in_words(self, said: Sequence[_Statement]) -> Iterator[Problem]:
        """What is said of all lines, and of those with one outcome; a list need not hold the others."""
        listed = {outcome for outcome in self.outcomes if outcome}
        elsewhere = any(one.scope in _OUTCOMES and one.scope not in listed and one.value for one in said)
        for one in said:
            if one.scope not in listed and (one.scope != "whole" or elsewhere):
                continue
            actual = self._makes(one.scope, money=one.money, first=0, last=len(self.amounts))
            if one.value not in actual:
                yield self._mismatch(one.row, None, one.value, actual[0], money=one.money)

    def _in_their_column(self, told: set[int]) -> Iterator[Problem]:
        """The figure that a line of totals has in the column of the amounts."""
        sheet = self.students.sheet
        totals = Totals(sheet, self.students.header, self.block.sorted, unit=self.unit)
        for declared in totals.declared(self.column, self.amounts, alone=False):
            if declared.amount_fen is None or declared.row - sheet.first_row - 1 in told:
                continue
            actual = self._makes("whole", money=True, first=declared.first, last=declared.last)
            if declared.amount_fen not in actual:
                at = declared.row - sheet.first_row - 1
                yield self._mismatch(at, self.column.index, declared.amount_fen, actual[0], money=True)

    def _makes(self, scope: str, *, money: bool, first: int, last: int) -> list[int]:
        """What the lines of a scope make, counted in each way; the likeliest first."""
        lines = list(zip(self.amounts, self.outcomes, strict=True))[first:last]
        return [
            sum((amount or 0) if money else 1 for amount, outcome in lines if outcome in counted or outcome is None)
            for counted in _COUNTED_AS[scope]
        ]

    def _mismatch(self, at: int, index: int | None, declared: int, actual: int, *, money: bool) -> Problem:
        show = yuan_text if money else str
        unit = N_("yuan") if money else N_("person-times")
        place = Place(self.students.sheet.name, self.students.sheet.first_row + at + 1, self.students.letter(index))
        return Problem(
            "declared-total-mismatch", place, {"declared": show(declared), "actual": show(actual), "unit": unit}
        )


def _said(row: Iterable[Cell], at: int, *, certain: bool) -> Iterator[_Statement]:
    """What the words of a row say; nothing of a number whose label is not understood.

    ``certain``: it is a title or a total, where 金额 alone means that of all lines.
    """
    text = unicodedata.normalize("NFKC", " ".join(filter(None, map(text_of, row))))
    if _OF_A_PAGE.search(text):
        return
    scope: str | None = None
    label: str | None = None
    before = "between"
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "unit":
            kind = "number"
        if kind in _COUNTED_AS:
            scope, label = kind, None
        elif kind in {"count", "money"}:
            label = kind
            scope = scope or ("whole" if certain and before != "other" else None)
        elif kind == "other":
            scope, label = None, None
        elif kind == "number":
            yield from _figure(match, at, scope, label)
            label = None
        before = kind


def _figure(match: re.Match[str], at: int, scope: str | None, label: str | None) -> Iterator[_Statement]:
    unit = match["unit"]
    money = unit in {"万元", "元"} if unit else label == "money"
    number = Decimal(match["number"].lstrip("¥￥").replace(",", ""))
    if scope is None or (unit is None and label is None) or (not money and number != int(number)):
        return
    factor = 1 if not money else FEN_PER_WAN if unit == "万元" else FEN_PER_YUAN
    yield _Statement(at, scope, money, int(number * factor), labelled=label is not None)
