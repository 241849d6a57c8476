"""Amounts that no rate allows: of a mistaken unit or term, which is one case of a school, or odd ones, each by itself.

An odd amount is one finding: rules about averages and mixed rates leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row

from aidledger.audit.claims import entries_of, unfinished
from aidledger.audit.judging import judged_claims
from aidledger.audit.rule import Scope
from aidledger.checks.standards import off_standard
from aidledger.domain.money import yuan_text
from aidledger.domain.program import Rate
from aidledger.domain.term import Period
from aidledger.i18n import N_

_KEYS = ("program", "period", "level", "boarding", "fee_school", "amount_fen", "in_parts")
_TEN_THOUSAND = 10_000
_FACTORS = (
    (_TEN_THOUSAND, 1, N_("10,000 times the allowed amount: 元 taken for 万元")),
    (1, _TEN_THOUSAND, N_("a 10,000th of the allowed amount: 万元 taken for 元")),
    (2, 1, N_("twice the allowed amount: a year's amount in one semester")),
    (1, 2, N_("half the allowed amount: a semester's amount halved")),
)
Odd = Sequence[tuple[Row[Any], Mapping[str, object]]]


def mistaken_units(scope: Scope) -> Odd:
    """The claims whose amount a mistaken unit or term explains, with its factor."""
    return judged_claims(scope, _KEYS, partial(_unit_mistake, scope))


def off_amounts(scope: Scope) -> Odd:
    """The claims that no rate allows and no mistaken unit explains, with the facts of amount-off-standard."""
    return judged_claims(scope, _KEYS, partial(_off, scope))


def off_by_entry(scope: Scope) -> Mapping[int, Row[Any]]:
    """All of those claims by the payments (ids) that they stand for."""
    rows = [row for question in (mistaken_units, off_amounts) for row, _ in scope.once(question)]
    entries = entries_of(scope, rows)
    return {entry: row for row in rows for entry in entries[row.id]}


def _off(scope: Scope, claim: Any) -> Mapping[str, object] | None:  # noqa: ANN401
    if unfinished(scope, claim) or _unit_mistake(scope, claim) is not None:
        return None
    program, period = scope.catalogue.programs[claim.program], Period.parse(claim.period)
    return off_standard(program, period, claim.amount_fen, claim.level, claim.boarding, claim.fee_school)


def _unit_mistake(scope: Scope, claim: Any) -> Mapping[str, object] | None:  # noqa: ANN401
    """The factor by which an amount misses a rate, if a mistaken unit or period explains it."""
    if unfinished(scope, claim):
        return None
    program, period = scope.catalogue.programs[claim.program], Period.parse(claim.period)
    rates = program.rates(period, claim.level, claim.boarding, claim.fee_school)
    amount = claim.amount_fen
    if not rates or any(rate.allows(amount) or rate.basis == "cap" for rate in rates):
        return None
    for times, parts, meaning in _FACTORS:
        meant, rest = divmod(amount * parts, times)
        if not rest and any(_exactly(rate, meant, in_span=_TEN_THOUSAND in {times, parts}) for rate in rates):
            return {"factor": meaning, "amount": yuan_text(amount)}
    return None


def _exactly(rate: Rate, amount_fen: int, *, in_span: bool) -> bool:
    """Whether a rate is an amount, or allows it (``in_span``): half or twice an amount within a span means nothing."""
    if in_span:
        return rate.allows(amount_fen)
    return amount_fen in {rate.low_fen, rate.high_fen} and (rate.basis == "norm" or rate.low_fen == rate.high_fen)
