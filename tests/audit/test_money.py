"""Cards, bank returns, allotments."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.operations import auditing
from aidledger.store.ledger import Ledger
from tests.audit.ledgers import HIGH_SCHOOL, VOCATIONAL, found, post, rows
from tests.builders import Grid, roster_xlsx, xlsx_bytes
from tests.builders.lists import allotment_grid, bank_return_grid
from tests.store.ledgers import bring_in, catalogue, new_ledger

CARD, OTHER_CARD = "6217001234567890123", "6217009876543210987"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def test_a_card_of_several_pupils_is_one_finding(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, [*rows(0, 1, 2, card=CARD), *rows(3, card=OTHER_CARD)])
    (finding,) = found(ledger, "account-shared")
    assert (finding.persons, finding.amount_fen, len(finding.evidence)) == (3, 300_000, 3)
    assert CARD not in str(finding.facts)
    assert str(finding.facts["account"]).endswith("0123")


def test_whether_pupils_of_one_card_are_siblings(ledger: Ledger) -> None:
    listed: Grid = [[HIGH_SCHOOL], ["姓名", "身份证号", "监护人姓名", "银行卡号", "金额"]]
    families = [("王大山", CARD), ("王大山", CARD), ("赵大海", OTHER_CARD), ("钱大江", OTHER_CARD)]
    for row, (guardian, card) in zip(rows(0, 1, 2, 3), families, strict=True):
        listed.append([row["name"], row["number"], guardian, card, 1000])
    bring_in(ledger, xlsx_bytes(listed))
    kinship = {str(one.facts["account"])[-4:]: one.facts["kinship"] for one in found(ledger, "account-shared")}
    assert kinship == {"0123": "siblings by their guardian", "0987": "of several guardians"}


def test_one_pupils_card_in_two_terms_is_nobody_elses(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, card=CARD))
    post(ledger, HIGH_SCHOOL.replace("2021年秋季", "2022年春季"), rows(0, card=CARD))
    assert found(ledger, "account-shared") == found(ledger, "account-changed") == []


def test_another_card_is_worth_knowing(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, card=CARD))
    post(ledger, HIGH_SCHOOL.replace("2021年秋季", "2022年春季"), rows(0, card=OTHER_CARD))
    (finding,) = found(ledger, "account-changed")
    assert (finding.severity, len(finding.evidence)) == ("info", 2)


def test_a_card_number_that_is_none(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, [*rows(0, card="12345"), *rows(1, card=CARD)])
    (finding,) = found(ledger, "account-format")
    assert [row.row for row in finding.evidence] == [3]


def test_a_returned_payment_is_found_until_it_is_paid_again(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(2))
    bring_in(ledger, xlsx_bytes(bank_return_grid(2, failed=[1])))
    (finding,) = found(ledger, "returned-not-reissued")
    assert (finding.amount_fen, [row.entry for row in finding.evidence]) == (100_000, [2, None])
    assert finding.facts["reason"] == "户名不符"
    again = bank_return_grid(2)
    del again[2]
    bring_in(ledger, xlsx_bytes(again))
    assert found(ledger, "returned-not-reissued") == []


def test_a_rule_without_its_data_says_that_it_did_not_run(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(2))
    audit = auditing.audit(ledger, catalogue()).found
    assert list(audit.not_run["returned-not-reissued"]) == ["bank-return"]
    assert "returned-not-reissued" not in audit.ran
    assert "duplicate-disbursement" in audit.ran


def _allotted(amount: int) -> Grid:
    grid = allotment_grid()[:4]
    grid[3][4:8] = [amount, None, None, amount]
    return grid


def test_more_paid_than_allotted(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, 1, 2))
    bring_in(ledger, xlsx_bytes(_allotted(2500)))
    (finding,) = found(ledger, "over-allotment")
    assert (finding.program, finding.period, finding.amount_fen) == ("high-school-grant", "2021-autumn", 50_000)
    assert [(row.entry, row.row) for row in finding.evidence] == [(None, 4)]


def test_as_much_paid_as_allotted_is_right(ledger: Ledger) -> None:
    post(ledger, HIGH_SCHOOL, rows(0, 1, 2))
    bring_in(ledger, xlsx_bytes(_allotted(3000)))
    assert found(ledger, "over-allotment") == found(ledger, "paid-without-allotment") == []


def test_a_term_that_no_document_pays_for(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_allotted(3000)))
    post(ledger, HIGH_SCHOOL, rows(0))
    post(ledger, HIGH_SCHOOL.replace("2021年秋季", "2022年春季"), rows(0))
    post(ledger, VOCATIONAL, rows(5))
    (finding,) = found(ledger, "paid-without-allotment")
    assert (finding.program, finding.period) == ("high-school-grant", "2022-spring")
