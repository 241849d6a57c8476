"""The part of the period that each line of a roster pays, from its row, its column, the title and the names."""

from __future__ import annotations

from collections.abc import Sequence

from aidledger.domain.part import NO_PART, Part
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.term import Period
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.columns import StudentRows
from aidledger.sheets.recognition.part_words import instalment_in_cell, month_in_cell
from aidledger.sheets.recognition.titles import Surroundings

# The month of payment (发放) need not be a month that is paid for.
_MONTH_OF_PAYMENT = "发放"


class LineParts:
    """The parts of the lines of one table; ``problems``: contradictions between its sources.

    ``by_hand``: a part from the options, which overrides the file.
    """

    def __init__(self, students: StudentRows, around: Surroundings, by_hand: Part | None, place: Place) -> None:
        self.problems: list[Problem] = []
        self._reported: set[tuple[Place, str]] = set()
        self._students = students
        self._around = around
        self._by_hand = by_hand
        self._place = place
        self._month = students.header.index("month")
        self._instalment = students.header.index("instalment")
        self._month_of_payment = self._month is not None and _MONTH_OF_PAYMENT in students.header.texts[self._month]

    def of(
        self, period: Period | None, column: Part = NO_PART, lines: Sequence[int] = (), *, split: bool = False
    ) -> list[str | None]:
        """By line the code of its part of a period; empty where no line has one.

        ``lines``: the lines paid for this period, empty for all. ``split``: columns say which amounts are back payments
        or top-ups, so the title does not apply.
        """
        whole = self._whole(period, column, split=split) if period else None
        if whole is None or period is None:
            return []
        count = len(self._students.rows)
        if self._by_hand is not None or (self._month is None and self._instalment is None):
            return [whole.code] * count if whole else []
        known: dict[tuple[type, Cell, Cell], Part | None] = {}
        codes: list[str | None] = [None] * count
        for line in lines or range(count):
            month, instalment = self._cell(line, self._month), self._cell(line, self._instalment)
            key = (type(month), month, instalment)
            if key not in known:
                known[key] = self._of_row(period, month, instalment, whole)
            part = known[key]
            if part is None:
                self._report_line(line, period, month, instalment)
            codes[line] = part.code if part else None
        return codes if any(codes) else []

    def _whole(self, period: Period, column: Part, *, split: bool) -> Part | None:
        """The part that all lines share; None, and a problem, where the sources contradict each other."""
        if self._by_hand is not None:
            parts = [self._by_hand]
            whole = _in_term(self._by_hand, period)
        else:
            parts = [column, *(named.part for named in self._around.parts)]
            whole = _in_term(column, period)
            around = NO_PART if column.kind else self._around.part(period, kinds=not split)
            whole = whole.within(around) if whole is not None and around is not None else None
        if whole is None:
            self._report(self._place, period, parts)
        return whole

    def _of_row(self, period: Period, month: Cell, instalment: Cell, whole: Part) -> Part | None:
        own = _in_term(month_in_cell(month), period)
        if own is None and self._month_of_payment:
            own = NO_PART
        named = own.within(instalment_in_cell(instalment)) if own is not None else None
        return named.within(whole) if named is not None else None

    def _report_line(self, line: int, period: Period, month: Cell, instalment: Cell) -> None:
        parts = [month_in_cell(month), instalment_in_cell(instalment)]
        index = self._month if parts[0] else self._instalment
        parts += [named.part for named in self._around.parts]
        self._report(self._students.place(line, index), period, parts)

    def _report(self, place: Place, period: Period, parts: Sequence[Part]) -> None:
        outside = [period.code] if any(_in_term(part, period) is None for part in parts) else []
        codes = " / ".join([*outside, *dict.fromkeys(part.code for part in parts if part)])
        if (place, codes) not in self._reported:
            self._reported.add((place, codes))
            self.problems.append(Problem("part-ambiguous", place, {"parts": codes}))

    def _cell(self, line: int, index: int | None) -> Cell:
        return "" if index is None else self._students.rows[line][index]


def _in_term(part: Part, period: Period) -> Part | None:
    """A part within a period; None where its months lie outside."""
    fixed = part.of(period)
    return None if part.months and not fixed.months else fixed
