"""Every figure of a paper finds the entries that it counts."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aidledger.errors import FigureNotUnderstood
from aidledger.operations import ledgers, reporting
from aidledger.reports.figures import figure_text, parse_figure
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.ledger import Ledger
from tests.builders import people, roster_xlsx, xlsx_bytes
from tests.builders.lists import allotment_grid
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger, opened, sample_place

GRANT = "金溪中学2021年秋季学期普通高中国家助学金花名册"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return opened(sample_place(tmp_path_factory.mktemp("explaining")))


def _explain(ledger: Ledger, figure: str, *more: str | Path) -> Ran:
    return aidledger("report", "entries", figure, *more, ledger=ledger.place)


def _table(path: Path) -> list[dict[str, Any]]:
    """The rows and totals under a workbook's header, by title."""
    rows = [list(row) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    header = next(i for i, row in enumerate(rows) if row[-1] == "Entries behind it")
    return [
        {str(title): cell for title, cell in zip(rows[header], row, strict=True)}
        for row in rows[header + 1 :]
        if row[-1]
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--from", "2022-spring"],
        ["--by", "program,period,school"],
        ["--by", "category,level,tier,grade"],
        ["--by", "calendar-year,term,stage"],
        ["--by", "school-year", "--to", "2021-autumn"],
    ],
    ids=" ".join,
)
def test_each_row_of_a_summary_is_explained_by_its_entries(
    sample: Ledger, tmp_path: Path, arguments: list[str]
) -> None:
    target = tmp_path / "summary.xlsx"
    run = aidledger("report", "summary", *arguments, "--format", "xlsx", "-o", target, ledger=sample.place)
    assert run.exit_code == 0
    rows = _table(target)
    assert len(rows) > 2
    for row in rows:
        found = reporting.entries(sample, catalogue(), row["Entries behind it"]).found
        figures = found.figures
        assert (figures.person_times, figures.persons) == (row["Person-times"], row["Persons"])
        assert figures.amount_fen == round(row["Amount (yuan)"] * 100) == sum(one.amount_fen for one in found.entries)


def test_an_explanation_names_file_row_and_person_and_adds_up(sample: Ledger) -> None:
    run = _explain(sample, "program=origin-based-loan")
    assert "5 person-times" in run.stdout.splitlines()[0]
    total = run.stdout.splitlines()[-2]
    assert total.split() == ["Total", "48,000.00"]


def test_an_explanation_as_json_and_csv(sample: Ledger) -> None:
    found = _explain(sample, "program=origin-based-loan,period=2021", "--format", "json").json
    assert (found["person_times"], found["amount"], len(found["entries"])) == (5, "48000.00", 5)
    assert {"file", "sheet", "row", "batch"} < found["entries"][0].keys()
    text = _explain(sample, "program=origin-based-loan,period=2021", "--format", "csv").stdout
    rows = list(csv.DictReader(StringIO(text.lstrip("\ufeff"))))
    assert [row["entry"] for row in rows] == [str(entry["entry"]) for entry in found["entries"]]
    assert all("****" in row["number"] for row in rows)


def test_an_explanation_as_a_workbook_is_the_owners_alone(sample: Ledger, tmp_path: Path) -> None:
    target = tmp_path / "behind.xlsx"
    assert _explain(sample, "kind=loan", "--format", "xlsx", "-o", target).exit_code == 0
    assert target.stat().st_mode & 0o777 == 0o600


def test_full_numbers_want_a_reason_and_are_logged(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(2, title=GRANT))
    number = people(1)[0].number
    assert number not in _explain(ledger, "kind=aid").stdout
    assert _explain(ledger, "kind=aid", "--reveal").exit_code == 2
    before = ledgers.verify(ledger).head
    assert number in _explain(ledger, "kind=aid", "--reveal", "--reason", "spot check").stdout
    assert ledgers.verify(ledger).head != before


def test_reversed_entries_are_behind_no_figure(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3, title=GRANT))
    ledgers.reverse(ledger, catalogue(), 1, "sent in error")
    assert _explain(ledger, "program=high-school-grant", "--format", "json").json["entries"] == []


@pytest.mark.parametrize(
    "figure",
    ["colour=red", "金溪中学", "", "program", "program=high-school-grant,program=vocational-grant", "school=无此学校"],
)
def test_what_names_no_figure_is_told_the_keys(sample: Ledger, figure: str) -> None:
    run = _explain(sample, figure)
    assert run.exit_code == 2
    assert "program, school, period" in run.stderr


@pytest.mark.parametrize("figure", ["program=unheard-of", "period=2021-summer", "from=later", "kind=central"])
def test_a_value_that_cannot_be_is_misuse(sample: Ledger, figure: str) -> None:
    assert _explain(sample, figure).exit_code == 2


@pytest.mark.parametrize("school", ["金溪,中学", "100%中学", " 金溪 中学", "a=b,kind=loan", "%2C", "x\ty"])
def test_whatever_a_value_is_it_comes_back(school: str) -> None:
    of = {"program": "high-school-grant", "school": school, "category": None}
    assert parse_figure(figure_text(of)) == of


def test_a_key_given_twice_is_not_understood() -> None:
    with pytest.raises(FigureNotUnderstood):
        parse_figure("school=a,school=b")


def test_a_school_with_a_comma_in_its_name_is_found(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(2), hints=Hints(school="金溪,中学"))
    target = tmp_path / "by-school.xlsx"
    aidledger("report", "summary", "--by", "school", "--format", "xlsx", "-o", target, ledger=ledger.place)
    found = reporting.entries(ledger, catalogue(), _table(target)[0]["Entries behind it"]).found
    assert found.figures.person_times == 2


def test_the_money_of_a_source_is_a_share_of_its_entries(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3, title=GRANT))
    bring_in(ledger, xlsx_bytes(allotment_grid()))
    target = tmp_path / "by-source.xlsx"
    aidledger("report", "summary", "--by", "source", "--format", "xlsx", "-o", target, ledger=ledger.place)
    central = next(row for row in _table(target) if row["Funding source"] == "central")
    found = _explain(ledger, central["Entries behind it"], "--format", "json").json
    assert (found["source"], found["share"], found["amount"]) == ("central", "1800.00", "3000.00")
    assert float(found["share"]) == central["Amount (yuan)"]
    assert "1,800.00" in _explain(ledger, central["Entries behind it"]).stdout.splitlines()[-3]


def test_the_column_of_traces_is_narrow_grey_and_not_printed(sample: Ledger, tmp_path: Path) -> None:
    target = tmp_path / "summary.xlsx"
    aidledger("report", "summary", "--format", "xlsx", "-o", target, ledger=sample.place)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert str(sheet["F3"].font.color.rgb).endswith("999999")
    assert sheet.column_dimensions["F"].width < 20
    assert str(sheet.print_area).split("$")[-2] == "E"
