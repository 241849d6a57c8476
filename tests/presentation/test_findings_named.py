"""Every finding about people names them in its sentence, with masked numbers, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from aidledger.domain.finding import Finding
from aidledger.domain.identity import mask_number
from aidledger.i18n import Language
from aidledger.operations import auditing
from aidledger.presentation.audits import audit_result
from tests.audit.cases import Case, bring_in_case, cases
from tests.store.ledgers import new_ledger

# Cases that raise, between them, rules of every kind of list about people.
_FILES = ("deaths", "fees", "populations", "registered")
_CASES = [case for case in cases() if case.name.startswith(_FILES) and case.found and case.reverse is None]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_the_sentence_says_who(case: Case, tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in_case(ledger, case)
    for language in LANGUAGES:
        viewed = auditing.audit(ledger, case.catalogue, [*case.found], period=case.period)
        assert any(finding.numbers for finding in viewed.found.findings)
        result = audit_result(viewed, None, case.catalogue, date(2022, 3, 1), language)
        for finding, said in zip(viewed.found.findings, json.loads(result.json())["findings"], strict=True):
            for name, number in _people(finding):
                assert mask_number(number) in said["message"]
                assert name in said["message"]
                assert number not in said["message"]


def _people(finding: Finding) -> Iterator[tuple[str, str]]:
    names = {row.number: row.name for row in finding.evidence}
    return ((names[number], number) for number in finding.numbers)
