"""paid-after-death follows a person whose ID number was corrected, whichever number the list of deaths has."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.domain.identity import check_digit
from aidledger.store.ledger import Ledger
from tests.audit.ledgers import HIGH_SCHOOL, Row, found, grid, post, rows
from tests.builders import Grid, xlsx_bytes
from tests.store.ledgers import bring_in, new_ledger

AUTUMN = HIGH_SCHOOL
SPRING = HIGH_SCHOOL.replace("2021年秋季", "2022年春季")
DEATHS = "高坪区2021年死亡人员名单"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _mistyped(number: str) -> str:
    first_17 = number[:16] + str((int(number[16]) + 2) % 10)
    return first_17 + check_digit(first_17)


def _died(ledger: Ledger, name: str, number: str) -> None:
    """The list also names somebody who died later, and concerns nobody here."""
    (later,) = rows(30)
    listed: Grid = [[DEATHS], ["姓名", "身份证号", "死亡日期"], [name, number, "2021-08-12"]]
    listed.append([later["name"], later["number"], "2022-06-01"])
    content = xlsx_bytes(listed)
    assert bring_in(ledger, content, "deaths.xlsx").outcome == "posted"


def _wrong_in_spring_corrected_in_autumn(ledger: Ledger) -> tuple[Row, Row]:
    """A pupil paid under a wrong number in two terms, of which one term's roster was corrected; both rows."""
    right, other = rows(0, 1)
    wrong = right | {"number": _mistyped(right["number"])}
    post(ledger, AUTUMN, [wrong, other])
    post(ledger, SPRING, [wrong, other])
    content = xlsx_bytes(grid(AUTUMN, [right, other]))
    assert bring_in(ledger, content, "corrected.xlsx", supersedes=1).outcome == "posted"
    return right, wrong


@pytest.mark.parametrize("listed", ["right", "wrong"])
def test_a_corrected_number_is_followed(ledger: Ledger, listed: str) -> None:
    right, wrong = _wrong_in_spring_corrected_in_autumn(ledger)

    _died(ledger, right["name"], (right if listed == "right" else wrong)["number"])

    findings = found(ledger, "paid-after-death")
    assert sorted((one.period, one.amount_fen, len(one.evidence)) for one in findings) == [
        ("2021-autumn", 100_000, 2),
        ("2022-spring", 100_000, 2),
    ]
    assert len({one.about[:2] for one in findings}) == 1


def test_of_one_term_only_that_term_is_judged(ledger: Ledger) -> None:
    right, _ = _wrong_in_spring_corrected_in_autumn(ledger)
    _died(ledger, right["name"], right["number"])

    assert [one.period for one in found(ledger, "paid-after-death", period="2022-spring")] == ["2022-spring"]
    assert found(ledger, "paid-after-death", program="vocational-grant") == []


def test_without_a_list_of_deaths_the_rule_does_not_run(ledger: Ledger) -> None:
    _wrong_in_spring_corrected_in_autumn(ledger)
    assert found(ledger, "paid-after-death") == []
