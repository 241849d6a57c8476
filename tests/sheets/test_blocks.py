"""Tables below each other in one sheet: the same one going on, or another one."""

from __future__ import annotations

from aidledger.domain.roster import Fate, RosterFile
from tests.builders import TITLE, Cell, Grid, codes, examined, found, people

HEADER: list[Cell] = ["序号", "姓名", "身份证号", "年级", "金额"]
WAIVER = "金溪中学2021年秋季学期普通高中免学费花名册"
SPRING = "金溪中学2022年春季学期普通高中国家助学金发放花名册"


def students(count: int = 3, first: int = 0, amount: Cell = 1000) -> Grid:
    return [[i, p.name, p.number, "高一", amount] for i, p in enumerate(people(count, first=first), 1)]


def total(amount: int) -> list[Cell]:
    return ["合计", None, None, None, amount]


def paid(file: RosterFile) -> list[tuple[str | None, str | None, int, int]]:
    assert file.problems == []
    return [
        (r.program, r.period.code if r.period else None, r.payments, r.amount_fen // 100)
        for table in file.tables
        for r in table.rosters
    ]


def test_the_same_table_goes_on_under_a_repeated_title_and_header() -> None:
    grid: Grid = [[TITLE], HEADER, *students(), total(3000), [], [TITLE], HEADER, *students(3, 3), total(3000)]
    file = examined(grid)
    assert paid(file) == [("high-school-grant", "2021-autumn", 6, 6000)]
    assert file.fates == {Fate.STUDENT: 6, Fate.HEADING: 4, Fate.TOTAL: 2, Fate.BLANK: 1, Fate.OTHER: 0}
    wrong = examined([*grid[:-1], total(4000)])
    assert found(wrong) == [("declared-total-mismatch", "Sheet1", 13, "E")]


def test_a_class_after_the_other_each_with_its_header_and_total() -> None:
    one: Grid = [["高一(1)班"], HEADER, *students(), total(3000)]
    two: Grid = [["高一(2)班"], HEADER, *students(3, 3), total(3000)]
    assert paid(examined([[TITLE], *one, *two])) == [("high-school-grant", "2021-autumn", 6, 6000)]


def test_a_header_of_two_rows_may_be_repeated() -> None:
    upper: list[Cell] = ["序号", "学生信息", None, None, "资助情况"]
    lower: list[Cell] = [None, "姓名", "身份证号", "年级", "补助金额"]
    grid: Grid = [[TITLE], upper, lower, *students(2)]
    for first in (2, 4):
        grid += [upper, lower, *students(2, first)]
    assert paid(examined(grid)) == [("high-school-grant", "2021-autumn", 6, 6000)]
    assert len(examined(grid).tables) == 1


def test_a_class_named_in_the_column_of_names_is_nobody() -> None:
    header: list[Cell] = ["姓名", "身份证号", "金额"]
    one: Grid = [[p.name, p.number, 1000] for p in people(2)]
    two: Grid = [[p.name, p.number, 1000] for p in people(2, first=2)]
    file = examined([[TITLE], header, *one, ["高一二班"], header, *two])
    assert paid(file) == [("high-school-grant", "2021-autumn", 4, 4000)]


def test_a_table_with_its_columns_in_another_order_is_read_by_its_own_header() -> None:
    other: list[Cell] = ["序号", "姓名", "性别", "年级", "金额", "身份证号"]
    rows: Grid = [[i, p.name, p.sex, "高一", 500, p.number] for i, p in enumerate(people(3, first=3), 1)]
    end: list[Cell] = ["合计", None, None, None, 1500]
    file = examined([[TITLE], HEADER, *students(), total(3000), [], other, *rows, end])
    assert paid(file) == [
        ("high-school-grant", "2021-autumn", 3, 3000),
        ("high-school-grant", "2021-autumn", 3, 1500),
    ]
    assert [table.header_row for table in file.tables] == [2, 8]
    assert file.rows_read == 12


def test_a_table_of_another_program_below_is_paid_under_that() -> None:
    waiver: Grid = [[WAIVER], HEADER, *students(3, amount=400), total(1200)]
    assert paid(examined([[TITLE], HEADER, *students(), total(3000), [], *waiver])) == [
        ("high-school-grant", "2021-autumn", 3, 3000),
        ("high-school-tuition-waiver", "2021-autumn", 3, 1200),
    ]


def test_a_table_of_another_term_below_is_paid_for_that() -> None:
    assert paid(examined([[TITLE], HEADER, *students(), [], [SPRING], HEADER, *students()])) == [
        ("high-school-grant", "2021-autumn", 3, 3000),
        ("high-school-grant", "2022-spring", 3, 3000),
    ]


def test_a_table_of_another_school_below_is_that_schools() -> None:
    head: Grid = [["2021年秋季学期普通高中国家助学金发放花名册"], ["学校：金溪中学"]]
    file = examined([*head, HEADER, *students(), total(3000), ["学校：白塔中学"], HEADER, *students(3, 3), total(3000)])
    assert file.problems == []
    assert [table.school for table in file.tables] == ["金溪中学", "白塔中学"]
    assert [r.period.code for t in file.tables for r in t.rosters if r.period] == ["2021-autumn"] * 2


def test_schools_in_lines_of_their_own_are_those_of_the_students_below() -> None:
    head: Grid = [["高坪区2021年秋季普通高中国家助学金"], HEADER]
    file = examined([*head, ["金溪中学"], *students(2), ["白塔中学"], *students(2, 2)])
    assert file.problems == []
    assert file.tables[0].lines.schools == ["金溪中学"] * 2 + ["白塔中学"] * 2


def test_a_unit_line_holds_for_the_tables_below() -> None:
    head: Grid = [[TITLE], ["单位：万元"], HEADER]
    other: list[Cell] = ["姓名", "身份证号", "年级", "金额"]
    below: Grid = [[p.name, p.number, "高一", 0.1] for p in people(2, first=5)]
    file = examined([*head, *students(2, amount=0.1), [], other, *below])
    assert [amount for _, _, _, amount in paid(file)] == [2000, 2000]


def test_a_table_below_whose_columns_are_not_understood_is_not_read_with_those_above() -> None:
    other: list[Cell] = ["姓名", "身份证号", "打卡", "金额", "补助金额"]
    rows: Grid = [[p.name, p.number, None, 900, 800] for p in people(2, first=3)]
    file = examined([[TITLE], HEADER, *students(), [], other, *rows])
    assert codes(file) == ["missing-column"]
    assert file.problems[0].place.row == 7
