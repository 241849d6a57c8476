"""What titles, sheet names, file names and folders say of program, term and school; nothing is guessed."""

from __future__ import annotations

import pytest

from aidledger.domain.roster import RosterFile
from aidledger.domain.term import Period
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.reader import read_roster
from aidledger.sheets.recognition.hints import Hints
from tests.builders import codes, people, shipped

PRESCHOOL, COMPULSORY = "preschool-fee-waiver", "compulsory-living-subsidy"
GRANT, TUITION = "high-school-grant", "high-school-tuition-waiver"
VOC_GRANT, VOC_TUITION = "vocational-grant", "vocational-tuition-waiver"
VOC_LIVING, COLLEGE, LOAN = "vocational-poverty-living-subsidy", "college-poverty-aid", "origin-based-loan"
NO_HINTS = Hints()


def read(
    *title: str,
    sheet: str = "Sheet1",
    path: str = "名册.xlsx",
    headers: str = "姓名,身份证号,金额",
    hints: Hints = NO_HINTS,
) -> RosterFile:
    """A roster of two under some title lines; cells of a line are parted by ``|``."""
    names = headers.split(",")
    lines: list[list[Cell]] = [[*line.split("|")] for line in title]
    students: list[list[Cell]] = [[p.name, p.number, *([500] * (len(names) - 2))] for p in people(2)]
    rows: list[list[Cell]] = [*lines, [*names], *students]
    width = max(map(len, rows))
    even = [row + [""] * (width - len(row)) for row in rows]
    return read_roster([Sheet(sheet, even)], path, shipped(), hints)


def understood(file: RosterFile) -> tuple[str | None, str | None, str | None]:
    (roster,) = file.tables[0].rosters
    return roster.program, roster.period.code if roster.period else None, file.tables[0].school


@pytest.mark.parametrize(
    ("title", "program", "period", "school"),
    [
        # terms
        ("金溪中学2021年秋季学期普通高中国家助学金发放花名册", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2022年春季学期普通高中国家助学金发放花名册", GRANT, "2022-spring", "金溪中学"),
        ("金溪中学2021年秋学期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021年秋期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021年度秋季普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("2021秋金溪中学普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("白塔中学2021—2022学年第一学期普高国家助学金受助学生名单", GRANT, "2021-autumn", "白塔中学"),
        ("金溪小学2021-2022学年第二学期义务教育困难学生生活补助发放表", COMPULSORY, "2022-spring", "金溪小学"),
        ("青居初级中学2021-2022学年度下学期困难学生生活补助花名册", COMPULSORY, "2022-spring", "青居初级中学"),
        ("青居初级中学2021-2022学年度上学期困难学生生活补助花名册", COMPULSORY, "2021-autumn", "青居初级中学"),
        ("青居中学2021-2022学年上期义教困难学生生活补助", COMPULSORY, "2021-autumn", "青居中学"),
        ("青居中学2021/2022学年下期义教困难学生生活补助", COMPULSORY, "2022-spring", "青居中学"),
        ("金溪中学2021~2022学年第2学期普高国家助学金", GRANT, "2022-spring", "金溪中学"),
        ("金溪中学2021-22学年第一学期普高国家助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021-2022学年度(第一学期)普高国家助学金", GRANT, "2021-autumn", "金溪中学"),
        ("2021-2022学年秋季学期普高助学金", GRANT, "2021-autumn", None),
        ("2022年上半年中职国家助学金发放花名册", VOC_GRANT, "2022-spring", None),
        ("高坪职业高级中学2021年下半年国家助学金发放花名册", VOC_GRANT, "2021-autumn", "高坪职业高级中学"),
        ("二〇二一年秋季学期龙门中学普通高中免学费学生名册", TUITION, "2021-autumn", "龙门中学"),
        ("二○二二年春季普高免学费花名册", TUITION, "2022-spring", None),
        ("二零二一年秋期白塔中学普通高中学费减免登记表", TUITION, "2021-autumn", "白塔中学"),
        ("2 0 2 1 年 秋 季 学 期 龙 门 幼 儿 园 保 教 费 减 免 花 名 册", PRESCHOOL, "2021-autumn", "龙门幼儿园"),
        ("２０２１年秋季学期金溪中学普通高中国家助学金", GRANT, "2021-autumn", "金溪中学"),
        ("2021-autumn 普高助学金", GRANT, "2021-autumn", None),
        ("2021spring普高助学金", GRANT, "2021-spring", None),
        ("金溪中学2021年(秋季)学期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021年（春）普高助学金", GRANT, "2021-spring", "金溪中学"),
        ("金溪中学2021-2022学年(上)普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021-2022学年上普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021-2022学年（下）普高助学金", GRANT, "2022-spring", "金溪中学"),
        ("金溪中学2021-2022上学期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021-2022-1普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021-2022-2学期普高助学金", GRANT, "2022-spring", "金溪中学"),
        ("金溪中学2021-2022(1)普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021_2022学年第一学期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学21-22学年第一学期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021~2022学年度 第 一 学期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021-2022学年第Ⅱ学期普高助学金", GRANT, "2022-spring", "金溪中学"),
        ("金溪中学2020-2021年春季普高助学金", GRANT, "2021-spring", "金溪中学"),
        ("金溪中学21年秋季普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学21秋普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学二O二一年秋季普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学二0二一年秋季普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学二〇二一至二〇二二学年度第一学期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学贰零贰壹年秋季普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021-2022學年第一學期普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021年9月-2022年1月普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021.9-2022.1普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021年9-12月普高助学金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2022年2-7月普高助学金", GRANT, "2022-spring", "金溪中学"),
        # years and days that are no terms
        ("金溪中学2021年秋季普高助学金公示(2022年2月-2022年3月)", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021年秋季普高助学金2021-2022学年下达资金", GRANT, "2021-autumn", "金溪中学"),
        ("金溪中学2021级学生2022年春季普高国家助学金", GRANT, "2022-spring", "金溪中学"),
        ("金溪中学2021年秋季学期(2021年9月1日至2022年1月20日)普高国家助学金", GRANT, "2021-autumn", "金溪中学"),
        ("2021.12.03 金溪中学2021年秋季普高国家助学金", GRANT, "2021-autumn", "金溪中学"),
        (
            "高坪技工学校2022年春季脱贫户中职(含技工)学生生活补助(2020年及以前入学)",
            VOC_LIVING,
            "2022-spring",
            "高坪技工学校",
        ),
        # annual programs
        ("高坪区2021年度脱贫户本专科学生学费资助和生活补助名单", COLLEGE, "2021", None),
        ("高坪区2021学年本专科脱贫学生资助(2016—2020年入学)", COLLEGE, "2021", None),
        ("2021年秋季脱贫家庭大学生学费资助", COLLEGE, "2021", None),
        ("2021年生源地信用助学贷款花名册", LOAN, "2021", None),
        ("2021-2022学年生源地信用助学贷款发放明细", LOAN, "2021", None),
        # programs
        ("龙门幼儿园2022年春期家庭经济困难幼儿保教费减免登记表", PRESCHOOL, "2022-spring", "龙门幼儿园"),
        ("高坪区2021年秋季学期学前教育家庭经济困难儿童资助", PRESCHOOL, "2021-autumn", None),
        ("金溪小学2021秋寄宿生生活补助", COMPULSORY, "2021-autumn", "金溪小学"),
        ("长乐九年制学校2021年秋季学期困难学生生活费补助", COMPULSORY, "2021-autumn", "长乐九年制学校"),
        ("农村义务教育阶段2021年秋季学期困难学生生活补助", COMPULSORY, "2021-autumn", None),
        ("龙门高级中学2022年秋季学期国家助学金发放表", GRANT, "2022-autumn", "龙门高级中学"),
        ("国家助学金发放花名册(普通高中)2021年秋季", GRANT, "2021-autumn", None),
        ("高坪职业技术学校2021年秋季国家免学费补助资金花名册", VOC_TUITION, "2021-autumn", "高坪职业技术学校"),
        ("高坪职业技术学校2021年秋季建档立卡户中职学生生活补助", VOC_LIVING, "2021-autumn", "高坪职业技术学校"),
        ("国家助学金发放表——金溪中学（普通高中）2021年秋季", GRANT, "2021-autumn", "金溪中学"),
        ("金溪小学2021年秋季贫困寄宿生补助发放表", COMPULSORY, "2021-autumn", "金溪小学"),
        ("金溪中学2021年秋季普通高中家庭经济困难学生免除学杂费花名册", TUITION, "2021-autumn", "金溪中学"),
        ("高坪职教中心2021年秋季国家助学金", VOC_GRANT, "2021-autumn", "高坪职教中心"),
        ("高坪卫生学校2021年秋季中专国家助学金", VOC_GRANT, "2021-autumn", "高坪卫生学校"),
        ("高坪区2021年秋季中等专业学校免学费学生名单", VOC_TUITION, "2021-autumn", None),
        # schools
        ("2021年秋季学期金溪中学普高国家助学金发放表", GRANT, "2021-autumn", "金溪中学"),
        ("南充市高坪区2021年秋季学期金溪小学义务教育困难学生生活补助", COMPULSORY, "2021-autumn", "金溪小学"),
        ("高坪区龙门镇中心小学2021年秋季学期寄宿生生活补助", COMPULSORY, "2021-autumn", "高坪区龙门镇中心小学"),
        ("高坪师范学校附属小学2021年秋季学期义务教育生活补助", COMPULSORY, "2021-autumn", "高坪师范学校附属小学"),
        ("白塔中学(嘉陵校区)2021年秋季学期普高助学金", GRANT, "2021-autumn", "白塔中学(嘉陵校区)"),
        ("高坪区2021年秋季学期普通高中国家助学金发放花名册", GRANT, "2021-autumn", None),
    ],
)
def test_a_title_names_program_term_and_school(title: str, program: str, period: str, school: str | None) -> None:
    file = read(title)
    assert understood(file) == (program, period, school)
    assert file.problems == []


@pytest.mark.parametrize(
    "title",
    [
        "高坪区2021年秋季学期中等职业学校国家助学金花名册",
        "高坪区2021年秋季学期中职学校国家助学金花名册",
        "高坪区2021年秋季学期义务教育学校困难学生生活补助",
        "高坪区2021年秋季学期普通高中学校国家助学金花名册",
        "高坪区2021年秋季学期公办幼儿园保教费减免花名册",
        "高坪区2021年秋季学期中小学校困难学生生活补助(义务教育)",
    ],
)
def test_a_kind_of_school_is_no_school(title: str) -> None:
    assert understood(read(title))[2] is None
    assert understood(read(title, path="龙门实验学校.xlsx"))[2] == "龙门实验学校"


@pytest.mark.parametrize(
    "lines",
    [
        ["编制单位:金溪小学"],
        ["编制单位：金溪小学"],
        ["学校:金溪小学"],
        ["学校名称|金溪小学"],
        ["学校名称:|金溪小学"],
        ["填报单位(盖章):金溪小学"],
        ["填报单位（公章）：金溪小学　　填报时间：2021年12月3日　　单位：元"],
        ["填报单位:金溪小学     报送时间:2021年12月3日"],
        ["单位:元", "学校:金溪小学"],
    ],
)
def test_a_line_under_the_title_names_the_school(lines: list[str]) -> None:
    file = read("高坪区2021年秋季学期义务教育困难学生生活补助", *lines)
    assert understood(file) == (COMPULSORY, "2021-autumn", "金溪小学")


@pytest.mark.parametrize(
    ("title", "sheet", "path"),
    [
        ((), "金溪中学2021秋普高助学金", "名册.xlsx"),
        ((), "Sheet1", "金溪中学2021年秋季普高助学金.xlsx"),
        ((), "Sheet1", "2021年秋季学期/普高助学金/金溪中学.xlsx"),
        ((), "高一(1)班", "普高助学金/2021年秋季学期/金溪中学.xls"),
        (("金溪中学普通高中国家助学金",), "2021年秋", "名册.xlsx"),
        (("金溪中学普通高中国家助学金",), "Sheet1", "2021年秋.xlsx"),
        (("金溪中学2021年秋季学期资助花名册",), "普高助学金", "名册.xlsx"),
        (("受助学生花名册",), "2021秋", "金溪中学普高助学金.xlsx"),
    ],
)
def test_sheet_file_and_folder_say_what_the_title_leaves_out(title: tuple[str, ...], sheet: str, path: str) -> None:
    file = read(*title, sheet=sheet, path=path)
    assert understood(file) == (GRANT, "2021-autumn", "金溪中学")
    assert file.problems == []


@pytest.mark.parametrize(
    ("title", "sheet", "path"),
    [
        ("金溪中学普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021年普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021-2022学年普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021-2023学年第一学期普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学秋季学期普通高中国家助学金", "Sheet1", "2021年.xlsx"),
        ("金溪中学2021年秋季、2022年春季普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021-2022学年第一、二学期普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021-2022学年第一学期和第二学期普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021-2022学年第一学期、第二学期普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021-2022学年上学期及下学期普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021年春秋两季普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021年春、秋季普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021年春季和秋季学期普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021年上半年及下半年普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学20212022学年第一学期普通高中国家助学金", "Sheet1", "名册.xlsx"),
        ("金溪中学2021年秋季学期普通高中国家助学金", "Sheet1", "2022年春季.xlsx"),
        ("金溪中学2021年秋季学期普通高中国家助学金", "2022春", "名册.xlsx"),
    ],
)
def test_a_term_that_is_not_said_or_said_in_two_ways_is_not_guessed(title: str, sheet: str, path: str) -> None:
    file = read(title, sheet=sheet, path=path)
    assert understood(file) == (GRANT, None, "金溪中学")
    assert codes(file) == ["period-unknown"]


@pytest.mark.parametrize(
    "title", ["2022年春季生源地信用助学贷款", "生源地信用助学贷款花名册", "2021年、2022年生源地助学贷款"]
)
def test_an_annual_program_needs_one_year(title: str) -> None:
    file = read(title)
    assert understood(file) == (LOAN, None, None)
    assert codes(file) == ["period-unknown"]


@pytest.mark.parametrize(
    ("title", "sheet", "path", "code"),
    [
        ("金溪中学2021年秋季受助学生花名册", "Sheet1", "名册.xlsx", "program-unknown"),
        ("金溪中学2021年秋季国家助学金", "Sheet1", "名册.xlsx", "program-unknown"),
        ("金溪中学2021年秋季学期普通高中国家助学金和免学费", "Sheet1", "名册.xlsx", "program-ambiguous"),
        ("金溪中学2021年秋季学期普通高中国家助学金", "Sheet1", "中职助学金.xlsx", "program-ambiguous"),
        ("金溪中学2021年秋季学期普通高中国家助学金", "中职免学费", "名册.xlsx", "program-ambiguous"),
        ("金溪中学2021年秋季学期普通高中国家助学金", "Sheet1", "普高免学费.xlsx", "program-ambiguous"),
    ],
)
def test_a_program_that_is_not_said_or_said_in_two_ways_is_not_guessed(
    title: str, sheet: str, path: str, code: str
) -> None:
    file = read(title, sheet=sheet, path=path)
    assert file.tables[0].rosters[0].program is None
    assert codes(file) == [code]
    assert file.blocked(record_conflicts=True)


def test_where_neither_program_nor_term_is_said_both_are_asked_for() -> None:
    assert codes(read("", sheet="Sheet1", path="名册.xlsx")) == ["period-unknown", "program-unknown"]


def test_a_source_that_names_two_programs_is_narrowed_by_one_that_names_one() -> None:
    file = read("金溪中学2021年秋季学期普高助学金、免学费", sheet="普高免学费")
    assert understood(file) == (TUITION, "2021-autumn", "金溪中学")


def test_what_is_said_by_hand_overrules_the_file() -> None:
    title = "金溪中学2021年秋季学期普通高中国家助学金"
    by_hand = Hints(program=VOC_GRANT, period=Period.parse("2022-spring"), school="高坪职业技术学校")
    file = read(title, hints=by_hand)
    assert understood(file) == (VOC_GRANT, "2022-spring", "高坪职业技术学校")
    assert set(file.tables[0].lines.schools) == {"高坪职业技术学校"}
    assert file.problems == []


def test_a_period_by_hand_that_the_program_is_not_paid_for_is_not_taken() -> None:
    file = read("生源地信用助学贷款", hints=Hints(period=Period.parse("2021-autumn")))
    assert understood(file) == (LOAN, None, None)
    assert codes(file) == ["period-unknown"]


def test_a_school_column_names_each_students_school() -> None:
    names = people(2)
    rows: list[list[Cell]] = [
        ["高坪区2021年秋季学期普高助学金", "", "", ""],
        ["学校", "姓名", "身份证号", "金额"],
        ["金溪 中学", names[0].name, names[0].number, 1000],
        ["龙门中学", names[1].name, names[1].number, 1000],
    ]
    file = read_roster([Sheet("Sheet1", rows)], "名册.xlsx", shipped(), NO_HINTS)
    assert file.tables[0].lines.schools == ["金溪中学", "龙门中学"]
    assert file.tables[0].school is None


def test_a_folder_is_heard_only_where_nothing_nearer_speaks() -> None:
    file = read("金溪中学2021年秋季学期普通高中国家助学金", path="2022年春季/中职助学金/名册.xlsx")
    assert understood(file) == (GRANT, "2021-autumn", "金溪中学")
    assert file.problems == []


def test_the_place_of_a_clash_is_the_header() -> None:
    file = read("金溪中学2021年秋季学期普通高中国家助学金", sheet="2022春")
    (problem,) = file.problems
    assert (problem.place.sheet, problem.place.row, problem.place.column) == ("2022春", 2, None)
    assert problem.facts["found"] == " (2021-autumn / 2022-spring)"


@pytest.mark.parametrize(
    "title",
    [
        "金溪中学2021年下期普高助学金",
        "金溪中学2021年第二学期普高助学金",
        "金溪中学2021年12月普高助学金",
        "金溪中学2021年1-12月普高助学金",
        "金溪中学2021-2022学年上、下学期普高助学金",
        "金溪中学2021-2022学年全年普高助学金",
        "金溪中学2021-2022学年下达的普高助学金",
        "附件21普高助学金2019-2022年",
    ],
)
def test_what_may_be_either_term_is_not_guessed(title: str) -> None:
    assert codes(read(title)) == ["period-unknown"]


@pytest.mark.parametrize(
    "line",
    [
        "填报单位：金溪中学||单位：元",
        "填报单位（盖章）：金溪中学",
        "学校（公章）：|金溪中学",
        "学校：金溪中学 填表人：张三",
        "填报学校（章）金溪中学",
        "报送单位:金溪中学（盖章）",
        "编报单位：金溪中学",
        "学校全称|金溪中学",
    ],
)
def test_a_label_names_the_school(line: str) -> None:
    file = read("2021年秋季学期普通高中国家助学金发放花名册", line)
    assert understood(file) == (GRANT, "2021-autumn", "金溪中学")
