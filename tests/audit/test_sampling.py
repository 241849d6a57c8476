"""The spot check draws the same people again, and nobody can choose whom."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from io import StringIO
from pathlib import Path

import openpyxl
import pytest

from aidledger.operations import ledgers
from aidledger.store.ledger import Ledger
from tests.builders import people, roster_xlsx
from tests.builders.months import part_xlsx
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger

ROSTERS = {
    "金溪中学.xlsx": roster_xlsx(8, title="金溪中学2021年秋季学期普通高中国家助学金花名册"),
    "白塔中学.xlsx": roster_xlsx(8, first=20, title="白塔中学2021年秋季学期普通高中国家助学金花名册"),
    "白塔中学春.xlsx": roster_xlsx(8, first=20, title="白塔中学2022年春季学期普通高中国家助学金花名册"),
    "小.xlsx": roster_xlsx(1, first=40, title="龙门中学2021年秋季学期普通高中免学费花名册"),
}


def _ledger(folder: Path, names: Sequence[str]) -> Ledger:
    folder.mkdir()
    ledger = new_ledger(folder)
    for name in names:
        assert bring_in(ledger, ROSTERS[name], name).outcome == "posted"
    return ledger


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return _ledger(tmp_path_factory.mktemp("sampling") / "one", list(ROSTERS))


def _sample(ledger: Ledger, *arguments: str | Path) -> Ran:
    return aidledger("sample", *arguments, ledger=ledger.place)


def test_the_same_seed_draws_the_same_list_whatever_was_imported_first(ledger: Ledger, tmp_path: Path) -> None:
    other = _ledger(tmp_path / "two", list(reversed(ROSTERS)))
    arguments = ("--seed", "2024", "--by", "school", "--format", "csv")
    assert _sample(ledger, *arguments).stdout == _sample(other, *arguments).stdout
    assert _sample(ledger, *arguments).stdout != _sample(ledger, "--seed", "2025", *arguments[2:]).stdout


def test_of_every_school_as_many_as_asked_for_or_all_it_has(ledger: Ledger) -> None:
    found = _sample(ledger, "--seed", "1", "--by", "school", "--format", "json").json
    assert Counter(one["school"] for one in found["entries"]) == {"金溪中学": 3, "白塔中学": 3, "龙门中学": 1}
    assert (found["groups"], found["population"]) == (3, 25)


def test_without_groups_the_whole_ledger_is_one(ledger: Ledger) -> None:
    assert len(_sample(ledger, "--seed", "1", "--size", "5", "--format", "json").json["entries"]) == 5
    assert len(_sample(ledger, "--seed", "1", "--by", "program,period", "--format", "json").json["entries"]) == 7


def test_the_rank_is_a_digest_that_anybody_can_reckon(ledger: Ledger) -> None:
    numbers = [one.number for one in people(8)]
    text = "9\n{}\nhigh-school-grant\n2021-autumn"
    expected = sorted(numbers, key=lambda number: sha256(text.format(number).encode()).hexdigest())[:3]
    arguments = ("--seed", "9", "--by", "school", "--reveal", "--reason", "test", "--format", "json")
    found = _sample(ledger, *arguments, "--program", "high-school-grant", "--period", "2021-autumn").json["entries"]
    assert [one["number"] for one in found if one["school"] == "金溪中学"] == expected


def test_what_was_reversed_is_not_drawn(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path / "reversed", list(ROSTERS))
    ledgers.reverse(ledger, catalogue(), 1, "sent in error")
    found = _sample(ledger, "--seed", "1", "--by", "school", "--size", "100", "--format", "json").json["entries"]
    assert len(found) == 17
    assert "金溪中学" not in {one["school"] for one in found}


def test_the_list_has_room_for_what_was_seen(ledger: Ledger, tmp_path: Path) -> None:
    text = _sample(ledger, "--seed", "1", "--format", "csv").stdout
    rows = list(csv.DictReader(StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == 3
    assert {(row["seen"], row["by_on"]) for row in rows} == {("", "")}
    assert all("****" in row["number"] for row in rows)
    target = tmp_path / "sample.xlsx"
    assert _sample(ledger, "--seed", "1", "--format", "xlsx", "-o", target).exit_code == 0
    assert target.stat().st_mode & 0o777 == 0o600
    titles = [cell.value for cell in openpyxl.load_workbook(target).worksheets[0][2]]
    assert titles[-2:] == ["Seen", "By, on"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--seed", " "),
        ("--seed", "1", "--size", "0"),
        ("--seed", "1", "--by", "colour"),
        ("--seed", "1", "--program", "unheard-of"),
        ("--seed", "1", "--reveal"),
    ],
    ids=" ".join,
)
def test_misuse(ledger: Ledger, arguments: tuple[str, ...]) -> None:
    assert _sample(ledger, *arguments).exit_code == 2


def test_the_months_of_one_pupil_are_drawn_apart(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    for part in ("9月份", "10月份", "11月份", "12月份"):
        bring_in(ledger, part_xlsx(part, range(8)), f"{part}.xlsx")
    for seed in ("1", "2", "3"):
        drawn = _sample(ledger, "--seed", seed, "--size", "4", "--format", "json").json["entries"]
        assert len({one["number"] for one in drawn}) > 1
