"""All rules of the audit, in the order in which they are shown."""

from __future__ import annotations

from aidledger.audit import (
    accounts,
    across,
    amounts,
    announced,
    averages,
    certified,
    duplicates,
    eligibility,
    enrolled,
    identity,
    missing,
    money,
    months,
    names,
    recovering,
    stacking,
    stages,
    timing,
)
from aidledger.audit.rule import Rule
from aidledger.domain.naming import close_text
from aidledger.errors import UnknownRule

RULES: tuple[Rule, ...] = (
    duplicates.RULE,
    names.RULE,
    identity.RULE,
    *stacking.RULES,
    *amounts.RULES,
    *averages.RULES,
    *eligibility.RULES,
    *stages.RULES,
    *certified.RULES,
    *enrolled.RULES,
    *missing.RULES,
    months.RULE,
    *accounts.RULES,
    *money.RULES,
    recovering.RULE,
    *timing.RULES,
    announced.RULE,
)
# Rules over the ledgers of several districts: no ledger has what they ask about.
ACROSS: tuple[Rule, ...] = (across.RULE,)


def rule(code: str) -> Rule:
    """A rule by its code; raises UnknownRule."""
    for one in (*RULES, *ACROSS):
        if one.code == code:
            return one
    codes = [one.code for one in (*RULES, *ACROSS)]
    raise UnknownRule(code=code, close=close_text(code, codes), known=", ".join(codes))
