"""Amounts that the standard in force does not allow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aidledger.audit.claims import entries_of
from aidledger.audit.odd_amounts import off_amounts
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.domain.term import Period
from aidledger.i18n import N_


def _off(scope: Scope, *, capped: bool) -> Iterator[Case]:
    """One case per payment, or per claim in parts; ``capped``: only standards with an upper limit, else all others."""
    found = [(row, facts) for row, facts in scope.once(off_amounts) if _is_capped(scope, row) == capped]
    entries = entries_of(scope, [row for row, _ in found])
    for row, facts in found:
        yield Case(
            about=(row.beneficiary_id, row.program, row.period, str(row.amount_fen)),
            entries=entries[row.id],
            program=row.program,
            period=row.period,
            amount_fen=row.amount_fen,
            standard=str(facts["reference"]),
            facts=facts,
        )


def _is_capped(scope: Scope, paid: Any) -> bool:  # noqa: ANN401 - a row
    standard = scope.catalogue.programs[paid.program].standard_for(Period.parse(paid.period))
    return standard is not None and any(rate.basis == "cap" for rate in standard.rates)


_WHY = N_(
    "The standard depends on the semester that the money is for and on the pupil: level, boarding, the school's "
    "listed fee. A different amount is a typing error, another year's standard, or a decision that needs a "
    "document. Where a roster does not say whether a pupil boards, every rate of the program is allowed. Parts of a "
    "term (months, instalments) are judged by their sum; during the term, only excess is shown."
)
RULES = (
    Rule(
        code="amount-off-standard",
        severity="warning",
        message=N_("{amount} is not what the standard allows ({allowed}; {reference})."),
        explanation=_WHY,
        reference="财教〔2021〕310号",
        find=lambda scope: _off(scope, capped=False),
    ),
    Rule(
        code="amount-above-cap",
        severity="error",
        message=N_("{amount} is more than may be lent ({allowed}; {reference})."),
        explanation=N_(
            "A loan has an annual cap, which differs between undergraduates and graduates and was raised several "
            "times. Compare the contract with the cap of its year."
        ),
        reference=N_("standards of origin-based loans"),
        find=lambda scope: _off(scope, capped=True),
    ),
)
