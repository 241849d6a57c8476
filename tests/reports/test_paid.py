"""What was paid: payment belongs to the claim, whatever becomes of its entries afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import Grid
from tests.builders.lists import allotment_grid
from tests.builders.months import VOCATIONAL
from tests.operations.offices import FAILED, HEADER, PAID, SENT_BACK, TITLE, Office, row

WAIVER = TITLE.replace("国家助学金", "免学费")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _paid(office: Office, *more: str) -> tuple[int, int, str]:
    """Person-times, persons and yuan that the summary counts as paid."""
    aid = office.json("report", "summary", "--count", "paid", *more)["aid"]
    return aid["person_times"], aid["persons"], aid["amount"]


def _states(office: Office) -> dict[str, tuple[int, str]]:
    groups = office.json("report", "summary", "--by", "payment")["groups"]
    return {one["payment"]: (one["person_times"], one["amount"]) for one in groups}


def _explained(office: Office, figure: str) -> tuple[int, str, list[str]]:
    """The person-times and yuan of a figure, and what counts of each entry."""
    found = office.json("report", "entries", figure)
    return found["person_times"], found["amount"], [one["amount"] for one in found["entries"]]


def _part(part: str, at: int, amount: float = 200) -> Grid:
    return [[f"{VOCATIONAL.format(term='2021年秋季')}({part})"], [*HEADER], row(at, amount)]


def _post(office: Office, grid: Grid) -> None:
    result = office.bring_in(grid)
    assert result.outcome == "posted", result.problems


def test_until_a_bank_answers_nothing_is_paid(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.export("one.csv")
    assert _paid(office) == (0, 0, "0.00")
    assert _states(office) == {"no-answer": (2, "2000.00")}


def test_what_was_sent_back_is_not_paid(office: Office) -> None:
    office.roster([row(0), row(1), row(2)])
    order = office.export("one.csv").json["order"]
    office.release(order, "one")
    first, second, third = office.serials("one")
    office.answer("one", {first: [PAID], second: [FAILED], third: [PAID, SENT_BACK]})
    assert _paid(office) == (1, 1, "1000.00")
    assert _states(office) == {"paid": (1, "1000.00"), "sent-back": (2, "2000.00")}
    assert _explained(office, "payment=sent-back")[:2] == (2, "2000.00")
    # Asked for again, it is under way.
    office.export("two.csv")
    assert _states(office) == {"paid": (1, "1000.00"), "no-answer": (2, "2000.00")}
    assert _explained(office, "payment=no-answer")[:2] == (2, "2000.00")


@pytest.mark.parametrize("change", [{"班级": "高一2班"}, {"困难类型": "低保"}, {"银行卡号": "6217001234567899999"}])
def test_an_entry_that_a_correction_entered_anew_stays_paid(office: Office, change: dict[str, Any]) -> None:
    batch = office.roster([row(0), row(1)])
    office.paid_out("one")
    office.roster([row(0, **change), row(1)], supersedes=batch)
    assert _paid(office) == (2, 2, "2000.00")
    assert _states(office) == {"paid": (2, "2000.00")}


def test_a_corrected_number_stays_paid(office: Office) -> None:
    wrong = row(0)
    wrong[1] = row(9)[1]
    batch = office.roster([wrong, row(1)])
    office.paid_out("one")
    office.roster([row(0), row(1)], supersedes=batch)
    assert _paid(office) == (2, 2, "2000.00")
    assert _states(office) == {"paid": (2, "2000.00")}


def test_of_a_claim_that_rose_only_what_was_paid_counts(office: Office) -> None:
    batch = office.roster([row(0), row(1)])
    office.paid_out("one")
    office.roster([row(0, 1500), row(1)], supersedes=batch)
    assert _paid(office) == (2, 2, "2000.00")
    assert _states(office) == {"paid": (1, "1000.00"), "no-answer": (1, "1500.00")}
    assert _explained(office, "kind=aid,count=paid") == (2, "2000.00", ["1000.00", "1000.00"])


def test_what_was_paid_beyond_a_claim_is_in_no_figure(office: Office) -> None:
    batch = office.roster([row(0, 1500), row(1)])
    office.paid_out("one")
    office.roster([row(0, 1000), row(1)], supersedes=batch)
    assert _paid(office) == (2, 2, "2000.00")
    assert _states(office) == {"paid": (2, "2000.00")}


def test_money_that_came_back_is_not_paid(office: Office) -> None:
    batch = office.roster([row(0), row(1)])
    office.paid_out("one")
    office.roster([row(0, 500), row(1)], supersedes=batch)
    header = ["姓名", "身份证号", "退款金额", "退款日期", "文号", "原因"]
    back = [*row(0)[:2], 500, "2022-01-05", "川财教〔2022〕1号", "多发"]
    _post(office, [["金溪中学2021年秋季学期普通高中国家助学金退款名单"], [*header], back])
    assert _paid(office) == (2, 2, "1500.00")
    assert _states(office) == {"paid": (2, "1500.00")}


def test_of_parts_the_oldest_are_paid_first_and_the_claim_is_one_person_time(office: Office) -> None:
    for part in ("9月份", "10月份"):
        _post(office, _part(part, 0))
    office.paid_out("one")
    _post(office, _part("11月份", 0))
    assert _paid(office) == (1, 1, "400.00")
    parts = office.json("report", "summary", "--count", "paid", "--by", "part")["groups"]
    assert [(one["part"], one["person_times"], one["amount"]) for one in parts] == [
        ("2021-09", 1, "200.00"),
        ("2021-10", 1, "200.00"),
    ]
    assert _explained(office, "kind=aid,count=paid") == (1, "400.00", ["200.00", "200.00"])


def test_an_entry_that_a_bank_confirmed_itself_comes_before_an_older_one(office: Office) -> None:
    _post(office, _part("9月份", 0))
    _post(office, _part("10月份", 0))
    office.run("reverse", "1", "--reason", "wrong file")
    office.paid_out("one")  # October alone
    _post(office, [*_part("9月份", 0)[:2], row(0, 200, 班级="高一2班")])
    parts = office.json("report", "summary", "--count", "paid", "--by", "part")["groups"]
    assert [one["part"] for one in parts] == ["2021-10"]


def test_what_needs_no_bank_is_paid_as_a_whole(office: Office) -> None:
    office.roster([row(0, 460), row(1, 460)], title=WAIVER)
    assert _paid(office) == (2, 2, "920.00")
    assert _states(office) == {"set-off": (2, "920.00")}


def _text(office: Office, *more: str) -> str:
    return office.run("report", "summary", "--format", "text", *more).stdout


def test_the_paragraph_counts_what_was_paid(office: Office) -> None:
    office.roster([row(0), row(1)])
    office.paid_out("one")
    office.roster([row(0), row(1), row(2)], title=TITLE.replace("2021年秋季", "2022年春季"))
    assert _text(office) == "为5人次家庭经济困难普高学生发放助学金0.5万元。\n"
    assert _text(office, "--count", "paid") == "为2人次家庭经济困难普高学生发放助学金0.2万元。\n"


def test_every_format_counts_what_was_paid(office: Office, tmp_path: Path) -> None:
    import openpyxl

    office.roster([row(0), row(1)])
    order = office.export("one.csv").json["order"]
    office.release(order, "one")
    office.answer("one", {office.serials("one")[0]: [PAID]})
    for form in ("table", "csv"):
        said = office.run("report", "summary", "--count", "paid", "--format", form).stdout
        assert "2000.00" not in said.replace(",", "")
        assert "1000.00" in said.replace(",", "")
    paper = tmp_path / "paper.xlsx"
    office.run("report", "summary", "--count", "paid", "--format", "xlsx", "-o", paper)
    cells = [
        cell for values in openpyxl.load_workbook(paper).worksheets[0].iter_rows(values_only=True) for cell in values
    ]
    assert 1000 in cells
    assert 2000 not in cells


def _sources(office: Office) -> list[tuple[Any, ...]]:
    groups = office.json("report", "summary", "--count", "paid", "--by", "source")["groups"]
    return [(one["source"], one["person_times"], one["amount"]) for one in groups]


def test_sources_share_what_was_paid(office: Office) -> None:
    batch = office.roster([row(0), row(1)])
    office.paid_out("one")
    office.roster([row(0, 1500), row(1)], supersedes=batch)
    allotted = allotment_grid()[:4]
    allotted[3][4:8] = [600, None, 400, 1000]
    _post(office, allotted)
    assert _sources(office) == [("all sources", 2, None), ("central", None, "1200.00"), ("county", None, "800.00")]
