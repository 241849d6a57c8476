"""Which column of amounts counts, under which program, in which unit."""

from __future__ import annotations

import pytest

from aidledger.sheets.reader import Hints
from tests.builders import Cell, Grid, codes, examined, found, roster_grid, two_program_grid, with_cells

BASE = ("序号", "姓名", "身份证号")


def paid(grid: Grid, hints: Hints | None = None) -> dict[str | None, list[int | None]]:
    file = examined(grid, hints=hints or Hints())
    assert file.problems == []
    return {roster.program: roster.amounts_fen for roster in file.tables[0].rosters}


def test_two_programs_side_by_side_are_two_rosters() -> None:
    assert paid(two_program_grid()) == {
        "high-school-grant": [100_000] * 3,
        "high-school-tuition-waiver": [40_000] * 3,
    }


def test_nothing_beside_another_program_means_not_paid_under_this_one() -> None:
    grid = with_cells(two_program_grid(5), {"E3": 0, "E4": None, "F5": "0.00", "F6": "无", "F7": "—"})
    assert paid(grid) == {
        "high-school-grant": [None, None, 100_000, 100_000, 100_000],
        "high-school-tuition-waiver": [40_000, 40_000, None, None, None],
    }


def test_a_row_that_is_paid_under_neither_lacks_an_amount() -> None:
    file = examined(with_cells(two_program_grid(), {"E4": 0, "F4": None}))
    assert found(file) == [("amount-missing", "Sheet1", 4, "E")]


def test_a_bad_amount_beside_another_program_is_said_once() -> None:
    file = examined(with_cells(two_program_grid(), {"E4": "若干", "F4": None}))
    assert found(file) == [("amount-format", "Sheet1", 4, "E")]


def test_a_total_line_of_two_programs_declares_both() -> None:
    total: list[Cell] = ["合计", 3, None, None, 3000, 1200]
    assert examined([*two_program_grid(), total]).problems == []
    wrong = examined([*two_program_grid(), ["合计", None, None, None, 3000, 1300]])
    assert found(wrong) == [("declared-total-mismatch", "Sheet1", 6, "F")]


def test_a_count_of_lines_is_not_held_against_a_program_that_pays_fewer() -> None:
    grid = with_cells(two_program_grid(), {"F4": None})
    assert examined([*grid, ["合计", 3, None, None, 3000, 800]]).problems == []


def test_a_sum_column_beside_the_programs_does_not_count() -> None:
    headers = (*BASE, "助学金", "免学费", "合计")
    fill: dict[str, Cell] = {"助学金": 1000, "免学费": 400, "合计": 1400}
    title = "金溪中学2021年秋季学期普通高中学生资助花名册"
    assert set(paid(roster_grid(title=title, headers=headers, fill=fill, total=False))) == {
        *["high-school-grant", "high-school-tuition-waiver"]
    }


def test_two_programs_in_the_columns_of_an_unknown_stage_are_ambiguous() -> None:
    file = examined(with_cells(two_program_grid(), {"A1": "高坪区2021年秋季学期学生资助花名册"}))
    assert codes(file) == ["program-ambiguous"]


def test_a_program_said_by_hand_takes_its_own_column_alone() -> None:
    assert paid(two_program_grid(), Hints(program="high-school-tuition-waiver")) == {
        "high-school-tuition-waiver": [40_000] * 3
    }


@pytest.mark.parametrize(
    ("columns", "counted"),
    [
        ({"应发金额": 1500, "实发金额": 1000}, "实发金额"),
        ({"实发金额": 1000, "应发金额": 1500}, "实发金额"),
        ({"应发": 1500, "实发": 1000}, "实发"),
        ({"应发金额": 1000}, "应发金额"),
        ({"补助标准": 1500, "补助金额": 1000}, "补助金额"),
        ({"补助标准": 1000}, "补助标准"),
        ({"补助金额": 1000, "合计": 1500}, "补助金额"),
        ({"合计": 1000}, "合计"),
        ({"应发助学金": 1500, "实发助学金": 1000}, "实发助学金"),
        ({"助学金标准": 1500, "助学金": 1000}, "助学金"),
        ({"发放金额": 1500, "实发金额": 1000}, "实发金额"),
        ({"资助档次": "一档", "补助标准(元)": 1500, "发放金额(元)": 1000}, "发放金额(元)"),
    ],
)
def test_of_several_columns_of_money_the_one_nearest_to_payment_counts(columns: dict[str, Cell], counted: str) -> None:
    headers = (*BASE, *columns)
    file = examined(roster_grid(headers=headers, fill=columns, total=False))
    assert file.problems == []
    (roster,) = file.tables[0].rosters
    assert roster.amounts_fen == [100_000] * 3
    assert roster.amount_column == "ABCDEFGH"[headers.index(counted)]


def test_two_columns_of_equal_right_are_not_chosen_between() -> None:
    headers = (*BASE, "发放金额", "补助金额")
    file = examined(roster_grid(headers=headers, total=False))
    assert codes(file) == ["missing-column"]


def test_months_in_columns_of_their_own_are_not_taken_for_the_whole() -> None:
    headers = (*BASE, "9月金额", "10月金额", "合计")
    fill: dict[str, Cell] = {"9月金额": 500, "10月金额": 500, "合计": 1000}
    assert paid(roster_grid(headers=headers, fill=fill, total=False)) == {"high-school-grant": [100_000] * 3}


@pytest.mark.parametrize(
    ("cells", "amount"),
    [
        ({"F2": "发放金额(万元)"}, 0.1),
        ({"F2": "发放金额（万元）"}, "0.10"),
        ({"A1": "金溪中学2021年秋季学期普高助学金 单位：万元"}, 0.1),
        ({"A1": "金溪中学2021年秋季学期普高助学金(单位:万元)"}, 0.1),
        ({"A1": "金溪中学2021年秋季学期普高助学金（金额单位：人民币万元）"}, "0.1"),
    ],
)
def test_wan_are_read_as_wan(cells: dict[str, Cell], amount: Cell) -> None:
    grid = with_cells(roster_grid(amount=amount, total=False), cells)
    assert paid([*grid, ["合计", None, None, None, None, 0.3]]) == {"high-school-grant": [100_000] * 3}


def test_a_line_of_its_own_may_say_wan() -> None:
    grid = roster_grid(amount=0.06125, total=False)
    grid.insert(1, ["金溪中学", None, None, None, "单位：万元"])
    assert paid(grid) == {"high-school-grant": [61_250] * 3}


def test_a_fraction_of_a_fen_in_wan_is_no_amount() -> None:
    grid = with_cells(roster_grid(amount=0.1, total=False), {"F2": "金额(万元)", "F4": "0.1000001"})
    assert found(examined(grid)) == [("amount-format", "Sheet1", 4, "F")]


def test_yuan_in_a_unit_line_is_yuan() -> None:
    grid = roster_grid()
    grid.insert(1, ["单位：元"])
    assert paid(grid) == {"high-school-grant": [100_000] * 3}


def test_a_cell_that_says_wan_itself_is_read_as_wan_or_refused_and_never_as_yuan() -> None:
    file = examined(with_cells(roster_grid(total=False), {"F4": "0.1万元"}))
    assert file.tables[0].rosters[0].amounts_fen[1] == 100_000 or codes(file) == ["amount-format"]


def test_the_title_decides_which_program_a_common_word_means() -> None:
    grid = roster_grid(headers=(*BASE, "助学金"), fill={"助学金": 1000}, total=False)
    assert set(paid(grid)) == {"high-school-grant"}
    vocational = with_cells(grid, {"A1": "高坪职业技术学校2021年秋季学期资助花名册"})
    assert set(paid(vocational)) == {"vocational-grant"}


def test_a_column_that_names_another_program_than_the_title_is_not_taken_for_it() -> None:
    grid = roster_grid(headers=(*BASE, "免学费"), fill={"免学费": 400}, total=False)
    file = examined(grid)
    assert file.blocked(record_conflicts=True)
    assert all(roster.program != "high-school-grant" or not roster.amount_fen for roster in file.tables[0].rosters)
