"""Checks the control totals of bank returns and recovery lists against their lines."""

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
# Banks count returned payments (退票) with those made, with those not made, or apart.
_COUNTED_AS: dict[str, tuple[frozenset[str], ...]] = {
    "whole": (frozenset(_OUTCOMES), frozenset({"paid"}), frozenset({"paid", "returned"})),
    "paid": (frozenset({"paid"}), frozenset({"paid", "returned"})),
    "failed": (frozenset({"failed"}), frozenset({"failed", "returned"})),
    "returned": (frozenset({"returned"}), frozenset({"failed", "returned"})),
}


@dataclass(frozen=True, slots=True)
class _StatedTotal:
    """A total stated in words: a number of lines (``money`` False), or an amount in 分.

    ``scope``: the outcome it covers, or ``whole``. ``labelled``: a label precedes the figure (笔数:3).
    """

    row: int
    scope: str
    money: bool
    value: int
    labelled: bool


@dataclass(frozen=True, slots=True)
class ListTotals:
    """The lines of a list with their amounts (分), and the rows around them.

    ``outcomes``: by line; all recoveries count as paid.
    """

    block: Block
    students: StudentRows
    column: MoneyColumn
    amounts: Sequence[int | None]
    outcomes: Sequence[str | None]
    unit: Unit | None

    def problems(self) -> list[Problem]:
        """declared-total-mismatch, where a total matches no way of counting the lines."""
        if any(amount is None for amount in self.amounts) or not self.amounts:
            return []
        stated = list(self._stated())
        return [*self._check_stated(stated), *self._check_column({total.row for total in stated if total.labelled})]

    def _stated(self) -> Iterator[_StatedTotal]:
        rows, start = self.students.sheet.rows, self.block.start
        for at, titles in enumerate(self.block.titles, start):
            yield from _totals_in(titles, at, certain=True)
        for total in self.block.sorted.totals:
            yield from _totals_in(rows[total.row], total.row, certain=True)
        for at in self.block.sorted.notes:
            yield from _totals_in(rows[at], at, certain=False)

    def _check_stated(self, stated: Sequence[_StatedTotal]) -> Iterator[Problem]:
        """Check totals of all lines and of single outcomes; a list need not hold the lines of every outcome."""
        listed = {outcome for outcome in self.outcomes if outcome}
        incomplete = any(total.scope in _OUTCOMES and total.scope not in listed and total.value for total in stated)
        for total in stated:
            if total.scope not in listed and (total.scope != "whole" or incomplete):
                continue
            actual = self._actual(total.scope, money=total.money, first=0, last=len(self.amounts))
            if total.value not in actual:
                yield self._mismatch(total.row, None, total.value, actual[0], money=total.money)

    def _check_column(self, stated_rows: set[int]) -> Iterator[Problem]:
        """Check the figures of total rows in the amount column, unless words in the row state the total."""
        sheet = self.students.sheet
        totals = Totals(sheet, self.students.header, self.block.sorted, unit=self.unit)
        for declared in totals.declared(self.column, self.amounts, alone=False):
            if declared.amount_fen is None or declared.row - sheet.first_row - 1 in stated_rows:
                continue
            actual = self._actual("whole", money=True, first=declared.first, last=declared.last)
            if declared.amount_fen not in actual:
                at = declared.row - sheet.first_row - 1
                yield self._mismatch(at, self.column.index, declared.amount_fen, actual[0], money=True)

    def _actual(self, scope: str, *, money: bool, first: int, last: int) -> list[int]:
        """The count or sum (分) of the lines of a scope, for each way of counting, likeliest first."""
        lines = list(zip(self.amounts, self.outcomes, strict=True))[first:last]
        return [
            sum((amount or 0) if money else 1 for amount, outcome in lines if outcome in counted or outcome is None)
            for counted in _COUNTED_AS[scope]
        ]

    def _mismatch(self, at: int, index: int | None, declared: int, actual: int, *, money: bool) -> Problem:
        text = yuan_text if money else str
        unit = N_("yuan") if money else N_("person-times")
        place = Place(self.students.sheet.name, self.students.sheet.first_row + at + 1, self.students.letter(index))
        return Problem(
            "declared-total-mismatch", place, {"declared": text(declared), "actual": text(actual), "unit": unit}
        )


def _totals_in(row: Iterable[Cell], at: int, *, certain: bool) -> Iterator[_StatedTotal]:
    """The totals that a row states in words; numbers with an unknown label are skipped.

    ``certain``: the row is a title or total, where 金额 alone means that of all lines.
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


def _figure(match: re.Match[str], at: int, scope: str | None, label: str | None) -> Iterator[_StatedTotal]:
    unit = match["unit"]
    money = unit in {"万元", "元"} if unit else label == "money"
    number = Decimal(match["number"].lstrip("¥￥").replace(",", ""))
    if scope is None or (unit is None and label is None) or (not money and number != int(number)):
        return
    factor = 1 if not money else FEN_PER_WAN if unit == "万元" else FEN_PER_YUAN
    yield _StatedTotal(at, scope, money, int(number * factor), labelled=label is not None)
