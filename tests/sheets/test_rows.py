"""What every row of a sheet is: header, student, total, subtotal, signature, blank; and sheets beside each other."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from aidledger.domain.roster import Fate
from aidledger.domain.term import Period
from aidledger.sheets.recognition.hints import Hints
from tests.builders import TITLE, Cell, Grid, codes, examined, found, roster_grid, with_cells, xlsx_bytes

FATES = (Fate.HEADING, Fate.STUDENT, Fate.TOTAL, Fate.BLANK, Fate.OTHER)


def fates(grid: Grid) -> tuple[int, ...]:
    file = examined(grid)
    assert file.problems == []
    return tuple(file.fates[fate] for fate in FATES)


def plain(rows: int = 3) -> Grid:
    return roster_grid(rows, total=False)


@pytest.mark.parametrize(
    "line",
    [
        ["合计", None, None, None, None, 3000],
        ["总计", None, None, None, None, 3000],
        ["合 计", None, None, None, None, "3,000.00"],
        ["合计：", None, None, None, None, "¥3,000.00元"],
        ["合计(元)", None, None, None, None, 3000],
        ["合计（大写）", "叁仟元整", None, None, None, 3000],
        ["合计人民币(大写)", "叁仟元整", None, None, None, 3000],
        ["合计（大写）叁仟元整", None, None, None, None, 3000],
        [None, "合计", None, None, None, 3000],
        [None, None, "共计", None, None, 3000],
        ["合计", 3, None, None, None, 3000],
        ["合计", "3人", None, None, None, 3000],
        ["合计:3人", None, None, None, None, 3000],
        ["合计3人次", None, None, None, None, 3000],
        ["总计", "共3名", None, None, None, 3000],
        ["小计", None, None, None, None, 3000],
        ["本页小计", None, None, None, None, 3000],
    ],
)
def test_a_total_line_declares_and_is_no_student(line: list[Cell]) -> None:
    grid = [*plain(), line]
    assert fates(grid) == (2, 3, 1, 0, 0)
    declared = examined(grid).tables[0].rosters[0].declared
    assert declared is not None
    assert (declared.row, declared.amount_fen) == (6, 300_000)
    assert declared.person_times in ({3} if "3" in str(line[:3]) else {None})


@pytest.mark.parametrize(
    ("line", "row_column"),
    [
        (["合计", None, None, None, None, 2000], (6, "F")),
        (["合计", 4, None, None, None, 3000], (6, None)),
        (["合计4人", None, None, None, None, None], (6, None)),
        (["合计:2人次", None, None, None, None, 3000], (6, None)),
        (["合计", None, None, None, None, 0], (6, "F")),
        (["小计", None, None, None, None, 2999.99], (6, "F")),
    ],
)
def test_a_total_that_its_rows_do_not_make_is_a_mismatch(line: list[Cell], row_column: tuple[int, str | None]) -> None:
    file = examined([*plain(), line])
    assert found(file) == [("declared-total-mismatch", "Sheet1", *row_column)]
    assert file.blocked(record_conflicts=False)
    assert not file.blocked(record_conflicts=True)


def test_subtotals_are_of_the_rows_since_the_last_and_the_total_is_of_all() -> None:
    students = roster_grid(5, total=False)
    grid: Grid = [
        *students[:4],
        ["小计", None, None, None, None, 2000],
        *students[4:],
        ["小计", None, None, None, None, 3000],
        ["合计", None, None, None, None, 5000],
    ]
    assert fates(grid) == (2, 5, 3, 0, 0)
    wrong = examined(with_cells(grid, {"F5": 3000, "F9": 2000}))
    assert found(wrong) == [
        ("declared-total-mismatch", "Sheet1", 5, "F"),
        ("declared-total-mismatch", "Sheet1", 9, "F"),
    ]


def test_a_total_above_the_students_of_the_next_part_does_not_end_the_list() -> None:
    students = roster_grid(5, total=False)
    grid: Grid = [*students[:5], ["合计", None, None, None, None, 3000], *students[5:]]
    file = examined(grid)
    assert file.tables[0].rosters[0].payments == 5


@pytest.mark.parametrize(
    "line",
    [
        ["填表人：张三", None, None, "审核人：李四"],
        ["制表:", "张三", None, "负责人(签字):"],
        ["校长签字："],
        [None, None, None, "校长（签章）："],
        ["单位负责人：", None, "经办人："],
        ["说明：本表一式三份。"],
        ["注:1.本表由学校填写。2.金额单位为元。"],
        ["学校(盖章)"],
        ["填报日期：2021年12月3日"],
        ["联系电话:0817-3333333"],
        ["本表一式三份，学校、教育局、财政局各存一份"],
        ["制表人：张三  审核人：李四  2021年9月1日"],
        ["制表人：张三", None, "审核人：李四", None, None, "2021年9月1日"],
        ["校长：王五", None, "经办人：赵六"],
        ["2021年12月3日"],
        [None, None, None, None, None, "2021年9月1日"],
        [None, None, None, None, None, date(2021, 9, 1)],
        ["日期：", "2021年9月1日"],
        ["单位（公章）：", None, None, None, None, "2021.9"],
        [None, None, None, None, None, "金溪中学"],
        ["学校负责人签字：", None, None, None, None, "年   月   日"],
        ["班主任签字:", None, "联系电话：13800000000"],
        ["学校意见：", "同意"],
        ["填表人:", "张三", "审核人:", "李四", None, "联系电话:13800000000"],
        ["备注：1.资助标准1000元/学期", None, None, None, None, "2.按学期发放"],
        ["第 1 页，共 2 页"],
        ["政教处：", "张三", None, "财务室：", "李四"],
        ["年级组长签字", None, None, "年级主任"],
        ["领导小组组长：王五", None, "成员：李四、张三"],
        [None, None, "以下空白"],
        [None, "以下空白"],
        [None, "金溪中学"],
        ["本表一式两份", None, "学校存一份"],
        ["会计：张三", "出纳：李四"],
        ["1.本表由学校填写；"],
        [1, "身份证号须与学籍一致，姓名以户口簿为准。"],
        ["（1）以上人员已公示"],
    ],
)
def test_a_line_at_the_foot_is_no_student(line: list[Cell]) -> None:
    assert fates([*roster_grid(), [], line]) == (2, 3, 1, 1, 1)


@pytest.mark.parametrize("line", [[], [None], [" ", "　"], [4], [4, None], [4, "", " "]])
def test_a_row_of_nothing_but_a_serial_number_is_blank(line: list[Cell]) -> None:
    assert fates([*plain(), line, *roster_grid(1, title=None, total=False, first=7)[1:]])[1] == 4


def test_a_line_that_explains_two_columns_is_a_heading() -> None:
    title, header, *students = plain()
    assert fates([title, header, [None, "填写学生姓名", "填18位身份证号"], *students]) == (3, 3, 0, 0, 0)


def test_a_repeated_header_is_a_heading() -> None:
    students = roster_grid(4, total=False)
    assert fates([*students[:4], students[1], *students[4:]]) == (3, 4, 0, 0, 0)


def test_a_repeated_title_between_pages_is_no_student() -> None:
    students = roster_grid(4, total=False)
    file = examined([*students[:4], [TITLE], students[1], *students[4:]])
    assert file.problems == []
    assert len(file.tables[0].lines) == 4


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ([4, "赵小明", None, "男", "高一", 1000], "id-missing"),
        ([4, None, None, "男", "高一", 1000], "id-missing"),
        ([None, "赵小明"], "id-missing"),
        ([None, None, None, None, None, 1000], "id-missing"),
        ([None, None, "51130020060315"], "id-format"),
        ([4, "赵小明"], "id-missing"),
        ([None, "单玉", None, "女"], "id-missing"),
        ([None, "赵小明", None, "女", "高一", "说明：转学"], "id-missing"),
        ([4, None, None, None, None, 1000], "id-missing"),
    ],
)
def test_a_row_that_holds_something_of_a_person_is_never_passed_over(line: list[Cell], code: str) -> None:
    file = examined([*plain(), line])
    assert len(file.tables[0].lines) == 4
    assert code in codes(file)
    assert {row for _, _, row, _ in found(file)} == {6}


@pytest.mark.parametrize("name", ["合计", "小计", "总计", "校长", "制表", "说明", "备注", "注册"])
def test_a_student_with_the_name_of_a_line_is_a_student(name: str) -> None:
    file = examined(with_cells(plain(), {"B4": name}))
    assert len(file.tables[0].lines) == 3
    assert file.tables[0].lines.names[1] == name


def test_a_student_whose_name_begins_like_a_signature_is_a_student_even_without_a_number() -> None:
    file = examined(with_cells(plain(), {"B4": "注小明", "C4": None}))
    assert found(file) == [("id-missing", "Sheet1", 4, "C")]
    assert len(file.tables[0].lines) == 3


@pytest.mark.parametrize("name", ["注小明", "审正南", "备小", "说明", "主管", "共小红", "小计红", "年月日", "单玉"])
def test_a_name_like_a_label_beside_an_amount_is_a_students(name: str) -> None:
    file = examined([*plain(), [4, name, None, None, "高一", 1000]])
    assert found(file) == [("id-missing", "Sheet1", 6, "C")]


def test_rows_that_were_filled_in_beforehand_for_nobody_are_blank() -> None:
    headers = ("序号", "学校", "姓名", "身份证号", "年级", "发放金额")
    grid = roster_grid(headers=headers, fill={"学校": "金溪中学"}, total=False)
    more: Grid = [[4, "金溪中学", None, None, "高一"], [5, "金溪中学", None, None, "高一", 0]]
    file = examined([*grid, *more, ["合计", None, None, None, None, 3000]])
    assert file.problems == []
    assert (file.fates[Fate.STUDENT], file.fates[Fate.BLANK], file.fates[Fate.TOTAL]) == (3, 2, 1)


def test_cells_merged_over_two_students_are_the_firsts_at_most() -> None:
    book = load_workbook(BytesIO(xlsx_bytes(plain())))
    for cells in ("B3:B4", "C4:C5", "F3:F4"):
        book.worksheets[0].merge_cells(cells)
    content = BytesIO()
    book.save(content)
    file = examined(content.getvalue())
    assert sorted((row, column, code) for code, _, row, column in found(file)) == [
        (3, "F", "amount-merged"),
        (4, "B", "name-missing"),
        (5, "C", "id-missing"),
    ]


def test_a_school_merged_over_more_rows_than_there_are_students_makes_no_student() -> None:
    headers = ("学校", "姓名", "身份证号", "年级", "发放金额")
    grid = with_cells(roster_grid(headers=headers, fill={"学校": None}, total=False), {"A3": "白塔中学"})
    book = load_workbook(BytesIO(xlsx_bytes([*grid, [], ["合计", None, None, None, 3000]])))
    book.worksheets[0].merge_cells("A3:A6")
    content = BytesIO()
    book.save(content)
    file = examined(content.getvalue())
    assert file.problems == []
    assert file.tables[0].lines.schools == ["白塔中学"] * 3
    assert (file.fates[Fate.STUDENT], file.fates[Fate.BLANK]) == (3, 1)


def test_every_sheet_is_a_table_and_an_empty_class_is_no_problem() -> None:
    book = {"高一(1)班": roster_grid(2), "高一(2)班": roster_grid(3, first=10), "高一(3)班": plain(0)}
    file = examined(book)
    assert file.problems == []
    assert [(table.sheet, len(table.lines)) for table in file.tables] == [
        *[("高一(1)班", 2), ("高一(2)班", 3), ("高一(3)班", 0)]
    ]


def test_a_summary_sheet_and_notes_beside_the_list_are_no_tables() -> None:
    summary: Grid = [["汇总表"], ["班级", "人数", "金额"], ["高一(1)班", 3, 3000], ["合计", 3, 3000]]
    notes: Grid = [["填表说明"], ["1.金额以元为单位。"]]
    file = examined({"汇总": summary, "名册": roster_grid(), "说明": notes, "Sheet4": []})
    assert file.problems == []
    assert [table.sheet for table in file.tables] == ["名册"]
    assert file.rows_read == 4 + 6 + 2


def test_a_sheet_of_people_without_a_header_is_a_problem_beside_good_sheets() -> None:
    lost = roster_grid(3, first=10, total=False)[2:]
    file = examined({"一班": roster_grid(), "二班": lost})
    assert found(file) == [("no-header", "二班", None, None)]


@pytest.mark.parametrize(
    ("grid", "problems"),
    [
        ([], [("no-header", None, None, None)]),
        ([["只有一句话"]], [("no-header", "Sheet1", None, None)]),
        (plain()[2:], [("no-header", "Sheet1", None, None)]),
        ([["姓名"], ["张三"]], [("no-header", "Sheet1", None, None)]),
        (plain(0), [("empty-roster", "Sheet1", 2, None)]),
        ([*plain(0), [], ["合计", None, None, None, None, 0]], [("empty-roster", "Sheet1", 2, None)]),
    ],
)
def test_a_sheet_without_header_or_students_is_said(grid: Grid, problems: list[tuple[object, ...]]) -> None:
    file = examined(grid)
    assert found(file) == problems
    assert file.blocked(record_conflicts=True)


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (("姓名", "年级", "发放金额"), ["number"]),
        (("身份证号", "年级", "发放金额"), ["name"]),
        (("姓名", "身份证号", "年级"), ["amount"]),
        (("姓名", "身份证号", "金额", "补助金额"), ["high-school-grant"]),
    ],
)
def test_a_column_that_is_missing_or_there_twice_is_named_at_the_header(
    headers: tuple[str, ...], fields: list[str]
) -> None:
    file = examined(roster_grid(headers=headers, total=False))
    missing = [problem for problem in file.problems if problem.code == "missing-column"]
    assert [(p.facts["field"], p.place.sheet, p.place.row, p.place.column) for p in missing] == [
        (field, "Sheet1", 2, None) for field in fields
    ]
    assert codes(file) == ["missing-column"]


def test_a_column_is_named_by_hand() -> None:
    grid = with_cells(roster_grid(), {"B2": "娃儿", "F2": "打卡数"})
    hints = Hints(columns={"娃儿": "name", "打卡数": "amount"})
    assert examined(grid, hints=hints).problems == []
    by_program = Hints(columns={"娃儿": "name", "打卡数": "high-school-grant"}, period=Period(2021, "autumn"))
    assert examined(grid, hints=by_program).tables[0].rosters[0].amount_fen == 300_000


@pytest.mark.parametrize(
    "headers",
    [
        ("No.", "学生姓名", "身份证件号", "性别", "年级", "资助金额"),
        ("序 号", "姓 名", "身份证号码", "性 别", "年 级", "发放金额(元)"),
        ("序号", "受助学生姓名", "公民身份号码", "性别", "就读年级", "补助金额（元）"),
        ("序\n号", "姓\n名", "身份证\n件号码", "性别", "年级", "金额"),
        ("NO", "姓名", "证件号码", "性别", "年级", "受助金额"),
        ("序号", "姓名", "身份证号（必填）", "性别", "年级", "实发金额"),
        ("序号", "姓名", "学生身份证号", "性别", "年级", "助学金金额"),
        ("序号", "姓名", "身份证号", "性别", "年级", "国家助学金(元)"),
    ],
)
def test_headers_are_recognised_in_their_many_wordings(headers: tuple[str, ...]) -> None:
    cells: dict[str, Cell] = {f"{column}2": header for column, header in zip("ABCDEF", headers, strict=True)}
    file = examined(with_cells(roster_grid(), cells))
    assert file.problems == []
    assert file.tables[0].rosters[0].amount_fen == 300_000
    assert file.tables[0].lines.sexes == ["female", "male", "female"]


def test_a_guardians_columns_are_not_the_students() -> None:
    headers = ("监护人姓名", "监护人身份证号", "姓名", "身份证号", "户主姓名", "监护人银行卡号", "金额")
    fill: dict[str, Cell] = {"监护人姓名": "家长", "监护人身份证号": "511300198003150010", "户主姓名": "家长"}
    file = examined(roster_grid(headers=headers, fill=fill, total=False))
    assert file.problems == []
    assert "家长" not in file.tables[0].lines.names
    assert file.tables[0].columns["name"] == "C"
    assert file.tables[0].lines.accounts == [None] * 3


@pytest.mark.parametrize("above", [0, 1, 3, 8])
def test_the_header_may_stand_on_any_row(above: int) -> None:
    office: Grid = [["高坪区学生资助管理中心"]] * above
    grid: Grid = [[TITLE], *office, *roster_grid(title=None)]
    file = examined(grid)
    assert file.problems == []
    assert file.tables[0].header_row == above + 2


def test_a_header_of_two_rows_is_read() -> None:
    top: list[Cell] = ["序号", "学生基本信息", None, None, None, "资助情况"]
    below: list[Cell] = [None, "姓名", "身份证号", "性别", "年级", "发放金额"]
    grid: Grid = [[TITLE], top, below, *plain()[2:]]
    file = examined(grid)
    assert file.problems == []
    assert len(file.tables[0].lines) == 3


def test_a_header_of_two_rows_with_cells_merged_downwards_is_read() -> None:
    top: list[Cell] = ["序号", "姓名", "身份证号", "性别", "资助情况", None]
    below: list[Cell] = [None, None, None, None, "年级", "发放金额"]
    grid: Grid = [[TITLE], top, below, *plain()[2:]]
    file = examined(grid)
    assert file.problems == []
    assert file.tables[0].rosters[0].amount_fen == 300_000
