"""Reads bank returns: payments made, not made, or returned (退票)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.domain.hardship import worded
from aidledger.domain.listing import Returns
from aidledger.domain.problem import Problem
from aidledger.sheets.lists.list_totals import ListTotals
from aidledger.sheets.recognition.cells import is_blank, text_of
from aidledger.sheets.recognition.columns import shortened
from aidledger.sheets.recognition.money_headings import ROLE_RANK

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.place import Place
    from aidledger.domain.term import Period
    from aidledger.sheets.recognition.blocks import Block
    from aidledger.sheets.recognition.columns import StudentRows
    from aidledger.sheets.recognition.hints import Hints
    from aidledger.sheets.recognition.titles import Surroundings

# 回盘及退票清单 holds several outcomes.
_SEVERAL_OUTCOMES = re.compile(r"[含及和与、](?:退票|失败|退款)|成功")


@dataclass(frozen=True, slots=True)
class ReturnRows:
    """A table of a bank return and its surroundings."""

    block: Block
    students: StudentRows
    place: Place
    around: Surroundings
    catalogue: Catalogue
    hints: Hints

    def facts(self, period: Period | None) -> tuple[Returns, list[Problem]]:
        """The return of payments for a period, and problems other than those of cells."""
        amounts, problems = self._amounts()
        reasons = self.students.texts("reason" if "reason" in self.students.header.fields else "recovery_reason")
        outcomes = self._outcomes(reasons)
        programs = [self.hints.program] if self.hints.program else self.around.programs(self.catalogue.programs) or []
        part, part_problems = self._part(period)
        facts = Returns(
            amounts_fen=amounts,
            outcomes=outcomes,
            reasons=reasons,
            paid_on=self.students.dates("paid_on"),
            serials=self.students.texts("serial_no"),
            program=programs[0] if len(programs) == 1 else None,
            part=part,
        )
        return facts, [*problems, *part_problems, *self._totals(facts)]

    def _amounts(self) -> tuple[list[int | None], list[Problem]]:
        column = min(self.students.header.money, key=lambda column: ROLE_RANK[column.role], default=None)
        if column is None:
            headers = ", ".join(text for text in self.students.header.texts if text)
            missing = Problem("missing-column", self.place, {"field": "amount", "headers": headers})
            return [None] * len(self.students.rows), [missing]
        return self.students.amounts(column, self.around.unit, may_be_empty=False)[0], []

    def _totals(self, facts: Returns) -> list[Problem]:
        column = min(self.students.header.money, key=lambda column: ROLE_RANK[column.role], default=None)
        if column is None or None in facts.outcomes:
            return []
        totals = ListTotals(self.block, self.students, column, facts.amounts_fen, facts.outcomes, self.around.unit)
        return totals.problems()

    def _part(self, period: Period | None) -> tuple[str | None, list[Problem]]:
        """The code of the part of the period that the whole return covers."""
        by_hand = self.hints.part
        if by_hand is not None:
            return (by_hand.of(period) if period else by_hand).code or None, []
        part = self.around.part(period)
        if part is not None:
            return part.code or None, []
        parts = " / ".join(dict.fromkeys(named.part.code for named in self.around.parts))
        return None, [Problem("part-ambiguous", self.place, {"parts": parts})]

    def _outcomes(self, reasons: Sequence[str | None]) -> list[str | None]:
        """By line the outcome, from its cell, from the title of the list, or from the reason."""
        index = self.students.header.index("outcome")
        table = self.catalogue.layout.values["outcome"]
        titled, mixed = self._titled_outcome()
        known: dict[str, str | None] = {}
        outcomes: list[str | None] = []
        for line, row in enumerate(self.students.rows):
            text = "" if index is None else text_of(row[index])
            if text not in known:
                known[text] = None if is_blank(text) else worded(text, table)
            outcome = known[text]
            if is_blank(text):
                reason = reasons[line]
                by_reason = (worded(reason, table) or "failed") if reason else None
                outcome = titled if titled == "returned" else by_reason or titled
                outcome = outcome or ("paid" if index is None and not mixed else None)
            if outcome is None:
                self.students.report("outcome-unknown", line, index, value=shortened(text))
            outcomes.append(outcome)
        return outcomes

    def _titled_outcome(self) -> tuple[str | None, bool]:
        """The outcome that the title states of all lines (退票清单), and whether the list has several outcomes."""
        table = self.catalogue.layout.values["outcome"]
        words = self.catalogue.layout.titles["bank-return"]
        for source in self.around.sources:
            outcomes = {worded(word, table) for word in words if word in source.text} - {None}
            if outcomes:
                mixed = len(outcomes) > 1 or bool(_SEVERAL_OUTCOMES.search(source.text))
                return (None if mixed else outcomes.pop()), mixed
        return None, False
