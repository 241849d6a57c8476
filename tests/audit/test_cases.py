"""Every rule by readable cases: one that raises it, one that must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.audit.rules import RULES
from aidledger.operations import ledgers
from tests.audit.cases import Case, bring_in_case, cases, findings, subjects
from tests.store.ledgers import catalogue, new_ledger

_CASES = list(cases())


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_case(case: Case, tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in_case(ledger, case)
    if case.reverse is not None:
        ledgers.reverse(ledger, catalogue(), case.reverse, "sent in error")
    for rule, expected in case.found.items():
        found = findings(ledger, rule, case)
        assert sorted(subjects(one, case) for one in found) == sorted(expected), rule
        assert all("{" not in key for one in found for key in one.facts)
    for rule, words in case.says.items():
        for one in findings(ledger, rule, case):
            said = " ".join(map(str, one.facts.values()))
            assert [word for word in sorted(words, key=said.find) if word in said] == words, said
    for rule, yuan in case.costs.items():
        assert sorted(one.amount_fen / 100 for one in findings(ledger, rule, case)) == yuan, rule
    for rule, files in case.cites.items():
        assert [row.file for one in findings(ledger, rule, case) for row in one.evidence] == files, rule
    for rule in case.quiet:
        assert findings(ledger, rule, case) == [], rule


@pytest.mark.parametrize("rule", [rule.code for rule in RULES])
def test_every_rule_has_a_case_that_raises_it_and_one_that_must_not(rule: str) -> None:
    assert any(rule in case.found for case in _CASES), "raises"
    assert any(rule in case.quiet for case in _CASES), "must not"
