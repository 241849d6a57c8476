"""A school asks what it got: its statement, and the rosters it was read from."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import openpyxl
import pytest

from aidledger.operations import ledgers, reporting
from aidledger.store.ledger import Ledger
from tests.builders import people, roster_xlsx
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger, opened, sample_place

AUTUMN = "金溪中学2021年秋季学期普通高中国家助学金花名册"
SPRING = "金溪中学2022年春季学期普通高中国家助学金花名册"
WAIVER = "金溪中学2022年春季学期普通高中免学费花名册"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """金溪中学: three in autumn, four in spring; a roster of five waivers that was reversed; another school."""
    ledger = new_ledger(tmp_path_factory.mktemp("statement"))
    contents = {
        "秋.xlsx": roster_xlsx(3, title=AUTUMN),
        "春.xlsx": roster_xlsx(4, title=SPRING),
        "免.xlsx": roster_xlsx(5, title=WAIVER),
        "别.xlsx": roster_xlsx(2, first=50, title=AUTUMN.replace("金溪", "白塔")),
    }
    for name, content in contents.items():
        assert bring_in(ledger, content, name).outcome == "posted"
    ledgers.reverse(ledger, catalogue(), 3, "sent in error")
    return ledger


def _school(ledger: Ledger, *arguments: str | Path) -> Ran:
    return aidledger("report", "school", *arguments, ledger=ledger.place)


def test_a_statement_has_figures_reversals_and_batches(ledger: Ledger) -> None:
    found = _school(ledger, "金溪中学", "--format", "json").json
    lines = [
        (one["program"], one["period"], one["person_times"], one["persons"], one["reversed"], one["batches"])
        for one in found["lines"]
    ]
    assert lines == [
        ("high-school-grant", "2021-autumn", 3, 3, 0, [1]),
        ("high-school-grant", "2022-spring", 4, 4, 0, [2]),
        ("high-school-tuition-waiver", "2022-spring", 0, 0, 5, []),
    ]
    assert (found["aid"]["person_times"], found["aid"]["persons"], found["aid"]["amount"]) == (7, 4, "7000.00")
    assert found["loans"]["person_times"] == 0


def test_a_statement_lists_the_rosters_with_what_became_of_them(ledger: Ledger) -> None:
    rosters = _school(ledger, "金溪中学", "--format", "json").json["rosters"]
    assert [(one["batch"], one["file"], one["state"], one["here"]["person_times"]) for one in rosters] == [
        (1, "秋.xlsx", "in-force", 3),
        (2, "春.xlsx", "in-force", 4),
        (3, "免.xlsx", "reversed", 0),
    ]
    assert [one["posted"]["person_times"] for one in rosters] == [3, 4, 5]
    table = _school(ledger, "金溪中学").stdout
    assert rosters[0]["sha256"][:12] in table
    assert rosters[0]["sha256"] not in table


def test_a_statement_of_a_span(ledger: Ledger) -> None:
    found = _school(ledger, "金溪中学", "--from", "2022-spring", "--to", "2022-spring", "--format", "json").json
    assert {one["period"] for one in found["lines"]} == {one["period"] for one in found["rosters"]} == {"2022-spring"}


def test_a_statement_as_a_workbook_has_two_sheets_and_its_figures_find_their_entries(
    ledger: Ledger, tmp_path: Path
) -> None:
    target = tmp_path / "statement.xlsx"
    assert _school(ledger, "金溪中学", "--format", "xlsx", "-o", target).exit_code == 0
    assert target.stat().st_mode & 0o777 == 0o600
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Statement", "Rosters"]
    rows = [row for row in book.worksheets[0].iter_rows(min_row=3, values_only=True) if row[-1]]
    assert len(rows) == 5
    for row in rows:
        assert reporting.entries(ledger, catalogue(), str(row[-1])).found.figures.person_times == row[2]


def test_a_statement_as_csv_holds_the_figures(ledger: Ledger) -> None:
    text = _school(ledger, "金溪中学", "--format", "csv").stdout
    rows = list(csv.DictReader(StringIO(text.lstrip("\ufeff"))))
    assert [row["person_times"] for row in rows] == ["3", "4", "0"]


def test_a_statement_names_nobody(ledger: Ledger) -> None:
    text = _school(ledger, "金溪中学").stdout + _school(ledger, "金溪中学", "--format", "json").stdout
    assert not any(one.name in text or one.number in text for one in people(5))


@pytest.mark.parametrize(
    ("name", "close"), [("金溪", "金溪中学"), ("金西中学", "金溪中学"), ("高坪区白塔中学", "白塔中学")]
)
def test_an_unknown_school_is_refused_with_those_like_it(ledger: Ledger, name: str, close: str) -> None:
    run = _school(ledger, name)
    assert run.exit_code == 2
    assert close in run.stderr


def test_a_statement_adds_up_over_all_schools(tmp_path: Path) -> None:
    sample = opened(sample_place(tmp_path))
    groups = aidledger("report", "summary", "--by", "school", "--format", "json", ledger=sample.place).json["groups"]
    for group in groups:
        if group["school"] is None:
            continue
        found = reporting.school_statement(sample, catalogue(), group["school"]).found
        figures = found.loans if group["loan"] else found.aid
        assert (figures.person_times, figures.persons) == (group["person_times"], group["persons"])
        assert sum(roster.here.person_times for roster in found.rosters) == (
            found.aid.person_times + found.loans.person_times
        )
