"""What is seen only where the ledgers of several districts stand side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.errors import LakeMixed, UnknownDistrict
from aidledger.lake.pseudonyms import Showing
from aidledger.operations import auditing, lakes, ledgers
from aidledger.operations.views import Reveal
from tests.lake.lakes import (
    DISTRICT,
    OTHER,
    TODAY,
    asked_of,
    audited,
    certified,
    exported,
    grant,
    key_in,
    ledger_of,
    monthly,
    said,
)
from tests.store.ledgers import catalogue

_CARD = "6217003810012345678"


@pytest.mark.parametrize("showing", ["digest", "masked", "full"])
def test_a_child_paid_in_two_districts(showing: Showing, tmp_path: Path) -> None:
    here, there = (ledger_of(tmp_path, name, grant(who, school)) for name, who, school in _TWO)
    assert auditing.audit(here, catalogue(), ["duplicate-disbursement"]).found.findings == []
    exported(here, tmp_path, showing)

    (found,) = audited(exported(there, tmp_path, showing, OTHER), ["duplicate-disbursement"]).findings

    assert [(row.district, row.school, row.entry) for row in found.evidence] == [
        (DISTRICT, "金溪中学", 2),
        (OTHER, "东山中学", 1),
    ]
    assert found.amount_fen == 100_000


@pytest.mark.parametrize("showing", ["digest", "masked", "full"])
def test_what_speaks_against_a_child_in_both_districts_is_one_finding(showing: Showing, tmp_path: Path) -> None:
    rosters = {DISTRICT: grant("a", "金溪中学", 700), OTHER: grant("a", "东山中学", 700)}
    for district, roster in rosters.items():
        ledger = ledger_of(tmp_path, district, roster, certified("b", roster["title"][:4]))
        lake = exported(ledger, tmp_path, showing, district)

    (found,) = audited(lake, ["not-certified"]).findings

    assert (found.persons, found.amount_fen, set(found.schools)) == (1, 140_000, {"金溪中学", "东山中学"})
    assert {row.district for row in found.evidence} == {DISTRICT, OTHER}


def test_months_in_two_districts_are_one_persons_and_the_same_month_is_paid_twice(tmp_path: Path) -> None:
    for district, school, months in ((DISTRICT, "江北职业中学", "9 10"), (OTHER, "江南职业中学", "10 11")):
        rosters = [monthly(f"{month}月份", "a", school) for month in months.split()]
        lake = exported(ledger_of(tmp_path, district, *rosters), tmp_path, "digest", district)

    (twice,) = audited(lake, ["duplicate-disbursement"]).findings
    assert [(row.district, row.amount_fen) for row in twice.evidence] == [(DISTRICT, 20_000), (OTHER, 20_000)]
    (off,) = audited(lake, ["amount-off-standard"]).findings
    assert (off.facts["amount"], len(off.evidence)) == ("800.00", 4)
    assert audited(lake, ["part-missing"]).findings == []


@pytest.mark.parametrize("taken_back", [DISTRICT, OTHER])
def test_what_either_district_took_back_is_paid_once(taken_back: str, tmp_path: Path) -> None:
    for district, name, school in ((DISTRICT, "here", "金溪中学"), (OTHER, "there", "东山中学")):
        ledger = ledger_of(tmp_path, name, grant("b", school, amount=5000))
        if district == taken_back:
            ledgers.reverse(ledger, catalogue(), 1, "paid elsewhere")
        lake = exported(ledger, tmp_path, "digest", district)

    assert audited(lake, ["duplicate-disbursement"]).findings == []
    (found,) = audited(lake, ["amount-off-standard"]).findings
    assert [row.district for row in found.evidence] == [OTHER if taken_back == DISTRICT else DISTRICT]


_TWO = (("here", "ab", "金溪中学"), ("there", "bc", "东山中学"))


def test_a_card_that_two_districts_pay_on(tmp_path: Path) -> None:
    exported(ledger_of(tmp_path, "here", grant("a", card=_CARD)), tmp_path, "digest")
    lake = exported(ledger_of(tmp_path, "there", grant("b", card=_CARD)), tmp_path, "digest", OTHER)

    (found,) = audited(lake, ["account-shared"]).findings

    assert (found.persons, {row.district for row in found.evidence}) == (2, {DISTRICT, OTHER})
    assert _CARD not in repr(found)


def test_certified_here_and_paid_there_is_neither_missing_nor_uncertified_but_said(tmp_path: Path) -> None:
    here = ledger_of(tmp_path, "here", grant("a"), certified("ab"))
    there = ledger_of(tmp_path, "there", grant("bc", "东山中学"), certified("c", "东山中学"))
    rules = ["missing-disbursement", "not-certified", "certified-elsewhere"]
    assert [one.rule for one in auditing.audit(here, catalogue(), rules).found.findings] == ["missing-disbursement"]
    assert [one.rule for one in auditing.audit(there, catalogue(), rules).found.findings] == ["not-certified"]
    exported(here, tmp_path)

    (found,) = audited(exported(there, tmp_path, "full", OTHER), rules).findings

    assert found.rule == "certified-elsewhere"
    assert (found.facts["here"], found.facts["there"]) == (OTHER, DISTRICT)
    assert [row.district for row in found.evidence] == [OTHER, DISTRICT]


def test_districts_that_share_nobody_are_judged_each_by_its_own(tmp_path: Path) -> None:
    here = ledger_of(tmp_path, "here", grant("ab", amount=900), certified("ac"))
    # It paid no grant for the autumn: nobody is missing there then, though somebody is in the other district.
    there = ledger_of(tmp_path, "there", grant("x", "东山中学", term="2022年春季"), certified("xy", "东山中学"))
    rules = ["amount-off-standard", "not-certified", "missing-disbursement", "average-impossible"]
    own = [one for ledger in (here, there) for one in auditing.audit(ledger, catalogue(), rules).found.findings]
    exported(here, tmp_path)

    found = audited(exported(there, tmp_path, "full", OTHER), rules)

    assert said(found.findings) == said(own)
    missing = [(one.period, one.schools) for one in own if one.rule == "missing-disbursement"]
    assert missing == [("2021-autumn", ["金溪中学"]), ("2022-spring", ["东山中学"])]


def test_two_schools_of_one_name_are_two_schools(tmp_path: Path) -> None:
    exported(ledger_of(tmp_path, "here", grant("ab", "第一中学", 10_000_000)), tmp_path)
    lake = exported(ledger_of(tmp_path, "there", grant("cd", "第一中学", 10_000_000)), tmp_path, "full", OTHER)

    found = audited(lake, ["unit-suspect"]).findings

    assert sorted(one.about[2] for one in found) == ["第一中学 (511303)", "第一中学 (511304)"]


def test_one_name_here_and_another_there(tmp_path: Path) -> None:
    exported(ledger_of(tmp_path, "here", grant("a")), tmp_path, "digest")
    other = grant("a", "东山中学")
    other["rows"][0][0] = "a=张三"
    lake = exported(ledger_of(tmp_path, "there", other), tmp_path, "digest", OTHER)

    (found,) = audited(lake, ["name-id-mismatch"]).findings

    assert [row.district for row in found.evidence] == [DISTRICT, OTHER]


def test_totals_of_one_office_are_not_judged_over_several(tmp_path: Path) -> None:
    exported(ledger_of(tmp_path, "here", grant("a")), tmp_path)
    lake = exported(ledger_of(tmp_path, "there", grant("b", "东山中学")), tmp_path, "full", OTHER)

    both, one = audited(lake), lakes.audit(asked_of(lake, "duckdb", OTHER), catalogue(), TODAY).found

    assert "one-district" in both.not_run["tier-average"]
    assert "tier-average" in one.ran
    with pytest.raises(UnknownDistrict):
        lakes.audit(asked_of(lake, "duckdb", "511399"), catalogue(), TODAY)


def test_districts_under_two_keys_are_refused(tmp_path: Path) -> None:
    lake = exported(ledger_of(tmp_path, "here", grant("a")), tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    there = ledger_of(tmp_path, "there", grant("b"))
    lakes.export(there, catalogue(), lake, OTHER, key_in(other), "full", Reveal("a test"))

    with pytest.raises(LakeMixed):
        audited(lake)
