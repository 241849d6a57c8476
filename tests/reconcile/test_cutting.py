"""Comparisons of some periods, of one school, of terms put together by year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import Grid, roster_grid, with_cells, xlsx_bytes
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, new_ledger, sample_place

TERMS = ("2021年春季", "2021年秋季", "2022年春季")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two schools in three terms; 西山中学 declares 500 too much for 2021年秋季 and 500 too little the spring after."""
    ledger = new_ledger(tmp_path_factory.mktemp("cutting"))
    for number, term in enumerate(TERMS):
        for at, school in enumerate(("东山中学", "西山中学")):
            title = f"{school}{term}学期普通高中国家助学金花名册"
            grid = roster_grid(2, first=10 * at, title=title)
            if school == "西山中学" and number:
                grid = with_cells(grid, {"F5": 2500 if number == 1 else 1500})
            posted = bring_in(ledger, xlsx_bytes(grid), f"{number}{at}.xlsx", record_conflicts=True)
            assert posted.outcome == "posted", posted.problems
    ledger.close()
    return ledger.place


def _lines(place: str, *arguments: str) -> list[dict[str, Any]]:
    run = aidledger("reconcile", "--check", "declared", *arguments, "--format", "json", ledger=place)
    assert run.exit_code in {0, 1}, run.stderr
    found: list[dict[str, Any]] = run.json["lines"]
    return found


def _short(line: dict[str, Any]) -> tuple[object, ...]:
    return line["period"], line["school"], line["expected"]["amount"], line["actual"]["amount"], line["ok"]


def test_a_span_takes_in_both_ends(place: str) -> None:
    lines = _lines(place, "--from", "2021-autumn", "--to", "2022-spring")
    assert {line["period"] for line in lines} == {"2021-autumn", "2022-spring"}
    assert {line["period"] for line in _lines(place, "--to", "2021-spring")} == {"2021-spring"}


def test_one_school(place: str) -> None:
    assert {line["school"] for line in _lines(place, "--school", "西山 中学")} == {"西山中学"}
    run = aidledger("reconcile", "--school", "北山中学", ledger=place)
    assert run.exit_code == 2
    assert "北山中学" in run.stderr


def test_terms_by_calendar_year(place: str) -> None:
    lines = _lines(place, "--cut", "calendar-year")
    assert [_short(line) for line in lines] == [
        ("2021", "东山中学", "4000.00", "4000.00", True),
        ("2021", "西山中学", "4500.00", "4000.00", False),
        ("2022", "东山中学", "2000.00", "2000.00", True),
        ("2022", "西山中学", "1500.00", "2000.00", False),
    ]
    assert {line["cut"] for line in lines} == {"calendar-year"}


def test_what_is_wrong_in_one_term_is_not_made_good_by_the_other(place: str) -> None:
    lines = _lines(place, "--cut", "school-year", "--details")
    assert [_short(line) for line in lines] == [
        ("2020", "东山中学", "2000.00", "2000.00", True),
        ("2020", "西山中学", "2000.00", "2000.00", True),
        ("2021", "东山中学", "4000.00", "4000.00", True),
        ("2021", "西山中学", "4000.00", "4000.00", False),
    ]
    rosters = [row for row in lines[-1]["entries"] if row["why"] == "declares-otherwise"]
    assert [(row["period"], row["expected"]) for row in rosters] == [
        ("2021-autumn", "2500.00"),
        ("2022-spring", "1500.00"),
    ]


def test_by_term_every_line_stays(place: str) -> None:
    cut = _lines(place, "--cut", "term")
    assert sorted(map(_short, cut), key=str) == sorted(map(_short, _lines(place)), key=str)


def test_a_cut_loses_no_money_of_any_comparison(tmp_path: Path) -> None:
    place = sample_place(tmp_path)
    totals = set()
    for cut in ((), ("--cut", "calendar-year"), ("--cut", "school-year"), ("--cut", "term")):
        lines = aidledger("reconcile", *cut, "--format", "json", ledger=place).json["lines"]
        totals.add(
            (sum(float(one["actual"]["amount"]) for one in lines), sum(one["ok"] for one in lines) == len(lines))
        )
    assert len(totals) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_screen_says_by_what_terms_are_put_together(place: str, language: str) -> None:
    run = aidledger("--lang", language, "reconcile", "--cut", "school-year", "--all", ledger=place)
    assert run.exit_code == 1
    assert "西山中学" in run.stdout


def test_documents_of_a_year_are_put_together_too(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    name, document = "普通高中国家助学金", "川财教〔2021〕45号"
    grid: Grid = [["资金下达表"], ["单位:元"], ["资助项目", "文号", "下达日期", "学期", "中央", "合计"]]
    grid += [
        [name, document, "2021-09-30", term, amount, amount] for term, amount in zip(TERMS, (5, 6, 7), strict=True)
    ]
    assert bring_in(ledger, xlsx_bytes(grid)).outcome == "posted"
    run = aidledger("reconcile", "--by", "document", "--cut", "calendar-year", "--format", "json", ledger=ledger.place)
    assert [(line["period"], line["document"], line["left"]) for line in run.json["lines"]] == [
        ("2021", document, "11.00"),
        ("2022", document, "7.00"),
    ]
