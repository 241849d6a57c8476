"""Control totals: what the total rows of a table state, and which lines they cover."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Declared, Roster
from aidledger.sheets.formats.grid import Sheet
from aidledger.sheets.formats.sheet import fault_code
from aidledger.sheets.recognition.cells import AmountNotUnderstood, fen_of
from aidledger.sheets.recognition.header import Header
from aidledger.sheets.recognition.lines import Sorted
from aidledger.sheets.recognition.money_headings import MoneyColumn
from aidledger.sheets.recognition.total_lines import TotalLine
from aidledger.sheets.recognition.units import Unit

Amounts = Sequence[int | None]
Stretch = tuple[int, int]


class Totals:
    """The total rows of a table; ``titled``: totals stated in its title."""

    def __init__(
        self, sheet: Sheet, header: Header, rows: Sorted, *, unit: Unit | None, titled: Sequence[TotalLine] = ()
    ) -> None:
        self.sheet = sheet
        self.header = header
        self.rows = rows
        self.unit = unit
        self.lines = [*titled, *rows.totals]

    def faults(self, column: MoneyColumn) -> Iterator[Problem]:
        """Problems of totals in a column that are errors or uncalculated formulas."""
        for total in self.rows.totals:
            fault = self._fault(total, column)
            if fault is not None:
                letter = column_letter(self.sheet.first_column + column.index)
                place = Place(self.sheet.name, self.sheet.first_row + total.row + 1, letter)
                code, facts = fault_code(fault)
                yield Problem(code, place, facts)

    def declared(self, column: MoneyColumn, amounts: Amounts, *, alone: bool) -> list[Declared]:
        """The totals declared for a money column with these amounts (分); a row may state several figures.

        ``alone``: the table pays under one program only, so amounts in words belong to this column.
        """
        if not self.lines:
            return []
        sums = list(accumulate((amount or 0 for amount in amounts), initial=0))
        counts = list(accumulate((amount is not None for amount in amounts), initial=0))
        found: list[Declared] = []
        since = 0
        before: Stretch = (0, 0)
        for at, total in enumerate(self.lines):
            if self._fault(total, column) is not None:
                continue
            figures = self._figures(total, column, alone=alone)
            if not figures and total.person_times is None:
                continue
            last = self._students_above(total)
            stretches = self._stretches(at, since, last, before)
            persons = total.person_times

            def makes(stretch: Stretch, figures: list[int] = figures) -> bool:
                first, end = stretch
                return all(figure == sums[end] - sums[first] for figure in figures)

            def counts_up(stretch: Stretch, persons: int | None = persons) -> bool:
                first, end = stretch
                return persons in {None, counts[end] - counts[first], end - first}

            # A total may count pupils rather than lines, so amounts take precedence over counts.
            fitting = list(filter(makes, stretches)) if figures else stretches
            before = next(filter(counts_up, fitting), (fitting or stretches)[0])
            found += _declarations(self.sheet.first_row + total.row + 1, total, figures, before)
            if not total.titled:
                since = last
        return found

    def declare(self, roster: Roster, column: MoneyColumn, *, several: bool) -> None:
        """Set the declared totals of a roster. ``several``: its table pays under other programs as well."""
        whole = (0, len(roster.amounts_fen))
        of_whole: list[Declared] = []
        for declared in self.declared(column, roster.amounts_fen, alone=not several):
            if several and declared.person_times == declared.last - declared.first != roster.payments:
                declared.person_times = None  # it counts lines, not payments of this program
            if declared.person_times is None and declared.amount_fen is None:
                continue
            (of_whole if (declared.first, declared.last) == whole else roster.sections).append(declared)
        if of_whole:
            roster.declared = _joined(of_whole, roster)
            roster.sections += [d for d in of_whole if d is not roster.declared and not _is_implied(d, roster)]

    def declared_together(self, amounts: Sequence[Amounts]) -> list[Declared]:
        """The totals stated in words for all programs of a table together; ``amounts``: by program and line, in 分."""
        lines = len(amounts[0]) if amounts else 0
        columns = {column.index for column in self.header.money if column.role != "sum"}
        found = []
        for total in self.lines:
            figures = [fen for i, in_cell in total.amounts_fen.items() if i not in columns for fen in in_cell]
            last = self._students_above(total) or lines
            if figures and total.scope != "section":
                row = self.sheet.first_row + total.row + 1
                found += [Declared(row, None, figure, 0, last) for figure in dict.fromkeys(figures)]
        return found

    def _stretches(self, at: int, since: int, last: int, before: Stretch) -> list[Stretch]:
        """The lines that a total may cover, likeliest first."""
        everything = len(self.rows.students)
        total = self.lines[at]
        if total.titled or last == 0:
            return [(0, everything), (0, self._next_total(at))]
        if total.scope == "whole":
            return [(0, last), (0, everything)]
        if last == since:
            return self._empty_stretches(at, last, before)
        if total.scope == "section":
            return [(since, last)]
        if last < everything and all(line.scope == "section" for line in self.lines[at + 1 :]):
            return [(0, everything), *([(since, last)] if self.lines[at + 1 :] else [])]
        of_parts = last < everything or any(line.scope == "open" and not line.titled for line in self.lines[:at])
        return [(since, last), (0, last)] if of_parts else [(0, last), (since, last)]

    def _empty_stretches(self, at: int, last: int, before: Stretch) -> list[Stretch]:
        """The same where no pupil is between a total and the one above: it repeats that one, or sums up."""
        following = self._next_total(at)
        more = [(last, following)] if following > last else []
        return [before, (0, last), *more] if self.lines[at].scope == "open" else [*more, before, (0, last)]

    def _next_total(self, at: int) -> int:
        """Number of pupils above the next total row."""
        return next((self._students_above(line) for line in self.lines[at + 1 :]), len(self.rows.students))

    def _students_above(self, total: TotalLine) -> int:
        return bisect(self.rows.students, total.row)

    def _fault(self, total: TotalLine, column: MoneyColumn) -> str | None:
        if total.titled:
            return None
        return self.sheet.faults.get((self.sheet.first_row + total.row, self.sheet.first_column + column.index))

    def _figures(self, total: TotalLine, column: MoneyColumn, *, alone: bool) -> list[int]:
        """The distinct amounts (分) that a total states for a column: in its cell, in capitals, in words."""
        own = total.amounts_fen.get(column.index, [])
        if not total.titled:
            try:
                fen = fen_of(self.sheet.rows[total.row][column.index], column.counted_in(self.unit))
            except AmountNotUnderstood:
                fen = None
            own = own if fen is None else [fen]
        money = {other.index for other in self.header.money} - {column.index}
        elsewhere = money | {column.index}
        words = [fen for i, in_cell in total.amounts_fen.items() if i not in elsewhere for fen in in_cell]
        return list(dict.fromkeys([*own, *(words if alone else ())]))


def _declarations(row: int, total: TotalLine, figures: list[int], stretch: Stretch) -> list[Declared]:
    """One declaration per distinct figure of a total: figures and capitals may disagree."""
    first, last = stretch
    amounts: list[int | None] = [*figures] or [None]
    return [
        Declared(row, total.person_times if at == 0 else None, figure, first, last) for at, figure in enumerate(amounts)
    ]


def _joined(of_whole: list[Declared], roster: Roster) -> Declared:
    """The last declaration of the whole roster, with the count from another one if that is correct."""
    with_amount = [declared for declared in of_whole if declared.amount_fen is not None]
    last = (with_amount or of_whole)[-1]
    persons = next((d.person_times for d in of_whole if d.person_times == roster.payments), None)
    return replace(last, person_times=persons) if last.person_times is None else last


def _is_implied(declared: Declared, roster: Roster) -> bool:
    """Whether a declaration adds nothing to that of the whole roster."""
    whole = roster.declared
    if whole is None:
        return False
    return declared.amount_fen in {None, whole.amount_fen} and declared.person_times in {None, whole.person_times}
