"""Amounts: positive, and as the standard of the period allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.lines import Lines
from aidledger.domain.money import yuan_text
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.program import Program, Rate
from aidledger.domain.roster import Roster, RosterFile, Table
from aidledger.domain.term import Period

Facts = dict[str, object]
# An amount in 分, and what the standard depends on: level, boarding, school.
_Case = tuple[int, str | None, str | None, str | None]


def check(file: RosterFile, catalogue: Catalogue) -> Iterator[Problem]:
    """amount-not-positive, amount-off-standard; the standard applies to the sum of a period's parts."""
    sums: dict[tuple[str, Period], _Sums] = {}
    for table in file.tables:
        for roster in table.rosters:
            program = catalogue.programs.get(roster.program) if roster.program else None
            if roster.parts and program is not None and roster.period is not None:
                sums.setdefault((program.code, roster.period), _Sums(program, roster.period))
    for table in file.tables:
        for roster in table.rosters:
            program = catalogue.programs.get(roster.program) if roster.program else None
            period = roster.period
            yield from _not_positive(table, roster)
            if program is None or period is None:
                continue
            if sums and (program.code, period) in sums:
                yield from sums[program.code, period].judge(table, roster)
            else:
                yield from _each_alone(table, roster, program, period)


def _not_positive(table: Table, roster: Roster) -> Iterator[Problem]:
    if min(filter(None, roster.amounts_fen), default=1) > 0 and 0 not in roster.amounts_fen:
        return
    for row, amount in zip(table.lines.rows, roster.amounts_fen, strict=True):
        if amount is not None and amount <= 0:
            place = Place(table.sheet, row, roster.amount_column)
            yield Problem("amount-not-positive", place, {"amount": yuan_text(amount)})


def _each_alone(table: Table, roster: Roster, program: Program, period: Period) -> Iterator[Problem]:
    lines = table.lines
    judged: dict[_Case, Facts | None] = {}
    for i, amount in enumerate(roster.amounts_fen):
        if amount is None or amount <= 0:
            continue
        case = (amount, lines.levels[i], lines.boardings[i], lines.schools[i])
        if case not in judged:
            judged[case] = off_standard(program, period, *case)
        facts = judged[case]
        if facts is not None:
            yield Problem("amount-off-standard", Place(table.sheet, lines.rows[i], roster.amount_column), facts)


@dataclass(slots=True)
class _Sums:
    """Running sums (分) by person, under one program for one period that is paid in parts.

    A part may be below the standard; a line without a part may not. ``above``: people already reported as overpaid.
    """

    program: Program
    period: Period
    paid: dict[str, int] = field(default_factory=dict)
    above: set[str] = field(default_factory=set)
    judged: dict[_Case, Facts | None] = field(default_factory=dict)

    def judge(self, table: Table, roster: Roster) -> Iterator[Problem]:
        """Check each line of a roster together with the same person's earlier lines."""
        lines = table.lines
        for i, amount in enumerate(roster.amounts_fen):
            if amount is None or amount <= 0:
                continue
            number = lines.numbers[i]
            total = amount + self.paid.get(number, 0)
            facts = None if number in self.above else self._above(_case(total, lines, i))
            if number:
                self.paid[number] = total
                self.above |= {number} if facts else set()
            if facts is None and not roster.part(i):
                facts = off_standard(self.program, self.period, *_case(amount, lines, i))
            if facts is not None:
                yield Problem("amount-off-standard", Place(table.sheet, lines.rows[i], roster.amount_column), facts)

    def _above(self, case: _Case) -> Facts | None:
        """The facts of the problem where an amount exceeds every rate, else None."""
        if case not in self.judged:
            facts = off_standard(self.program, self.period, *case)
            rates = self.program.rates(self.period, *case[1:])
            above = facts is not None and case[0] > max(rate.high_fen for rate in rates)
            self.judged[case] = facts if above else None
        return self.judged[case]


def _case(amount_fen: int, lines: Lines, line: int) -> _Case:
    return amount_fen, lines.levels[line], lines.boardings[line], lines.schools[line]


def off_standard(
    program: Program, period: Period, amount_fen: int, level: str | None, boarding: str | None, school: str | None
) -> Facts | None:
    """The facts of the problem where no rate allows the amount (分); None where one does or no standard is known."""
    rates = program.rates(period, level, boarding, school)
    standard = program.standard_for(period)
    if not rates or standard is None or any(rate.allows(amount_fen) for rate in rates):
        return None
    allowed = ", ".join(dict.fromkeys(_rate_text(rate) for rate in rates))
    reference = standard.document or program.document or "-"
    return {"amount": yuan_text(amount_fen), "allowed": allowed, "reference": reference}


def _rate_text(rate: Rate) -> str:
    if rate.low_fen == rate.high_fen:
        return yuan_text(rate.low_fen)
    return f"{yuan_text(rate.low_fen)}-{yuan_text(rate.high_fen)}"
