"""What the total lines of a table say."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.domain.place import Place, column_letter
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Declared, Roster
from aidledger.sheets.cells import AmountNotUnderstood, fen_of, text_of
from aidledger.sheets.grid import Sheet
from aidledger.sheets.header import Header
from aidledger.sheets.lines import Sorted, TotalLine
from aidledger.sheets.money_headings import MoneyColumn
from aidledger.sheets.package import FORMULA


class Totals:
    """The total lines of a sheet's table."""

    def __init__(self, sheet: Sheet, header: Header, rows: Sorted, *, wan: bool) -> None:
        self.sheet = sheet
        self.header = header
        self.rows = rows
        self.wan = wan

    def faults(self, column: MoneyColumn) -> Iterator[Problem]:
        """Totals in a column that are errors or formulas without a value."""
        for total in self.rows.totals:
            fault = self._fault(total, column)
            if fault is not None:
                letter = column_letter(self.sheet.first_column + column.index)
                place = Place(self.sheet.name, self.sheet.first_row + total.row + 1, letter)
                code = "formula-without-value" if fault == FORMULA else "cell-error"
                yield Problem(code, place, {"value": fault})

    def declared(self, column: MoneyColumn) -> Iterator[tuple[TotalLine, Declared]]:
        """What the lines say of a money column."""
        since = 0
        for total in self.rows.totals:
            if self._fault(total, column) is not None:
                continue
            last = sum(at < total.row for at in self.rows.students)
            declared = Declared(
                row=self.sheet.first_row + total.row + 1,
                person_times=self._persons(total),
                amount_fen=self._amount(total, column),
                first=since if total.scope == "section" else 0,
                last=last,
            )
            if declared.person_times is not None or declared.amount_fen is not None:
                since = last
                yield total, declared

    def declare(self, roster: Roster, column: MoneyColumn, *, several: bool) -> None:
        """Give a roster what its total lines say. ``several``: its table pays under other programs as well."""
        for total, declared in self.declared(column):
            if several and declared.person_times == declared.last - declared.first != roster.person_times:
                declared.person_times = None  # it counts the lines, not the payments of this program
            if total.scope == "section":
                roster.sections.append(declared)
            else:
                roster.declared = declared
        only_section = len(roster.sections) == 1 and roster.sections[0].last == len(self.rows.students)
        if roster.declared is None and only_section:
            roster.declared = roster.sections.pop()

    def _fault(self, total: TotalLine, column: MoneyColumn) -> str | None:
        return self.sheet.faults.get((self.sheet.first_row + total.row, self.sheet.first_column + column.index))

    def _persons(self, total: TotalLine) -> int | None:
        if total.person_times is not None:
            return total.person_times
        for name in ("name", "number"):
            index = self.header.index(name)
            text = "" if index is None else text_of(self.sheet.rows[total.row][index])
            if text.isascii() and text.isdigit():
                return int(text)
        return None

    def _amount(self, total: TotalLine, column: MoneyColumn) -> int | None:
        try:
            return fen_of(self.sheet.rows[total.row][column.index], wan=self.wan or column.wan)
        except AmountNotUnderstood:
            return None
