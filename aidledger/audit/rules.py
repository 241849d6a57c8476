"""All rules of the audit, in display order."""

from __future__ import annotations

from aidledger.audit import (
    accounts,
    across,
    amounts,
    announced,
    approvals,
    averages,
    certified,
    deaths,
    duplicates,
    eligibility,
    enrolled,
    fees,
    identity,
    majors,
    meals,
    missing,
    money,
    months,
    names,
    national,
    populations,
    proofs,
    recovering,
    registered,
    rotating,
    sources,
    stacking,
    stages,
    timing,
    unspent,
)
from aidledger.audit.rule import Rule
from aidledger.domain.layout import fold
from aidledger.domain.naming import closest
from aidledger.domain.table import named_code
from aidledger.errors import UnknownRule
from aidledger.i18n import translator

RULES: tuple[Rule, ...] = (
    duplicates.RULE,
    names.RULE,
    identity.RULE,
    *stacking.RULES,
    *amounts.RULES,
    *averages.RULES,
    *eligibility.RULES,
    *stages.RULES,
    majors.RULE,
    *certified.RULES,
    *proofs.RULES,
    *enrolled.RULES,
    deaths.RULE,
    *registered.RULES,
    *missing.RULES,
    populations.RULE,
    rotating.RULE,
    months.RULE,
    *accounts.RULES,
    *money.RULES,
    unspent.RULE,
    *sources.RULES,
    *fees.RULES,
    meals.RULE,
    recovering.RULE,
    *timing.RULES,
    announced.RULE,
    *approvals.RULES,
    national.RULE,
)
# Rules that only apply to several districts together.
ACROSS: tuple[Rule, ...] = (across.RULE,)


def rule(name: str) -> Rule:
    """A rule by its code, or by its Chinese name with or without the code; raises UnknownRule."""
    rules = {known.code: known for known in (*RULES, *ACROSS)}
    if name in rules:
        return rules[name]
    chinese = translator("zh")
    codes = {fold(known): code for code in rules for known in (code, chinese(code), named_code(code, chinese))}
    folded = fold(name)
    if folded in codes:
        return rules[codes[folded]]
    close = dict.fromkeys(codes[known] for known in closest(folded, codes))
    suggestions = [code if folded.isascii() else named_code(code, chinese) for code in close]
    raise UnknownRule(code=name, close=", ".join(suggestions) or "—", known=", ".join(rules))
