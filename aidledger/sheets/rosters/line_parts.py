"""Which part of a term each line of a roster pays: what its row, its column, title and names say together."""

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

# A month in which money is paid out need not be one that it is paid for.
_PAID_OUT = "发放"


class LineParts:
    """The parts of the lines of one table; ``problems``: where what is said of them contradicts itself.

    ``by_hand`` overrules all that the file says.
    """

    def __init__(self, students: StudentRows, around: Surroundings, by_hand: Part | None, place: Place) -> None:
        self.problems: list[Problem] = []
        self._told: set[tuple[Place, str]] = set()
        self._students = students
        self._around = around
        self._by_hand = by_hand
        self._place = place
        self._month = students.header.index("month")
        self._instalment = students.header.index("instalment")
        self._paid_out = self._month is not None and _PAID_OUT in students.header.texts[self._month]

    def of(
        self, period: Period | None, column: Part = NO_PART, lines: Sequence[int] = (), *, split: bool = False
    ) -> list[str | None]:
        """The code of each line's part in a term; empty where none names one.

        ``lines``: those that are paid for it, empty for all. ``split``: the table's columns say what is paid back,
        so that its title does not.
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
                self._contradicted(line, period, month, instalment)
            codes[line] = part.code if part else None
        return codes if any(codes) else []

    def _whole(self, period: Period, column: Part, *, split: bool) -> Part | None:
        """What is said of all lines together."""
        if self._by_hand is not None:
            said = [self._by_hand]
            whole = _in_term(self._by_hand, period)
        else:
            said = [column, *(named.part for named in self._around.parts)]
            whole = _in_term(column, period)
            around = NO_PART if column.kind else self._around.part(period, kinds=not split)
            whole = whole.within(around) if whole is not None and around is not None else None
        if whole is None:
            self._ambiguous(self._place, period, said)
        return whole

    def _of_row(self, period: Period, month: Cell, instalment: Cell, whole: Part) -> Part | None:
        own = _in_term(month_in_cell(month), period)
        if own is None and self._paid_out:
            own = NO_PART
        named = own.within(instalment_in_cell(instalment)) if own is not None else None
        return named.within(whole) if named is not None else None

    def _contradicted(self, line: int, period: Period, month: Cell, instalment: Cell) -> None:
        said = [month_in_cell(month), instalment_in_cell(instalment)]
        index = self._month if said[0] else self._instalment
        said += [named.part for named in self._around.parts]
        self._ambiguous(self._students.place(line, index), period, said)

    def _ambiguous(self, place: Place, period: Period, said: Sequence[Part]) -> None:
        outside = [period.code] if any(_in_term(part, period) is None for part in said) else []
        parts = " / ".join([*outside, *dict.fromkeys(part.code for part in said if part)])
        if (place, parts) not in self._told:
            self._told.add((place, parts))
            self.problems.append(Problem("part-ambiguous", place, {"parts": parts}))

    def _cell(self, line: int, index: int | None) -> Cell:
        return "" if index is None else self._students.rows[line][index]


def _in_term(part: Part, period: Period) -> Part | None:
    """A part of a certain term; None where the term has no such months."""
    fixed = part.of(period)
    return None if part.months and not fixed.months else fixed
