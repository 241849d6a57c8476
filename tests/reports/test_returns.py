"""The national return: spring, autumn and the year; persons once; money by source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aidledger.operations import reporting
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx, xlsx_bytes
from tests.builders.lists import allotment_grid
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger, opened, sample_place

TITLE = "金溪中学{}普通高中国家助学金花名册"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Grants: three in spring 2021, the same and two more in autumn (for which money was allotted), two in 2022."""
    ledger = new_ledger(tmp_path_factory.mktemp("returns"))
    for rows, term in ((3, "2021年春季学期"), (5, "2021年秋季学期"), (2, "2022年春季学期")):
        assert bring_in(ledger, roster_xlsx(rows, title=TITLE.format(term))).outcome == "posted"
    assert bring_in(ledger, xlsx_bytes(allotment_grid())).outcome == "posted"
    return ledger


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return opened(sample_place(tmp_path_factory.mktemp("sample")))


def _returns(ledger: Ledger, *arguments: str | Path) -> Ran:
    return aidledger("report", "returns", *arguments, ledger=ledger.place)


def _lines(ledger: Ledger, *arguments: str) -> list[dict[str, Any]]:
    return list(_returns(ledger, *arguments, "--format", "json").json["lines"])


def _people(line: dict[str, Any]) -> list[tuple[int, int]]:
    return [(line[part]["persons"], line[part]["person_times"]) for part in ("spring", "autumn", "whole")]


def test_a_calendar_year_is_its_spring_and_its_autumn(ledger: Ledger) -> None:
    line = _lines(ledger, "--year", "2021")[0]
    assert _people(line) == [(3, 3), (5, 5), (5, 8)]
    assert [line[part]["amount"] for part in ("spring", "autumn", "whole")] == ["3000.00", "5000.00", "8000.00"]
    assert line["whole"]["amount_wan"] == "0.8"


def test_a_school_year_is_its_autumn_and_the_spring_after(ledger: Ledger) -> None:
    assert _people(_lines(ledger, "--year", "2021", "--school-year")[0]) == [(2, 2), (5, 5), (5, 7)]


def test_sources_are_parts_of_the_line_above_and_add_up_to_it(ledger: Ledger) -> None:
    lines = _lines(ledger, "--year", "2021")
    assert [(one["source"], one["whole"]["amount"], one["whole"]["persons"]) for one in lines] == [
        ("all sources", "8000.00", 5),
        ("central", "3000.00", None),
        ("provincial", "1250.00", None),
        ("county", "750.00", None),
        (None, "3000.00", None),  # of spring, for which nothing was allotted
    ]
    assert [one["part_of_above"] for one in lines] == [False, True, True, True, True]
    assert lines[1]["spring"] is None
    assert lines[4]["autumn"] is None


def test_without_allotments_the_source_is_blank(ledger: Ledger) -> None:
    lines = _lines(ledger, "--from", "2022-spring", "--to", "2022-spring")
    assert [(one["source"], one["part_of_above"]) for one in lines] == [(None, False)]


def test_annual_programs_are_in_the_year_alone(sample: Ledger) -> None:
    loans = [one for one in _lines(sample, "--year", "2021") if one["program"] == "origin-based-loan"]
    assert loans
    assert all(one["spring"] is None and one["autumn"] is None for one in loans)
    assert sum(one["whole"]["person_times"] for one in loans) == 5


def test_totals_are_those_of_the_summary(sample: Ledger) -> None:
    found = _returns(sample, "--format", "json").json
    summary = aidledger("report", "summary", "--format", "json", ledger=sample.place).json
    for kind in ("aid", "loans"):
        assert {name: found[kind]["whole"][name] for name in ("persons", "person_times", "amount")} == {
            name: summary[kind][name] for name in ("persons", "person_times", "amount")
        }
    assert sum(one["whole"]["person_times"] for one in found["lines"]) == (
        summary["aid"]["person_times"] + summary["loans"]["person_times"]
    )


def test_each_line_of_the_workbook_finds_its_entries(ledger: Ledger, tmp_path: Path) -> None:
    target = tmp_path / "returns.xlsx"
    assert _returns(ledger, "--year", "2021", "--format", "xlsx", "-o", target).exit_code == 0
    assert target.stat().st_mode & 0o777 == 0o600
    rows = list(openpyxl.load_workbook(target).worksheets[0].iter_rows(min_row=3, values_only=True))
    traced = [row for row in rows if row[15]]
    assert len(traced) == 7
    for row in traced:
        found = reporting.entries(ledger, catalogue(), str(row[15])).found
        amount = found.figures.amount_fen if found.share_fen is None else found.share_fen
        assert amount == round(float(str(row[13])) * 100)


def test_the_paper_says_that_its_form_is_believed(ledger: Ledger) -> None:
    text = _returns(ledger, "--year", "2021").stdout
    assert "5 November" in text
    assert "believed" in text


@pytest.mark.parametrize(
    "arguments", [("--year", "2021", "--from", "2021-spring"), ("--school-year",), ("--year", "soon")], ids=" ".join
)
def test_misuse(ledger: Ledger, arguments: tuple[str, ...]) -> None:
    assert _returns(ledger, *arguments).exit_code == 2
