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


def rule(said: str) -> Rule:
    """A rule by its code, or by the name that we print in Chinese, with its code or without; raises UnknownRule."""
    rules = {one.code: one for one in (*RULES, *ACROSS)}
    if said in rules:
        return rules[said]
    chinese = translator("zh")
    names = {fold(name): code for code in rules for name in (code, chinese(code), named_code(code, chinese))}
    wanted = fold(said)
    if wanted in names:
        return rules[names[wanted]]
    close = dict.fromkeys(names[name] for name in closest(wanted, names))
    shown = [code if wanted.isascii() else named_code(code, chinese) for code in close]
    raise UnknownRule(code=said, close=", ".join(shown) or "—", known=", ".join(rules))
