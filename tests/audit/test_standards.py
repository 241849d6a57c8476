"""Amounts, years of entry and ages that a program is not for."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.store.ledger import Ledger
from tests.audit.ledgers import HIGH_SCHOOL, found, post, rows
from tests.builders import resident_number
from tests.store.ledgers import new_ledger

LOANS = "2021年生源地信用助学贷款借款学生名册"
POVERTY = "江北职业中学2021年秋季学期中职脱贫户学生生活补助花名册"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def test_an_amount_beside_the_standard_is_one_finding_each(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, [*rows(0, 1), *rows(2, amount=2400), *rows(3, amount=400)])
    findings = found(ledger, "amount-off-standard")
    assert sorted(finding.amount_fen for finding in findings) == [40_000, 240_000]
    assert {finding.standard for finding in findings} == {"财教〔2021〕310号"}
    assert sorted(row.row for finding in findings for row in finding.evidence) == [5, 6]
    assert found(ledger, "amount-above-cap") == []


def test_the_same_amount_is_right_under_a_later_standard(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL.replace("2021年秋季", "2025年春季"), rows(0, amount=650), 650)
    assert found(ledger, "amount-off-standard") == []


def test_a_loan_above_its_limit(ledger: Ledger) -> None:
    post(ledger, LOANS, [*rows(0, amount=8000), *rows(1, amount=20000)])
    (finding,) = found(ledger, "amount-above-cap")
    assert (finding.severity, finding.amount_fen, finding.period) == ("error", 2_000_000, "2021")
    assert found(ledger, "amount-off-standard") == []


def test_a_year_of_entry_that_the_program_is_not_for(ledger: Ledger) -> None:
    post(ledger, POVERTY, [*rows(0, entered="2020"), *rows(1, entered="2021"), *rows(2)], 500)
    (finding,) = found(ledger, "entry-year-ineligible")
    assert (finding.facts["entry_year"], [row.row for row in finding.evidence]) == (2021, [4])


def test_somebody_far_too_old(ledger: Ledger) -> None:
    from datetime import date

    old = {"name": "王大明", "number": resident_number(born=date(1985, 5, 5))}
    post(ledger, HIGH_SCHOOL, [*rows(0), old])
    (finding,) = found(ledger, "age-out-of-range")
    assert (finding.facts["age"], [row.row for row in finding.evidence]) == (36, [4])
