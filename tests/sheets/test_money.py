"""Which column of amounts counts, under which program, in which unit."""

from __future__ import annotations

from datetime import date

import pytest

from aidledger.sheets.recognition.hints import Hints
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


@pytest.mark.parametrize(
    ("columns", "counted"),
    [
        ({"应发金额": 1500, "扣款": 500, "实发金额": 1000}, "实发金额"),
        ({"应发金额": 500, "补发金额": 500, "合计": 1000}, "合计"),
        ({"金额": 1000, "补发": None}, "金额"),
        ({"金额": 1000, "扣款": 0}, "金额"),
        ({"每月标准": 200, "月数": 5, "金额": 1000}, "金额"),
        ({"补助标准(元/月)": 200, "月数": 5, "补助金额": 1000}, "补助金额"),
        ({"资助标准（元/年）": 2000, "资助金额（元）": 1000}, "资助金额（元）"),
        ({"上学期资助金额": 900, "本学期资助金额": 1000}, "本学期资助金额"),
        ({"已发金额": 500, "本次发放金额": 1000}, "本次发放金额"),
        ({"中央资金": 600, "省级资金": 400, "合计": 1000}, "合计"),
        ({"资助金额（大写）": "壹仟元整", "资助金额（小写）": 1000}, "资助金额（小写）"),
        ({"资助金额（大写）": "壹仟元整"}, "资助金额（大写）"),
        ({"发放金额": 1000, "补助金额": None}, "发放金额"),
    ],
)
def test_a_part_a_rate_or_an_earlier_payment_is_not_what_is_paid(columns: dict[str, Cell], counted: str) -> None:
    headers = (*BASE, *columns)
    file = examined(roster_grid(headers=headers, fill=columns, total=False))
    assert file.problems == []
    (roster,) = file.tables[0].rosters
    assert roster.amounts_fen == [100_000] * 3
    assert roster.amount_column == "ABCDEFGH"[headers.index(counted)]


@pytest.mark.parametrize(
    "columns",
    [
        {"补助标准（元/月）": 200, "月数": 5},
        {"补助标准": 200, "月数": 5},
        {"补助标准（元/年）": 2000},
        {"资助金额（元/年）": 2000},
        {"应发金额": 1000, "补发金额": 500},
        {"金额": 1000, "扣款": 500},
        {"中央资金": 600, "省级资金": 400},
        {"拾万": None, "万": None, "仟": 1, "佰": 0, "拾": 0, "元": 0, "角": 0, "分": 0},
    ],
)
def test_what_nobody_but_the_school_can_add_up_is_asked_for(columns: dict[str, Cell]) -> None:
    file = examined(roster_grid(headers=(*BASE, *columns), fill=columns, total=False))
    assert found(file) == [("missing-column", "Sheet1", 2, None)]


YEAR = "金溪中学2021-2022学年普通高中国家助学金花名册"
IN_AUTUMN, IN_SPRING = "2021-autumn", "2022-spring"


def paid_by_term(title: str, columns: dict[str, Cell]) -> dict[str | None, list[int | None]]:
    file = examined(roster_grid(title=title, headers=(*BASE, *columns), fill=columns, total=False))
    assert file.problems == []
    return {r.period.code if r.period else None: r.amounts_fen for r in file.tables[0].rosters}


@pytest.mark.parametrize(
    ("title", "columns"),
    [
        (YEAR, {"秋季学期金额": 1000, "春季学期金额": 900}),
        (YEAR, {"第一学期补助金额": 1000, "第二学期补助金额": 900}),
        (YEAR, {"上学期金额": 1000, "下学期金额": 900}),
        (YEAR, {"秋季": 1000, "春季": 900, "合计": 1900}),
        (YEAR, {"2021年秋季": 1000, "2022年春季": 900, "合计": 1900}),
        ("金溪中学普通高中国家助学金花名册", {"2021年秋季金额": 1000, "2022年春季金额": 900}),
    ],
)
def test_a_money_column_for_each_term_is_paid_for_its_own(title: str, columns: dict[str, Cell]) -> None:
    assert paid_by_term(title, columns) == {IN_AUTUMN: [100_000] * 3, IN_SPRING: [90_000] * 3}


def test_terms_in_columns_lie_in_the_calendar_year_of_the_title() -> None:
    columns: dict[str, Cell] = {"春季": 900, "秋季": 1000}
    assert paid_by_term("金溪中学2021年普通高中国家助学金", columns) == {
        "2021-spring": [90_000] * 3,
        IN_AUTUMN: [100_000] * 3,
    }


def test_a_term_in_the_money_column_counts_and_must_not_contradict_the_title() -> None:
    assert paid_by_term("金溪中学普通高中国家助学金", {"2021年秋季金额": 1000}) == {IN_AUTUMN: [100_000] * 3}
    file = examined(roster_grid(headers=(*BASE, "春季学期金额"), total=False))
    assert found(file) == [("period-unknown", "Sheet1", 2, None)]


def test_two_halves_of_an_annual_payment_are_paid_as_their_sum_or_not_at_all() -> None:
    title = "高坪区2021年脱贫户本专科学生学费资助和生活补助名单"
    halves: dict[str, Cell] = {"学费资助": 2000, "生活补助": 2000}
    born = date(2000, 9, 9)
    grid = roster_grid(
        title=title, headers=(*BASE, *halves, "合计"), fill=halves | {"合计": 4000}, total=False, born=born
    )
    assert paid(grid) == {"college-poverty-aid": [400_000] * 3}
    without = examined(roster_grid(title=title, headers=(*BASE, *halves), fill=halves, total=False, born=born))
    assert codes(without) == ["missing-column"]


def test_a_sum_beside_the_programs_that_is_not_theirs_is_a_mismatch() -> None:
    headers = (*BASE, "助学金", "免学费", "合计")
    fill: dict[str, Cell] = {"助学金": 1000, "免学费": 400, "合计": 1400}
    title = "金溪中学2021年秋季学期普通高中学生资助花名册"
    grid = roster_grid(title=title, headers=headers, fill=fill, total=False)
    assert found(examined(with_cells(grid, {"F4": 1500}))) == [("declared-total-mismatch", "Sheet1", 4, "F")]
    assert found(examined(with_cells(grid, {"E4": None, "F4": 1000}))) == []


def test_programs_may_stand_under_a_group_heading() -> None:
    some = roster_grid(title=None, headers=(*BASE, "a", "b", "c"), fill={"a": 1000, "b": 400, "c": 1400}, total=False)
    upper: list[Cell] = ["序号", "姓名", "身份证号", "资助项目及金额（元）", None, None]
    lower: list[Cell] = [None, None, None, "国家助学金", "免学费", "合计"]
    grid: Grid = [["金溪中学2021年秋季学期普高学生资助花名册"], upper, lower, *some[1:]]
    assert paid(grid) == {
        "high-school-grant": [100_000] * 3,
        "high-school-tuition-waiver": [40_000] * 3,
    }


def test_the_stage_in_a_money_column_says_which_program_it_is() -> None:
    headers = (*BASE, "普高国家助学金", "普高免学费")
    grid = roster_grid(
        title="金溪中学2021年秋季学生资助花名册", headers=headers, fill={headers[3]: 1000, headers[4]: 400}, total=False
    )
    assert set(paid(grid)) == {"high-school-grant", "high-school-tuition-waiver"}


@pytest.mark.parametrize(
    ("typed", "fen"), [("壹仟元整", 100_000), ("人民币：1000元", 100_000), ("壹仟贰佰元伍角", 120_050)]
)
def test_an_amount_in_words_is_read(typed: str, fen: int) -> None:
    file = examined(with_cells(roster_grid(total=False), {"F4": typed}))
    assert file.tables[0].rosters[0].amounts_fen[1] == fen
    assert codes(file) == []


@pytest.mark.parametrize(
    "typed",
    [
        "1000元/学期",
        "1千",
        "一千元",
        "(1,000.00)",
        "1000.-",
        "1000块",
        "1000（含伙食）",
        "+1000",
        "1000元（一档）",
        "$1000",
    ],
)
def test_an_amount_that_says_more_than_an_amount_is_refused(typed: str) -> None:
    file = examined(with_cells(roster_grid(total=False), {"F4": typed}))
    assert found(file) == [("amount-format", "Sheet1", 4, "F")]


@pytest.mark.parametrize(
    ("unit", "amount"), [("（元）", 1000), ("万元", 0.1), ("(单位：万元)", "0.1"), ("元/学期", 1000)]
)
def test_a_unit_may_stand_in_a_row_of_its_own_under_the_header(unit: str, amount: Cell) -> None:
    grid = roster_grid(amount=amount, total=False)
    grid.insert(2, [None, None, None, None, None, unit])
    assert paid(grid) == {"high-school-grant": [100_000] * 3}
