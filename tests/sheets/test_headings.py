"""How columns are worded: the student's own among other people's, in brackets, with units, in two and three rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from aidledger.domain.roster import RosterFile
from aidledger.sheets.recognition.hints import Hints
from tests.builders import TITLE, Cell, Grid, codes, examined, found, people, resident_number, with_cells

STUDENTS = people(3)
GUARDIANS = [("家长甲", resident_number(i, date(1980, 1, 1))) for i in range(500, 503)]
# What stands in a column, by the first letter of the test's own shorthand.
NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, CARD = "name", "number", "guardian", "guardian number", "card"


def cell(kind: Cell, at: int) -> Cell:
    known: dict[Cell, Cell] = {
        NAME: STUDENTS[at].name,
        NUMBER: STUDENTS[at].number,
        GUARDIAN: GUARDIANS[at][0],
        GUARDIAN_NUMBER: GUARDIANS[at][1],
        CARD: f"62170038100{at:08d}",
    }
    return known.get(kind, kind)


def roster(*headers: Sequence[Cell], kinds: Sequence[Cell], title: str = TITLE) -> Grid:
    """A title, one or more rows of headers, and three students of such columns."""
    return [[title], *([*row] for row in headers), *([cell(kind, at) for kind in kinds] for at in range(3))]


def understood(file: RosterFile) -> None:
    """The three students and 1000 元 each, and nobody else."""
    assert found(file) == []
    (table,) = file.tables
    assert table.lines.names == [person.name for person in STUDENTS]
    assert table.lines.numbers == [person.number for person in STUDENTS]
    (paid,) = table.rosters
    assert (paid.program, paid.amounts_fen) == ("high-school-grant", [100_000] * 3)


@pytest.mark.parametrize(
    "header",
    [
        *[
            "姓名*",
            "*姓名",
            "★姓名",
            "学生\n姓名",
            "姓 名",
            "受助学生 姓 名",
            "学生姓名（必填）",
            "受助人",
            "受资助学生姓名",
            "资助学生姓名",
        ],
        *[
            "困难学生姓名",
            "享受资助学生姓名",
            "名字",
            "被资助人姓名",
            "资助对象姓名",
            "姓名/Name",
            "姓名 Name",
            "Name",
            "1.姓名",
            "姓名:",
        ],
        *["儿童姓名", "困难学生名字", "补助对象姓名", "建档立卡学生姓名", "本人姓名"],
    ],
)
def test_a_name_may_be_called(header: str) -> None:
    understood(examined(roster(["序号", header, "身份证号", "金额"], kinds=[1, NAME, NUMBER, 1000])))


@pytest.mark.parametrize(
    "header",
    [
        *[
            "身份证号（18位）",
            "身 份 证 号 码",
            "学生身份证号码*",
            "身份证号\n（18位）",
            "公民身份证",
            "居民身份证",
            "身份证号/护照号",
        ],
        *[
            "证件号(身份证)",
            "受助人身份证号",
            "身份号码",
            "学生身份证",
            "二代身份证号",
            "身份证件编号",
            "ID号",
            "ID No.",
            "ID Number",
        ],
        *[
            "幼儿身份证件号",
            "身份证号或护照号",
            "有效身份证件号",
            "贫困学生身份证号",
            "身份證號碼",
            "学生本人身份证号",
            "(学生)身份证号码",
        ],
        *["身份证号（学生本人）", "身份证号码（大写X）", "户口本身份证号"],
    ],
)
def test_an_id_number_may_be_called(header: str) -> None:
    understood(examined(roster(["序号", "姓名", header, "金额"], kinds=[1, NAME, NUMBER, 1000])))


@pytest.mark.parametrize(
    "header",
    [
        *[
            "金额/元",
            "补助金额/元",
            "金额(单位:元)",
            "资助金额（元/学期）",
            "资助金额（元/人）",
            "发放金额（人民币元）",
            "金额：元",
        ],
        *[
            "资助金额元",
            "资助标准（元/生·期）",
            "助学金（元/学期）",
            "本学期资助金额",
            "本学期应发金额",
            "秋季学期资助金额",
        ],
        *[
            "2021年秋季资助金额",
            "发放资金",
            "实发数",
            "应发数",
            "发放数",
            "打卡金额",
            "实际资助金额",
            "到账金额",
            "资助额度",
            "资助总额",
        ],
        *[
            "补贴金额",
            "享受金额",
            "国家资助金额",
            "每学期资助金额",
            "普通高中国家助学金",
            "普高助学金",
            "助学金额",
            "拨付金额",
            "领取金额",
        ],
        *["审批金额", "金额（小写）", "家庭经济困难学生资助金额"],
    ],
)
def test_money_may_be_called(header: str) -> None:
    understood(examined(roster(["序号", "姓名", "身份证号", header], kinds=[1, NAME, NUMBER, 1000])))


@pytest.mark.parametrize(
    "header",
    [
        *[
            "资助人数",
            "发放时间",
            "发放方式",
            "补助类别",
            "是否享受补助",
            "家庭年收入（元）",
            "上学期资助金额",
            "累计金额",
            "已发金额",
        ],
        *["未发金额", "助学金等级", "发放次数"],
    ],
)
def test_what_is_not_money_of_this_term_is_not_taken_for_it(header: str) -> None:
    file = examined(roster(["序号", "姓名", "身份证号", header], kinds=[1, NAME, NUMBER, 1000]))
    assert found(file) == [("missing-column", "Sheet1", 2, None)]
    understood(examined(roster(["姓名", "身份证号", header, "金额"], kinds=[NAME, NUMBER, 7000, 1000])))


@pytest.mark.parametrize(
    ("headers", "kinds"),
    [
        (["监护人姓名", "监护人身份证号", "姓名", "身份证号", "金额"], [GUARDIAN, GUARDIAN_NUMBER, NAME, NUMBER, 1000]),
        (
            ["户主姓名", "户主身份证号码", "与户主关系", "姓名", "身份证号码", "金额"],
            [GUARDIAN, GUARDIAN_NUMBER, "子", NAME, NUMBER, 1000],
        ),
        (
            ["学生姓名", "身份证号码", "监护人", "身份证号码（监护人）", "金额"],
            [NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000],
        ),
        (
            ["学生姓名", "身份证号(学生)", "家长姓名", "身份证号(家长)", "金额"],
            [NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000],
        ),
        (["学生姓名", "学生身份证号", "姓名", "身份证号", "金额"], [NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000]),
        (
            ["学生姓名", "学生身份证号码", "监护人姓名", "身份证号码", "金额"],
            [NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000],
        ),
        (
            ["学生姓名", "学生身份证号", "持卡人姓名", "持卡人身份证号", "卡号", "金额"],
            [NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, CARD, 1000],
        ),
        (["学生姓名", "学生身份证号", "户名", "开户行", "账号", "金额"], [NAME, NUMBER, GUARDIAN, "农行", CARD, 1000]),
        (
            ["领款人姓名", "领款人身份证号", "学生姓名", "身份证号", "金额"],
            [GUARDIAN, GUARDIAN_NUMBER, NAME, NUMBER, 1000],
        ),
        (["姓名", "身份证号", "奶奶姓名", "奶奶身份证号", "金额"], [NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000]),
    ],
)
def test_the_students_own_columns_are_told_from_other_peoples(headers: list[Cell], kinds: list[Cell]) -> None:
    understood(examined(roster(headers, kinds=kinds)))


@pytest.mark.parametrize(
    ("headers", "kinds", "fields"),
    [
        (
            ["姓名", "身份证号", "姓名", "身份证号", "金额"],
            [GUARDIAN, GUARDIAN_NUMBER, NAME, NUMBER, 1000],
            ["name", "number"],
        ),
        (["学生姓名", "证件号码", "身份证号", "金额"], [NAME, NUMBER, GUARDIAN_NUMBER, 1000], ["number"]),
        (
            ["姓名", "身份证号", "家长姓名", "身份证号", "金额"],
            [NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000],
            ["number"],
        ),
    ],
)
def test_columns_of_equal_right_are_not_chosen_between(
    headers: list[Cell], kinds: list[Cell], fields: list[str]
) -> None:
    file = examined(roster(headers, kinds=kinds))
    assert [problem.facts["field"] for problem in file.problems if problem.code == "missing-column"] == fields
    assert file.blocked(record_conflicts=True)


def test_two_tables_side_by_side_are_refused_with_their_columns() -> None:
    left, right = people(3), people(3, first=3)
    pairs = zip(left, right, strict=True)
    rows: Grid = [[a.name, a.number, 1000, None, b.name, b.number, 1000] for a, b in pairs]
    file = examined([[TITLE], ["姓名", "身份证号", "金额", None, "姓名", "身份证号", "金额"], *rows])
    assert [(p.facts["field"], p.facts["headers"]) for p in file.problems] == [
        ("name", "A 姓名, E 姓名"),
        ("number", "B 身份证号, F 身份证号"),
        ("high-school-grant", "C 金额, G 金额"),
    ]


def test_candidates_are_named_by_the_columns_that_the_spreadsheet_shows() -> None:
    grid = [
        [None, None, *row] for row in roster(["姓名", "身份证号", "金额", "补助金额"], kinds=[NAME, NUMBER, 1000, 900])
    ]
    (problem,) = examined(grid).problems
    assert problem.facts["headers"] == "E 金额, F 补助金额"
    said = Hints(columns={"e": "high-school-grant"})
    understood(examined(grid, hints=said))


@pytest.mark.parametrize(
    ("upper", "lower", "kinds"),
    [
        (
            ["序号", "学生信息", None, "监护人信息", None, "资助金额"],
            [None, "姓名", "身份证号", "姓名", "身份证号", None],
            [1, NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000],
        ),
        (
            ["序号", "监护人", None, "学生", None, "资助金额（元）"],
            [None, "姓名", "身份证号", "姓名", "身份证号", None],
            [1, GUARDIAN, GUARDIAN_NUMBER, NAME, NUMBER, 1000],
        ),
        (
            ["序号", "姓名", "身份证号", "资助金额（元）", None, "备注"],
            [None, None, None, "应发", "实发", None],
            [1, NAME, NUMBER, 1500, 1000, None],
        ),
        (
            ["序号", "姓名", "身份证号", "银行卡信息", None, "金额"],
            [None, None, None, "户名", "卡号", None],
            [1, NAME, NUMBER, GUARDIAN, CARD, 1000],
        ),
        (["学生信息", None, "金额", None], ["姓名", "身份证号", None, "备注"], [NAME, NUMBER, 1000, None]),
    ],
)
def test_a_group_heading_says_whose_columns_they_are(upper: list[Cell], lower: list[Cell], kinds: list[Cell]) -> None:
    file = examined(roster(upper, lower, kinds=kinds))
    understood(file)
    assert file.tables[0].header_row == 3


def test_a_header_may_have_three_rows() -> None:
    upper: list[Cell] = ["序号", "学生基本信息", None, "资助情况", None, None]
    middle: list[Cell] = [None, "姓名", "身份证号", "国家助学金", None, "备注"]
    lower: list[Cell] = [None, None, None, "档次", "金额", None]
    file = examined(roster(upper, middle, lower, kinds=[1, NAME, NUMBER, "二档", 1000, None]))
    understood(file)
    assert file.tables[0].header_row == 4
    assert file.tables[0].lines.tiers == ["二档"] * 3


def test_a_group_heading_says_which_of_two_names_is_the_students_also_beside_somebody_unknown() -> None:
    upper: list[Cell] = [None, "学生信息", None, "经手人", None, None]
    lower: list[Cell] = ["序号", "姓名", "身份证号", "姓名", "身份证号", "金额"]
    understood(examined(roster(upper, lower, kinds=[1, NAME, NUMBER, GUARDIAN, GUARDIAN_NUMBER, 1000])))


@pytest.mark.parametrize(
    "line",
    [
        ["1", "2", "3", "4"],
        [1, 2, 3, 4],
        ["(1)", "(2)", "(3)", "(4)"],
        ["甲", "乙", "丙", "丁"],
        ["A", "B", "C", "D"],
        ["No.", "Name", "ID Number", "Amount"],
        [None, "填写学生姓名", "填18位身份证号", "填数字"],
    ],
)
def test_a_line_that_explains_the_columns_is_nobody(line: list[Cell]) -> None:
    understood(examined(roster(["序号", "姓名", "身份证号", "金额"], line, kinds=[1, NAME, NUMBER, 1000])))


def test_terms_to_be_ticked_beside_a_columns_own_term_are_no_money() -> None:
    header = ["姓名", "身份证号", "秋季", "春季", "秋季学期资助金额"]
    understood(examined(roster(header, kinds=[NAME, NUMBER, "√", None, 1000])))


def test_an_example_under_the_header_is_not_posted_unseen() -> None:
    example: list[Cell] = ["示例", "张三", "511303200601011234", 1000]
    file = examined(roster(["序号", "姓名", "身份证号", "金额"], example, kinds=[1, NAME, NUMBER, 1000]))
    assert file.blocked(record_conflicts=True)


def test_a_column_named_by_hand_may_be_named_with_its_group_heading() -> None:
    upper: list[Cell] = ["序号", "学生", None, "打卡情况"]
    lower: list[Cell] = [None, "姓名", "身份证号", "本次"]
    grid = roster(upper, lower, kinds=[1, NAME, NUMBER, 1000])
    assert codes(examined(grid)) == ["missing-column"]
    understood(examined(grid, hints=Hints(columns={"打卡情况本次": "amount"})))


def test_a_table_of_how_many_is_no_roster() -> None:
    counts: Grid = [["班级", "班主任", "学生", "金额"], ["高一1班", "王老师", 3, 3000], ["合计", None, 3, 3000]]
    file = examined({"名册": roster(["姓名", "身份证号", "金额"], kinds=[NAME, NUMBER, 1000]), "Sheet2": counts})
    understood(file)
    assert codes(examined(counts)) == ["no-header"]


def test_the_cohort_of_a_grade_is_the_year_of_entry() -> None:
    title = "高坪职业技术学校2021年秋季脱贫户中职学生生活补助"
    grid = roster(["姓名", "身份证号", "年级", "金额"], kinds=[NAME, NUMBER, "2020级3班", 500], title=title)
    file = examined(grid)
    assert file.problems == []
    assert file.tables[0].lines.entry_years == [2020] * 3
    late = examined(with_cells(grid, {"C4": "2021级1班"}))
    assert found(late) == [("entry-year-ineligible", "Sheet1", 4, "C")]
