"""All rules of the audit, in the order in which they are shown."""

from __future__ import annotations

from aidledger.audit import accounts, amounts, duplicates, eligibility, identity, money, names, stacking
from aidledger.audit.rule import Rule
from aidledger.errors import UnknownRule

RULES: tuple[Rule, ...] = (
    duplicates.RULE,
    names.RULE,
    identity.RULE,
    *stacking.RULES,
    *amounts.RULES,
    *eligibility.RULES,
    *accounts.RULES,
    *money.RULES,
)


def rule(code: str) -> Rule:
    """A rule by its code; raises UnknownRule."""
    for one in RULES:
        if one.code == code:
            return one
    raise UnknownRule(code=code, known=", ".join(one.code for one in RULES))
