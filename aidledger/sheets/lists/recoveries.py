"""Reads lists of recoveries (退款, 追缴): payer, program, period, date, document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from aidledger.domain.listing import Recoveries
from aidledger.domain.money import yuan_text
from aidledger.domain.problem import Problem
from aidledger.sheets.lists.allotments import document_in
from aidledger.sheets.lists.list_totals import ListTotals
from aidledger.sheets.recognition.assignments import assign, assigned_by_row
from aidledger.sheets.recognition.cells import date_of, is_blank, optional_text, text_of
from aidledger.sheets.recognition.money_headings import ROLE_RANK, MoneyColumn
from aidledger.sheets.rosters.paying import titled_period

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.place import Place
    from aidledger.domain.term import Period
    from aidledger.sheets.formats.grid import Cell
    from aidledger.sheets.recognition.blocks import Block
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.hints import Hints
    from aidledger.sheets.recognition.titles import Surroundings

Value = TypeVar("Value")
_DAY = r"(20[0-9]{2})[年.\-/]([0-9]{1,2})[月.\-/]([0-9]{1,2})"
_CAME_BACK = r"退款|追缴|缴回|收回|退回|清退|追回|退缴|缴款|到账|入账|入库|上缴|缴入"
# No word between the verb and the date may mark it as the date of the list itself.
_DAYS = (
    re.compile(rf"(?:{_CAME_BACK})[^0-9填制报公单表册]{{0,12}}?{_DAY}"),
    re.compile(rf"{_DAY}日?[^0-9填制报公]{{0,8}}?(?:{_CAME_BACK})"),
)
_RECEIPT = re.compile(
    r"(?:凭证|缴款书|缴款单|票据|收据|单据|回单)(?:编号|号码|号)?[:.]?(?:no[.:]?)?([0-9a-z][0-9a-z-]{3,29})",
    re.IGNORECASE,
)
_CITED = re.compile(r"^.*?(?:根据|依据|按照|关于)")
_DAY_LENGTH = len("2021-12-03")


@dataclass(frozen=True, slots=True)
class RecoveryRows:
    """A table of recoveries and its surroundings."""

    block: Block
    students: StudentRows
    place: Place
    around: Surroundings
    catalogue: Catalogue
    hints: Hints

    def facts(self) -> tuple[Recoveries, Period | None, list[Problem]]:
        """The recoveries, the period if all share one, and problems other than those of cells."""
        lines = self._lines_around()
        programs, periods, problems = self._assigned()
        facts = Recoveries(
            amounts_fen=[None] * len(self.students.rows),
            programs=programs,
            periods=periods,
            recovered_on=self._days(_only(_days_in(lines))),
            documents=self._documents(_only(_receipts_in(lines)) or _only(_orders_in(lines))),
            reasons=self._reasons(),
        )
        return facts, _only(periods), [*problems, *self._amounts(facts)]

    def _amounts(self, facts: Recoveries) -> list[Problem]:
        column = _column(self.students.header.money)
        if column is None:
            headers = ", ".join(text for text in self.students.header.texts if text)
            return [Problem("missing-column", self.place, {"field": "recovered", "headers": headers})]
        facts.amounts_fen, complete = self.students.amounts(column, self.around.unit, may_be_empty=False)
        for line, amount in enumerate(facts.amounts_fen):
            if amount is not None and amount <= 0:
                self.students.report("amount-not-positive", line, column.index, amount=yuan_text(amount))
        outcomes = ["paid"] * len(facts.amounts_fen)
        totals = ListTotals(self.block, self.students, column, facts.amounts_fen, outcomes, self.around.unit)
        return totals.problems() if complete else []

    def _assigned(self) -> tuple[list[str | None], list[Period | None], list[Problem]]:
        """Program and period of every line, from its row or from the title."""
        programs = self.catalogue.programs
        if assigned_by_row(self.students):
            assigned = assign(self.students, self.around, programs, self.hints.program, self.hints.period)
            return assigned.programs, assigned.periods, assigned.problems
        count = len(self.students.rows)
        named = [self.hints.program] if self.hints.program else self.around.programs(programs)
        if named is None or len(named) != 1:
            candidates = named or [code for source in self.around.sources for code in source.programs]
            facts = {"programs": ", ".join(dict.fromkeys(candidates))}
            problem = Problem("program-unknown", self.place)
            if candidates:
                problem = Problem("program-ambiguous", self.place, facts)
            return [None] * count, [None] * count, [problem]
        period, problems = titled_period(programs[named[0]], self.around, self.hints, self.place)
        return [named[0]] * count, [period] * count, problems

    def _days(self, around: str | None) -> list[str | None]:
        index = self._index("recovered_on", "paid_on")
        days: list[str | None] = []
        for line, row in enumerate(self.students.rows):
            cell = "" if index is None else row[index]
            blank = is_blank(text_of(cell))
            day = around if blank else date_of(cell, date_1904=self.students.sheet.date_1904)
            days.append(day if day and len(day) == _DAY_LENGTH else None)
            if days[-1] is None:
                self.students.report("date-missing", line, index)
        return days

    def _documents(self, around: str | None) -> list[str | None]:
        index = self._index("document", "serial_no")
        documents: list[str | None] = []
        for line, row in enumerate(self.students.rows):
            text = None if index is None else optional_text(row[index])
            documents.append(unicodedata.normalize("NFKC", text) if text else around)
            if documents[-1] is None:
                self.students.report("document-missing", line, index, list="recovery")
        return documents

    def _reasons(self) -> list[str | None]:
        index = self._index("recovery_reason", "reason")
        return [None if index is None else optional_text(row[index]) for row in self.students.rows]

    def _index(self, *names: str) -> int | None:
        indexes = (self.students.header.index(name) for name in names)
        return next((index for index in indexes if index is not None), None)

    def _lines_around(self) -> list[str]:
        """The rows above the header and the notes below the lines, normalised (NFKC, no white space)."""
        rows: list[Sequence[Cell]] = [*self.block.titles]
        rows += [self.students.sheet.rows[at] for at in self.block.sorted.notes]
        lines = ("".join(text_of(cell) for cell in row) for row in rows)
        return ["".join(unicodedata.normalize("NFKC", line).split()) for line in lines]


def _column(money: Sequence[MoneyColumn]) -> MoneyColumn | None:
    """The column of amounts recovered (实, 已) rather than due, else the money column of the best role."""
    recovered = [column for column in money if column.role == "recovered"]
    actual = [column for column in recovered if any(sign in column.header for sign in "实已")]
    return next(iter([*actual, *recovered]), None) or min(
        money, key=lambda column: ROLE_RANK[column.role], default=None
    )


def _days_in(lines: Iterable[str]) -> list[str]:
    days = []
    for line in lines:
        for pattern in _DAYS:
            days += [day for match in pattern.finditer(line) if (day := _day(match))]
    return days


def _day(match: re.Match[str]) -> str | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def _orders_in(lines: Iterable[str]) -> list[str]:
    """The documents (文号) that order a recovery."""
    return [_CITED.sub("", found) for line in lines if (found := document_in(line))]


def _receipts_in(lines: Iterable[str]) -> list[str]:
    return [match[1] for line in lines for match in _RECEIPT.finditer(line)]


def _only(values: Iterable[Value]) -> Value | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
