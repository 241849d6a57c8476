"""Charts where people would rather look, on a sheet that is printed whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aidledger.reports.charts import SCHOOLS_MAX
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, new_ledger, opened, sample_place


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return opened(sample_place(tmp_path_factory.mktemp("charts")))


def _book(ledger: Ledger, folder: Path, *arguments: str) -> Any:  # noqa: ANN401
    target = folder / "summary.xlsx"
    run = aidledger("report", "summary", *arguments, "--format", "xlsx", "-o", target, ledger=ledger.place)
    assert run.exit_code == 0
    return openpyxl.load_workbook(target)


@pytest.mark.parametrize("by", ["program,period", "period,program"])
def test_amounts_by_program_and_period_have_a_chart_with_a_bar_for_every_period(
    sample: Ledger, tmp_path: Path, by: str
) -> None:
    book = _book(sample, tmp_path, "--by", by)
    sheet = book.worksheets[1]
    (chart,) = sheet._charts
    assert [cell.value for cell in sheet[3] if cell.value] == [
        "Program",
        "year 2021–2022",
        "2021-autumn",
        "2022-spring",
    ]
    assert len(chart.series) == 3
    assert "B3" in chart.series[0].tx.strRef.f


def test_schools_have_a_chart_of_the_largest(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    for number in range(SCHOOLS_MAX + 2):
        rows = 3 if number == 7 else 1
        bring_in(ledger, roster_xlsx(rows, first=5 * number), hints=Hints(school=f"第{number + 1}中学"))
    sheet = _book(ledger, tmp_path, "--by", "school").worksheets[1]
    assert len(sheet._charts) == 1
    listed = [row for row in sheet.iter_rows(min_row=4, max_col=2, values_only=True) if row[1]]
    assert listed[0] == ("第8中学", 3)
    assert len(listed) == SCHOOLS_MAX
    assert sheet.page_setup.orientation == "portrait"


@pytest.mark.parametrize("by", ["category", "school,period", "source"])
def test_other_cuts_are_tables(sample: Ledger, tmp_path: Path, by: str) -> None:
    assert len(_book(sample, tmp_path, "--by", by).worksheets) == 1


def test_an_empty_ledger_has_no_chart(tmp_path: Path) -> None:
    assert len(_book(new_ledger(tmp_path), tmp_path, "--by", "school").worksheets) == 1


def test_headings_of_numbers_flow_instead_of_widening_a_paper(sample: Ledger, tmp_path: Path) -> None:
    target = tmp_path / "returns.xlsx"
    aidledger("report", "returns", "--format", "xlsx", "-o", target, ledger=sample.place)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert str(sheet["G2"].value) == "Spring: amount (10k yuan)"
    assert sheet.column_dimensions["G"].width < len("Spring: amount (10k yuan)")
    assert (sheet.row_dimensions[2].height or 0) >= 30
