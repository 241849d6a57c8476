"""The audit over a lake finds what the ledger's own audit finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from aidledger.audit.rules import RULES
from aidledger.domain.finding import Finding
from aidledger.domain.identity import masked_text
from aidledger.operations import auditing, ledgers
from aidledger.store.ledger import Ledger
from tests.audit.cases import Case, bring_in_case, cases
from tests.lake.lakes import audited, certified, exported, grant, ledger_of, said
from tests.store.ledgers import catalogue, new_ledger

_CASES = list(cases())
# What a lake of pseudonyms cannot ask: names and numbers letter by letter.
IN_FULL = {"likely-same-person", "account-format"}
# What rests on payment orders, which are in no lake: there it does not run, and the audit says so.
OF_ORDERS = {"to-be-recovered"}


def _ledger(case: Case, folder: Path) -> Ledger:
    ledger = new_ledger(folder)
    bring_in_case(ledger, case)
    if case.reverse is not None:
        ledgers.reverse(ledger, catalogue(), case.reverse, "sent in error")
    return ledger


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_of_a_district_in_full_the_lake_says_what_the_ledger_says(case: Case, tmp_path: Path) -> None:
    ledger, rules = _ledger(case, tmp_path), [code for code in (*case.found, *case.quiet) if code not in OF_ORDERS]

    found = audited(exported(ledger, tmp_path, known=case.catalogue), rules, case.period, known=case.catalogue)

    own = auditing.audit(ledger, case.catalogue, rules, period=case.period).found
    assert said(found.findings) == said(own.findings)
    assert (list(found.ran), dict(found.not_run)) == (list(own.ran), dict(own.not_run))
    assert {row.district for one in found.findings for row in one.evidence} <= {"511303"}


@pytest.mark.parametrize("case", [case for case in _CASES if not IN_FULL & {*case.found}], ids=lambda case: case.name)
def test_of_pseudonyms_the_lake_finds_the_same_rows(case: Case, tmp_path: Path) -> None:
    left_out = IN_FULL | OF_ORDERS
    ledger, rules = _ledger(case, tmp_path), [code for code in (*case.found, *case.quiet) if code not in left_out]

    found = audited(
        exported(ledger, tmp_path, "masked", known=case.catalogue), rules, case.period, known=case.catalogue
    )

    own = auditing.audit(ledger, case.catalogue, rules, period=case.period).found
    assert _rows(found.findings) == _rows(own.findings)


def _rows(findings: Sequence[Finding]) -> list[str]:
    """What was found where; in a lake of pseudonyms, no long number stands in the name of a file, not even a day."""
    return sorted(
        repr((one.rule, one.program, one.period, one.persons, one.amount_fen))
        + repr(
            [
                (row.entry, row.batch, masked_text(row.file or ""), row.sheet, row.row, row.amount_fen)
                for row in one.evidence
            ]
        )
        for one in findings
    )


def test_a_lake_that_a_url_names_is_the_same_lake(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc", amount=9000), certified("abd"))
    lake = exported(ledger, tmp_path, "digest")

    by_url = audited(f"file://{lake}").findings

    assert by_url
    assert said(by_url) == said(audited(lake).findings)


def test_all_rules_run_but_those_that_need_people_in_full_or_several_districts(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "one", grant("abc"), certified("ab"))

    found = audited(exported(ledger, tmp_path, "digest"))

    without = {code for code, needs in found.not_run.items() if {"people-in-full", "several-districts"} & {*needs}}
    assert without == {*IN_FULL, "certified-elsewhere"}
    assert {*found.ran} | {*found.not_run} == {rule.code for rule in RULES} | {"certified-elsewhere"}
