"""Amounts: more than nothing, and what the standard of the period allows."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import yuan_text
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.program import Program, Rate
from aidledger.domain.roster import Roster, RosterFile, Table
from aidledger.domain.term import Period


def check(file: RosterFile, catalogue: Catalogue) -> Iterator[Problem]:
    """amount-not-positive, amount-off-standard."""
    for table in file.tables:
        for roster in table.rosters:
            yield from _roster(table, roster, catalogue)


def _roster(table: Table, roster: Roster, catalogue: Catalogue) -> Iterator[Problem]:
    program = catalogue.programs.get(roster.program) if roster.program else None
    lines = table.lines
    judged: dict[tuple[int, str | None, str | None, str | None], dict[str, object] | None] = {}
    for i, amount in enumerate(roster.amounts_fen):
        if amount is None:
            continue
        if amount <= 0:
            place = Place(table.sheet, lines.rows[i], roster.amount_column)
            yield Problem("amount-not-positive", place, {"amount": yuan_text(amount)})
            continue
        if program is None or roster.period is None:
            continue
        case = (amount, lines.levels[i], lines.boardings[i], lines.schools[i])
        if case not in judged:
            judged[case] = off_standard(program, roster.period, *case)
        facts = judged[case]
        if facts is not None:
            yield Problem("amount-off-standard", Place(table.sheet, lines.rows[i], roster.amount_column), facts)


def off_standard(
    program: Program, period: Period, amount_fen: int, level: str | None, boarding: str | None, school: str | None
) -> dict[str, object] | None:
    """The facts of what is allowed where the amount (分) is not; None where it is, or where no standard is known."""
    rates = program.rates(period, level, boarding, school)
    standard = program.standard_for(period)
    if not rates or standard is None or any(rate.allows(amount_fen) for rate in rates):
        return None
    allowed = ", ".join(dict.fromkeys(_rate_text(rate) for rate in rates))
    reference = standard.reference or program.reference or "-"
    return {"amount": yuan_text(amount_fen), "allowed": allowed, "reference": reference}


def _rate_text(rate: Rate) -> str:
    if rate.low_fen == rate.high_fen:
        return yuan_text(rate.low_fen)
    return f"{yuan_text(rate.low_fen)}-{yuan_text(rate.high_fen)}"
