"""The cuts of the summary: years, terms, what rosters state of pupils, and the sources of the money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aidledger.cli.commands import reports
from aidledger.reports.cuts import DIMENSIONS
from aidledger.reports.sources import split
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx, xlsx_bytes
from tests.builders.lists import allotment_grid
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, new_ledger, opened, sample_place

AUTUMN = "金溪中学2021年秋季学期普通高中国家助学金花名册"
SPRING = "金溪中学2022年春季学期普通高中国家助学金花名册"


def _groups(ledger: Ledger, by: str) -> list[dict[str, Any]]:
    run = aidledger("report", "summary", "--by", by, "--format", "json", ledger=ledger.place)
    return list(run.json["groups"])


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return opened(sample_place(tmp_path_factory.mktemp("cuts")))


def test_the_command_names_every_cut() -> None:
    assert reports.DIMENSIONS == DIMENSIONS


@pytest.mark.parametrize(
    ("by", "figures"),
    [
        # The annual programs of 2021 (5 of college aid, 5 loans) belong to the school year that begins in 2021.
        ("calendar-year", [("2021", False, 47), ("2022", False, 20), ("2021", True, 5)]),
        ("school-year", [("2021", False, 67), ("2021", True, 5)]),
        ("term", [("spring", False, 20), ("autumn", False, 42), ("year", False, 5), ("year", True, 5)]),
    ],
)
def test_a_period_belongs_to_years_and_terms(sample: Ledger, by: str, figures: list[tuple[str, bool, int]]) -> None:
    assert [(one[by], one["loan"], one["person_times"]) for one in _groups(sample, by)] == figures


def test_a_cut_by_an_unknown_word_names_those_there_are(sample: Ledger) -> None:
    run = aidledger("report", "summary", "--by", "colour", ledger=sample.place)
    assert run.exit_code == 2
    assert "school-year" in run.stderr


# --- sources ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def allotted(tmp_path: Path) -> Ledger:
    """Three person-times of 1000 yuan in autumn, for which 60, 25 and 15 of 100 were allotted; two in spring."""
    ledger = new_ledger(tmp_path)
    for content in (roster_xlsx(3, title=AUTUMN), roster_xlsx(2, title=SPRING), xlsx_bytes(allotment_grid())):
        assert bring_in(ledger, content).outcome == "posted"
    return ledger


def test_sources_pay_by_their_shares_and_people_are_counted_once(allotted: Ledger) -> None:
    found = [(one["source"], one["person_times"], one["persons"], one["amount"]) for one in _groups(allotted, "source")]
    assert found == [
        ("all sources", 3, 3, None),
        ("central", None, None, "1800.00"),
        ("provincial", None, None, "750.00"),
        ("county", None, None, "450.00"),
        (None, 2, 2, "2000.00"),
    ]


def test_sources_of_a_period_are_those_allotted_for_it(allotted: Ledger) -> None:
    groups = _groups(allotted, "period,source")
    assert {one["source"] for one in groups if one["period"] == "2022-spring"} == {None}
    assert {one["source"] for one in groups if one["period"] == "2021-autumn"} == {
        "all sources",
        "central",
        "provincial",
        "county",
    }


def test_a_table_says_how_sources_are_told_apart(allotted: Ledger) -> None:
    run = aidledger("report", "summary", "--by", "program,source", ledger=allotted.place)
    assert "by each source's share" in run.stdout
    assert "1,800.00" in run.stdout


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        (100, {"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        (100, {"a": 60, "b": 25, "c": 15}, {"a": 60, "b": 25, "c": 15}),
        (1, {"a": 1, "b": 3}, {"a": 0, "b": 1}),
        (0, {"a": 1}, {"a": 0}),
        (10**15 + 7, {"a": 10**12, "b": 10**12 + 1}, {"a": 499_999_999_999_754, "b": 500_000_000_000_253}),
    ],
)
def test_parts_of_a_split_add_up_exactly(amount: int, shares: dict[str, int], parts: dict[str, int]) -> None:
    assert split(amount, shares) == parts
    assert sum(parts.values()) == amount


def test_nothing_allotted_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="0"):
        split(100, {"a": 0})
