"""Builds the rosters of a table: one per program, period and part that its columns or rows name."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.program import Program
from aidledger.domain.roster import Roster, Table
from aidledger.domain.term import Period
from aidledger.sheets.recognition.assignments import assign
from aidledger.sheets.recognition.columns import StudentRows
from aidledger.sheets.recognition.declared import Totals
from aidledger.sheets.recognition.hints import Hints
from aidledger.sheets.recognition.titles import Surroundings
from aidledger.sheets.rosters.line_parts import LineParts
from aidledger.sheets.rosters.payments import PaymentColumn


@dataclass(slots=True)
class Paying:
    """Builds the rosters of one table and adds them to it."""

    table: Table
    students: StudentRows
    around: Surroundings
    totals: Totals
    catalogue: Catalogue
    hints: Hints
    place: Place

    def by_column(self, payments: Sequence[PaymentColumn]) -> list[Problem]:
        """The usual table: one program, or a money column per program or part of the period."""
        problems: list[Problem] = []
        several = len(payments) > 1
        parts = self._line_parts()
        split = any(payment.part.kind for payment in payments)
        for payment in payments:
            program = self.catalogue.programs[payment.program] if payment.program else None
            period = payment.period
            if not payment.dated:
                period, period_problems = titled_period(program, self.around, self.hints, self.place)
                problems += period_problems
            roster = Roster(payment.program, period, [None] * len(self.table.lines), None)
            column = payment.column
            if column is not None:
                roster.amount_column = self.students.letter(column.index)
                roster.amounts_fen, roster.complete = self.students.amounts(
                    column, self.around.unit, may_be_empty=several
                )
                problems += self.totals.faults(column)
                self.totals.declare(roster, column, several=several)
            roster.parts = parts.of(roster.period, payment.part, split=split)
            self.table.rosters.append(roster)
        if (several or any(payment.whole for payment in payments)) and all(payment.column for payment in payments):
            self._compare(payments)
        return problems + parts.problems

    def _compare(self, payments: Sequence[PaymentColumn]) -> None:
        """Check several columns together: that every line is paid at all, and that the sums agree."""
        rosters = self.table.rosters
        amounts = [roster.amounts_fen for roster in rosters]
        first = payments[0].column
        if len(payments) > 1 and first is not None:
            self.students.report_unpaid(amounts, first)
        if all(roster.complete for roster in rosters):
            sum_column = next((column for column in self.students.header.money if column.role == "sum"), None)
            wholes = list(dict.fromkeys(payment.whole for payment in payments))
            for whole in wholes:
                addends = [fen for payment, fen in zip(payments, amounts, strict=True) if payment.whole == whole]
                column = whole or (sum_column if len(wholes) == 1 else None)
                if column is not None:
                    self.students.compare_sums(column, addends, self.around.unit)
        self._drop_overall_counts(payments)
        self.table.declared = self.totals.declared_together(amounts)

    def _drop_overall_counts(self, payments: Sequence[PaymentColumn]) -> None:
        """Drop a declared count from a part's roster where it counts the payments of all parts."""
        overall = sum(roster.payments for roster in self.table.rosters)
        for payment, roster in zip(payments, self.table.rosters, strict=True):
            if payment.part and roster.declared and roster.declared.person_times == overall:
                roster.declared.person_times = None

    def by_row(self, payments: Sequence[PaymentColumn], problems: list[Problem]) -> list[Problem]:
        """A table whose rows name program or period: per money column, one roster for each that occurs."""
        several = len(payments) > 1
        resolved_by_row = {"program-unknown", "program-ambiguous"}
        problems = [problem for problem in problems if several or problem.code not in resolved_by_row]
        parts = self._line_parts()
        columns = [(payment, payment.column) for payment in payments if payment.column is not None]
        paid: list[Sequence[int | None]] = []
        for payment, column in columns:
            program = payment.program if several else self.hints.program
            assigned = assign(self.students, self.around, self.catalogue.programs, program, self.hints.period)
            amounts, complete = self.students.amounts(column, self.around.unit, may_be_empty=several)
            letter = self.students.letter(column.index)
            rosters = [
                Roster(
                    code,
                    period,
                    _of_lines(amounts, set(lines)),
                    letter,
                    complete=complete,
                    parts=parts.of(period, payment.part, lines),
                )
                for (code, period), lines in assigned.groups().items()
            ]
            if len(rosters) == 1:
                self.totals.declare(rosters[0], column, several=several)
            elif rosters and not several:
                self.table.declared = self.totals.declared(column, amounts, alone=True)
            self.table.rosters += rosters
            problems += [*(() if paid else assigned.problems), *self.totals.faults(column)]
            paid.append(amounts)
        if several and columns:
            self.students.report_unpaid(paid, columns[0][1])
        return problems + parts.problems

    def _line_parts(self) -> LineParts:
        return LineParts(self.students, self.around, self.hints.part, self.place)


def _of_lines(amounts: Sequence[int | None], lines: Container[int]) -> list[int | None]:
    """The amounts of these lines, None in the others."""
    return [amount if line in lines else None for line, amount in enumerate(amounts)]


def titled_period(
    program: Program | None, around: Surroundings, hints: Hints, place: Place
) -> tuple[Period | None, list[Problem]]:
    """The period of all lines of a table from options, title and names; problems where it is unclear."""
    if program is None:
        if hints.period or around.terms() or around.terms_of_parts():
            return hints.period, []
        return None, [Problem("period-unknown", place, {"cadence": "semester", "found": ""})]
    named = [hints.period] if hints.period is not None else around.periods(program)
    named = [period for period in named if program.takes(period)] or named
    if len(named) == 1 and program.takes(named[0]):
        return named[0], []
    found = " / ".join(period.code for period in named)
    facts = {"cadence": program.cadence, "found": f" ({found})" if found else ""}
    return None, [Problem("period-unknown", place, facts)]
