"""What the office hands upward: the paragraph, the table, the workbook, the text for other programs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from aidledger.domain.term import Period
from aidledger.operations import ledgers, reporting
from aidledger.reports.cuts import DIMENSIONS
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.ledger import Ledger
from tests.builders import roster_grid, roster_xlsx, xlsx_bytes
from tests.builders.lists import school_amounts_grid
from tests.catalogue.test_strictness import PROGRAM
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger, opened, sample_place

# Of imports/, files 01 to 12 without the last, which was reversed: program, person-times, persons, 分.
FIGURES: Mapping[str, tuple[int, int, int]] = {
    "preschool-fee-waiver": (6, 6, 300_000),
    "compulsory-living-subsidy": (17, 17, 775_000),
    "high-school-grant": (13, 13, 1_300_000),
    "high-school-tuition-waiver": (12, 12, 552_000),
    "vocational-grant": (7, 7, 700_000),
    "vocational-tuition-waiver": (4, 4, 400_000),
    "vocational-poverty-living-subsidy": (3, 3, 150_000),
    "college-poverty-aid": (5, 5, 2_000_000),
    "origin-based-loan": (5, 5, 4_800_000),
}
PARAGRAPH = (
    "减免6人次家庭经济困难幼儿保教费0.3万元;为17人次义务教育阶段困难学生发放生活补助0.775万元;"
    "为13人次家庭经济困难普高学生发放助学金1.3万元,减免12人次家庭经济困难普高学生学费0.552万元;"
    "为7人次家庭经济困难中职学生发放助学金0.7万元,减免4人次中职学生学费0.4万元;"
    "对3人次高坪区2020年及以前入学的脱贫户中职(含技工)学生发放生活补助0.15万元;"
    "对5名高坪区2016—2020年入学的脱贫户本专科学生发放学费资助和生活补助2万元;"
    "2021年办理生源地信用助学贷款5人4.8万元。"
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return opened(sample_place(tmp_path_factory.mktemp("summary")))


def _summary(ledger: Ledger, *arguments: str) -> Any:  # noqa: ANN401
    return aidledger("report", "summary", "--format", "json", *arguments, ledger=ledger.place).json


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def test_the_figures_are_those_of_the_rosters(ledger: Ledger) -> None:
    programs = _summary(ledger)["programs"]
    found = {one["code"]: (one["person_times"], one["persons"], _fen(one["amount"])) for one in programs}
    assert found == FIGURES


def test_the_paragraph_is_the_reports_own(ledger: Ledger) -> None:
    assert reporting.paragraph(ledger, catalogue()) == PARAGRAPH
    assert aidledger("report", "summary", "--format", "text", ledger=ledger.place).stdout == f"{PARAGRAPH}\n"


def test_the_paragraph_is_the_same_in_every_language(ledger: Ledger) -> None:
    run = aidledger("--lang", "zh", "report", "summary", "--format", "text", ledger=ledger.place)
    assert run.stdout == f"{PARAGRAPH}\n"


def test_a_paragraph_leaves_out_what_was_not_paid(ledger: Ledger) -> None:
    spring = Period(2022, "spring")
    assert reporting.paragraph(ledger, catalogue(), spring, spring) == (
        "为11人次义务教育阶段困难学生发放生活补助0.4万元;"
        "为5人次家庭经济困难普高学生发放助学金0.5万元;减免4人次中职学生学费0.4万元。"
    )


def test_an_empty_ledger_has_an_empty_paragraph_and_every_program(tmp_path: Path) -> None:
    empty = new_ledger(tmp_path)
    assert reporting.paragraph(empty, catalogue()) == ""
    summary = _summary(empty)
    assert len(summary["programs"]) == 9
    assert {(one["person_times"], one["persons"], one["amount"]) for one in summary["programs"]} == {(0, 0, "0.00")}


def test_loans_are_not_aid(ledger: Ledger) -> None:
    summary = _summary(ledger)
    assert summary["loans"]["amount"] == "48000.00"
    assert _fen(summary["aid"]["amount"]) == sum(fen for _, _, fen in FIGURES.values()) - 4_800_000
    assert summary["aid"]["person_times"] == sum(count for count, _, _ in FIGURES.values()) - 5


def test_persons_are_counted_once_in_a_total_and_person_times_each_time(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    for title in (
        "2021年秋季学期普通高中国家助学金",
        "2022年春季学期普通高中国家助学金",
        "2021年秋季学期普通高中免学费",
    ):
        bring_in(ledger, roster_xlsx(3, title=f"金溪中学{title}花名册"))
    summary = _summary(ledger)
    grant, waiver = summary["programs"][2:4]
    assert (grant["person_times"], grant["persons"]) == (6, 3)
    assert (waiver["person_times"], waiver["persons"]) == (3, 3)
    assert (summary["aid"]["person_times"], summary["aid"]["persons"]) == (9, 3)


@pytest.mark.parametrize(("terms", "persons"), [(["2021年秋季"], 2), (["2022年春季", "2021年秋季"], 3)])
def test_who_is_paid_otherwise_in_a_later_version_is_counted_once(
    tmp_path: Path, terms: list[str], persons: int
) -> None:
    """Of three pupils of autumn one is paid another amount, and one no longer."""
    ledger = new_ledger(tmp_path)
    for term in terms:
        grid = roster_grid(3, title=f"金溪中学{term}学期普通高中国家助学金花名册", total=False)
        bring_in(ledger, xlsx_bytes(grid))
    grid[2][5] = 1500
    assert bring_in(ledger, xlsx_bytes(grid[:4]), supersedes=len(terms)).outcome == "posted"
    for figures, expected in (
        (_summary(ledger), persons),
        (_summary(ledger, "--from", "2021-autumn", "--to", "2021-autumn"), 2),
    ):
        assert {one["persons"] for one in (figures["aid"], figures["programs"][2])} == {expected}


def test_persons_are_counted_under_more_programs_than_a_number_has_bits(tmp_path: Path) -> None:
    own = tmp_path / "schemas" / "programs"
    own.mkdir(parents=True)
    for number in range(130):
        program = PROGRAM.replace("nutrition-improvement", f"own-{number:03}").replace("营养", f"营养{number:03}")
        (own / f"{number:03}.yaml").write_text(program, encoding="utf-8")
    ledger, schemas = str(tmp_path / "aidledger.db"), ("--schemas", str(own.parent))
    assert aidledger(*schemas, "init", ledger=ledger).exit_code == 0
    rosters = tmp_path / "rosters"
    rosters.mkdir()
    pupils = {f"own-{number:03}": number % 4 + 1 for number in range(130)}
    for number, many in enumerate(pupils.values()):
        title = f"金溪小学2021年秋季学期营养{number:03}改善计划补助花名册"
        (rosters / f"{number}.xlsx").write_bytes(roster_xlsx(many, title=title, amount=500))
    assert aidledger(*schemas, "import", rosters, ledger=ledger).exit_code == 0
    summary = aidledger(*schemas, "report", "summary", "--format", "json", ledger=ledger).json
    persons = {one["code"]: one["persons"] for one in summary["programs"] if one["persons"]}
    assert persons == pupils
    assert (summary["aid"]["person_times"], summary["aid"]["persons"]) == (sum(pupils.values()), 4)


@pytest.mark.parametrize(
    ("first", "last", "person_times"),
    [
        (None, None, 72),
        ("2021-autumn", "2021-autumn", 52),  # the year 2021 begins with its autumn
        ("2021", "2021", 72),  # ... and goes on to the next summer
        ("2022-spring", None, 20),
        (None, "2022-spring", 72),
        (None, "2021-spring", 0),
        ("2022-autumn", None, 0),
    ],
)
def test_a_span_takes_in_the_periods_that_begin_in_it(
    ledger: Ledger, first: str | None, last: str | None, person_times: int
) -> None:
    span = [*(["--from", first] if first else []), *(["--to", last] if last else [])]
    summary = _summary(ledger, *span)
    assert sum(one["person_times"] for one in summary["programs"]) == person_times


@pytest.mark.parametrize(
    "by", [*DIMENSIONS, "program,period", "school,category", "calendar-year,term", "school-year,level,tier,grade"]
)
def test_groups_add_up_to_the_whole(ledger: Ledger, by: str) -> None:
    summary = _summary(ledger, "--by", by)
    groups = summary["groups"]
    for kind, loan in (("aid", False), ("loans", True)):
        some = [group for group in groups if group["loan"] is loan]
        assert sum(group["person_times"] for group in some) == summary[kind]["person_times"]
        assert sum(_fen(group["amount"]) for group in some) == _fen(summary[kind]["amount"])
    assert all(set(by.split(",")) < group.keys() for group in groups)
    assert len({(*(group[name] for name in by.split(",")), group["loan"]) for group in groups}) == len(groups)


def test_groups_may_be_by_the_source_of_the_money(ledger: Ledger) -> None:
    """The contract has: --by program,school,period,category,source."""
    assert aidledger("report", "summary", "--by", "source", "--format", "json", ledger=ledger.place).exit_code == 0


def test_reversed_batches_count_for_nothing(tmp_path: Path) -> None:
    path = sample_place(tmp_path)
    books = opened(path)
    for number in range(1, 12):
        ledgers.reverse(books, catalogue(), number, "all of it")
    assert {one["person_times"] for one in _summary(books)["programs"]} == {0}
    assert reporting.paragraph(books, catalogue()) == ""


# --- as a workbook ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["en", "zh"])
def sheet(request: pytest.FixtureRequest, ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Worksheet:
    target = tmp_path_factory.mktemp("book") / "summary.xlsx"
    run = aidledger(
        "--lang", str(request.param), "report", "summary", "--format", "xlsx", "-o", target, ledger=ledger.place
    )
    assert (run.exit_code, run.stdout, target.stat().st_mode & 0o777) == (0, "", 0o600)
    sheet = openpyxl.load_workbook(target).active
    assert isinstance(sheet, Worksheet)
    return sheet


def _header(sheet: Worksheet) -> int:
    return next(row for row in range(1, 10) if sheet.cell(row, 2).value is not None)


def test_a_workbook_has_a_title_over_its_whole_width(sheet: Worksheet) -> None:
    assert "2021" in str(sheet["A1"].value)
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:E1"]
    assert (sheet["A1"].font.bold, sheet["A1"].alignment.horizontal) == (True, "center")
    assert "高坪区" in str(sheet["A2"].value)


def test_a_workbook_holds_the_figures_as_numbers(sheet: Worksheet) -> None:
    header = _header(sheet)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(header + 1, header + 9, 1, 5)]
    for row, (count, persons, fen) in zip(rows, FIGURES.values(), strict=True):
        assert row[1:] == [count, persons, fen / 100, fen / 1_000_000]
    formats = [cell.number_format for cell in sheet[header + 1]][:5]
    assert formats == ["General", "#,##0", "#,##0", "#,##0.00", "#,##0.######"]


def test_a_workbook_has_totals_of_aid_and_of_loans(sheet: Worksheet) -> None:
    header = _header(sheet)
    aid, loans = ([cell.value for cell in sheet[row]][:5] for row in (header + 10, header + 11))
    assert aid[1:] == [67, 59, 61_770, 6.177]
    assert loans[1:] == [5, 5, 48_000, 4.8]
    assert aid[0]
    assert loans[0]
    assert sheet.cell(header + 10, 1).font.bold


def test_a_workbook_names_the_ledgers_head(sheet: Worksheet, ledger: Ledger) -> None:
    head = ledgers.verify(ledger).head
    assert any(head in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_a_workbook_has_a_chart_and_can_be_printed(sheet: Worksheet) -> None:
    header = _header(sheet)
    assert len(sheet._charts) == 1  # type: ignore[attr-defined]
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth == 1
    assert sheet.print_title_rows == f"${header}:${header}"
    assert sheet.freeze_panes == f"A{header + 1}"
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.center.text


def test_no_cell_of_a_workbook_is_a_formula(sheet: Worksheet) -> None:
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


# --- what a school may have called itself ----------------------------------------------------------------------------

DANGEROUS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "\r=1+1"]


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    ledger = new_ledger(tmp_path_factory.mktemp("dangerous"))
    for number, school in enumerate(DANGEROUS):
        bring_in(ledger, roster_xlsx(2, first=10 * number), hints=Hints(school=school))
    return ledger


@pytest.mark.parametrize(
    "command", [("report", "summary", "--by", "school"), ("batch", "1"), ("batches",)], ids=" ".join
)
def test_no_cell_of_a_csv_begins_as_a_formula(dangerous: Ledger, command: tuple[str, ...]) -> None:
    run = aidledger(*command, "--format", "csv", ledger=dangerous.place)
    rows = list(csv.reader(StringIO(run.stdout.lstrip("\ufeff"))))
    assert len(rows) > 2
    for row in rows:
        for cell in row:
            number = cell.removeprefix("-").replace(".", "").isdigit()
            assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_no_cell_of_a_workbook_becomes_a_formula(dangerous: Ledger, tmp_path: Path) -> None:
    target = tmp_path / "by-school.xlsx"
    aidledger("report", "summary", "--by", "school", "--format", "xlsx", "-o", target, ledger=dangerous.place)
    sheet = openpyxl.load_workbook(target).active
    assert isinstance(sheet, Worksheet)
    assert any(str(cell.value).startswith("=") for row in sheet.iter_rows() for cell in row)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_csv_has_keys_or_chinese_titles_for_headers_and_no_totals(ledger: Ledger) -> None:
    texts = [
        aidledger("--lang", language, "report", "summary", "--format", "csv", ledger=ledger.place).stdout
        for language in ("en", "zh")
    ]
    rows = [list(csv.reader(StringIO(text.lstrip("\ufeff")))) for text in texts]
    assert rows[0][0] == ["program", "person_times", "persons", "amount", "amount_wan"]
    assert rows[1][0] == ["资助项目", "人次", "人数", "金额（元）", "金额（万元）"]
    assert [row[1:] for row in rows[0][1:]] == [row[1:] for row in rows[1][1:]]
    assert len(rows[0]) == 10


@pytest.mark.parametrize(("name", "school"), [("王\x01雨桐", None), ("王雨桐", "金溪\x02中学"), ("王\x0b雨桐", None)])
def test_a_sign_that_no_workbook_can_hold_is_no_traceback(tmp_path: Path, name: str, school: str | None) -> None:
    """xlsx files write control characters as _x0001_; whoever reads them back must not choke on writing them out."""
    from tests.builders import roster_grid, with_cells, xlsx_bytes

    escaped = "".join(f"_x{ord(sign):04X}_" if sign < " " else sign for sign in name)
    ledger = new_ledger(tmp_path)
    content = xlsx_bytes(with_cells(roster_grid(2), {"B3": escaped}))
    result = bring_in(ledger, content, hints=Hints(school=school))
    if result.outcome == "posted":
        target = tmp_path / "batch.xlsx"
        assert aidledger("batch", "1", "--format", "xlsx", "-o", target, ledger=ledger.place).exit_code == 0


def test_what_documents_state_by_school_stands_under_its_program_and_in_no_total(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3))
    before = _summary(ledger)
    spring = school_amounts_grid(title="高坪区2022年春季学期义务教育阶段困难学生生活补助分校汇总表")
    assert bring_in(ledger, xlsx_bytes(school_amounts_grid()), "autumn.xlsx").outcome == "posted"
    assert bring_in(ledger, xlsx_bytes(spring), "spring.xlsx").outcome == "posted"

    found = _summary(ledger)
    assert {name: found[name] for name in ("programs", "aid", "loans")} == {
        name: before[name] for name in ("programs", "aid", "loans")
    }
    assert "stated" not in before
    (stated,) = found["stated"]
    assert (stated["code"], stated["person_times"], stated["amount"]) == ("compulsory-living-subsidy", 400, "200000.00")
    (stated,) = _summary(ledger, "--from", "2022-spring")["stated"]
    assert (stated["person_times"], stated["amount"]) == (200, "100000.00")
    printed = aidledger("report", "summary", ledger=ledger.place).stdout
    assert "by documents" in printed
    assert "without a list of pupils" in printed

    ledgers.reverse(ledger, catalogue(), 3, "sent in error")
    assert _summary(ledger)["stated"][0]["person_times"] == 200
