"""Lists of hardship populations, as civil affairs, the disabled persons' federation and the rural bureau send them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aidledger.domain.listing import ListTable, Populations
from aidledger.domain.roster import RosterFile
from aidledger.domain.term import Period
from aidledger.sheets.recognition.hints import Hints
from tests.builders import Cell, Grid, codes, examined, found, people, xlsx_bytes
from tests.builders.files import written_by_openpyxl
from tests.builders.people import resident_number

CHILDREN = people(8)


def head(index: int) -> str:
    return resident_number(index, date(1982, 2, 2))


def old(index: int) -> str:
    return resident_number(index, date(1948, 3, 3) + timedelta(days=index))


ONE, TWO, THREE, *_ = CHILDREN
SIDE_BY_SIDE: Grid = [
    ["脱贫户信息"],
    [
        *("序号", "乡镇", "村", "户编号", "户主姓名", "户主身份证号码", "家庭人口数", "成员1姓名", "成员1身份证号码"),
        *("成员1与户主关系", "成员2姓名", "成员2身份证号码", "成员2与户主关系", "联系电话"),
    ],
    [
        *(1, "金溪镇", "一村", "H1", "户甲", head(1), 3, ONE.name, f"G{ONE.number}", "之子"),
        *("何秀英", old(1), "之母", "138"),
    ],
    [
        *(2, "金溪镇", "一村", "H2", "户乙", head(2), 3, TWO.name, TWO.number, "之女"),
        *(THREE.name, THREE.number, "之女", None),
    ],
    [3, "金溪镇", "二村", "H3", "户丙", head(3), 1, None, None, None, None, None, None, None],
]


def listed(file: RosterFile) -> tuple[ListTable, Populations]:
    assert file.tables == []
    (listing,) = file.listings
    assert (file.kind, listing.kind) == ("population", "population")
    assert isinstance(listing.facts, Populations)
    return listing, listing.facts


def test_a_row_per_household_on_the_third_sheet_and_the_day_in_the_files_name() -> None:
    counts: Grid = [["乡镇", "户数", "人数"], ["金溪镇", 3, 7]]
    sheets: dict[str, Grid] = {"统计表": counts, "说明": [["本表由农业农村局提供"]], "明细": SIDE_BY_SIDE}
    file = examined(xlsx_bytes(sheets), "脱贫户信息_20250902-继续享受政策.xlsx")
    assert file.problems == []
    listing, facts = listed(file)
    assert (listing.sheet, listing.header_row, listing.period, listing.school) == ("明细", 2, None, None)
    assert listing.lines.numbers == [one.number for one in CHILDREN[:3]]
    assert (listing.lines.rows, facts.households) == ([3, 4, 4], [3, 4, 4])
    assert facts.relations == ["之子", "之女", "之女"]
    assert set(facts.sources) == {"poverty-household entitled"}
    assert set(zip(facts.categories, facts.statuses, facts.days, strict=True)) == {
        ("poverty-household", "entitled", "2025-09-02")
    }


def test_nobody_but_children_and_students_is_kept() -> None:
    on_the_day = date(2025, 9, 2)
    ages = {"一岁": 1, "两岁": 2, "二十五": 25, "二十六": 26}
    rows: Grid = [["农村低保备案表"], ["序号", "姓名", "身份证号"]]
    for at, (name, age) in enumerate(ages.items()):
        rows.append([at + 1, name, resident_number(at, on_the_day.replace(year=on_the_day.year - age))])
    rows.append([5, "满了二十六", resident_number(9, date(1999, 9, 1))])
    file = examined(rows, "农村低保备案表20250902.xlsx")
    assert listed(file)[0].lines.names == ["两岁", "二十五"]
    assert [(note.code, note.count, note.columns) for note in file.notes] == [("members-kept", 2, ("5",))]
    assert not any(str(number) in repr(file) for number in (rows[2][2], rows[5][2], rows[6][2]))


def test_a_row_per_person_with_merged_households_and_three_rows_of_headings() -> None:
    rows: Grid = [
        ["防止返贫监测对象"],
        ["截至2025年8月20日", None, None, None, None, None, None, None, None, "单位:人"],
        ["序号", "所在地", None, "户编号", "家庭成员信息", None, None, None, "监测对象类别", "风险是否消除"],
        [None, "乡镇", "村", None, "基本信息", None, None, None, None, None],
        [None, None, None, None, "姓名", "证件号码", "与户主关系", "性别", None, None],
        [1, "金溪镇", "一村", "H1", "王大", head(1), "户主", "男", "脱贫不稳定户", "否"],
        [2, None, None, None, CHILDREN[0].name, CHILDREN[0].number, "之子", "男", None, None],
        [3, "金溪镇", "二村", "H2", "李大", head(2), "户主", "男", "突发严重困难户", "是"],
        [4, "金溪镇", "二村", "H2", CHILDREN[1].name, CHILDREN[1].number, "之女", "女", "突发严重困难户", "是"],
    ]
    listing, facts = listed(examined(rows, "监测对象-风险未消除608人.xlsx"))
    assert (listing.lines.rows, facts.households) == ([7, 9], [6, 8])
    assert (facts.categories, facts.statuses) == (["monitored"] * 2, ["at-risk", "risk-removed"])
    assert facts.days == ["2025-08-20"] * 2


def test_the_card_of_the_disabled_holds_the_number() -> None:
    rows: Grid = [["高坪区持证残疾人名单"], ["序号", "姓名", "性别", "残疾证号", "残疾类别", "残疾等级", "监护人姓名"]]
    rows += [[at, one.name, one.sex, f"{one.number}43", "肢体", "三级", "王某"] for at, one in enumerate(CHILDREN[:2])]
    listing, facts = listed(examined(rows, "持证残疾人名单20250901.xlsx"))
    assert listing.lines.numbers == [one.number for one in CHILDREN[:2]]
    assert (facts.sources, facts.categories) == (["disabled"] * 2, ["disabled"] * 2)


def test_columns_called_alike_belong_to_the_name_before_them() -> None:
    rows: Grid = [
        ["城镇低保"],
        ["序号", "户主", "身份证号", "家庭成员姓名", "身份证号", "家庭成员姓名", "身份证号", "月保障金额"],
        [1, "赵一", head(1), CHILDREN[0].name, CHILDREN[0].number, "赵老", old(1), 1200],
        [2, CHILDREN[1].name, CHILDREN[1].number, None, None, None, None, 600],
    ]
    listing, facts = listed(examined(rows, "城镇低保_202509.xlsx"))
    assert listing.lines.names == [CHILDREN[0].name, CHILDREN[1].name]
    assert (facts.sources, facts.days) == (["low-income urban"] * 2, ["2025-09-30"] * 2)


def test_a_column_of_the_category_counts_before_the_title() -> None:
    rows: Grid = [
        ["低收入人口信息表"],
        ["序号", "姓名", "身份证号码", "人员类别", "与户主关系", "户主姓名", "户主身份证号"],
    ]
    for at, (kind, one) in enumerate(
        zip(("最低生活保障对象", "低保边缘家庭", "刚性支出困难家庭"), CHILDREN, strict=False)
    ):
        rows.append([at, one.name, one.number, kind, "子", f"户{at}", head(at)])
    _, facts = listed(examined(rows, "低收入人口_20250930.xlsx"))
    assert facts.categories == ["low-income", "near-low-income", "other-hardship"]
    assert set(facts.sources) == {"低收入人口"}


@pytest.mark.parametrize(
    "headers",
    [
        "户主姓名 户主身份证号 成员姓名1 成员身份证号1 成员姓名2 成员身份证号2",
        "户主 户主证件号码 家庭成员一姓名 家庭成员一身份证号码 家庭成员二姓名 家庭成员二身份证号码",
        "姓名 身份证号 姓名1 身份证号1 姓名2 身份证号2",
        "户主姓名 公民身份号码 子女1姓名 子女1身份证号 子女2姓名 子女2身份证号",
        "户主姓名 户主身份证号码 家庭成员(1)姓名 家庭成员(1)身份证号 家庭成员(2)姓名 家庭成员(2)身份证号",
    ],
)
def test_members_are_numbered_in_many_ways(headers: str) -> None:
    row: list[Cell] = ["户甲", head(1), CHILDREN[0].name, CHILDREN[0].number, CHILDREN[1].name, CHILDREN[1].number]
    file = examined([["农村低保"], ["序号", *headers.split()], [1, *row]], "农村低保_20250902.xlsx")
    assert file.problems == []
    listing, facts = listed(file)
    assert listing.lines.names == [CHILDREN[0].name, CHILDREN[1].name]
    assert facts.households == [3, 3]


def test_a_year_is_no_day() -> None:
    one = CHILDREN[0]
    assert codes(examined([["姓名", "身份证号"], [one.name, one.number]], "2025年度农村低保名单.xlsx")) == [
        "day-missing"
    ]


@pytest.mark.parametrize(
    ("name", "category", "status", "source"),
    [
        ("脱贫不享受政策_20250902", "poverty-household", "not-entitled", "poverty-household not-entitled"),
        ("防止返贫监测对象-风险已消除_20250902", "monitored", "risk-removed", "monitored risk-removed"),
        ("孤儿及事实无人抚养儿童（2025年9月2日）", "orphan", None, "orphan"),
        ("城乡特困_2025.9.2", "destitute", None, "destitute"),
        ("农村特困人员20250902", "destitute", None, "destitute rural"),
        ("低保边缘家庭2025-09-02", "near-low-income", None, "near-low-income"),
        ("高坪区金溪镇农村低保备案表20250902", "low-income", None, "low-income rural 金溪镇"),
        ("农村低保备案表白塔街道20250902", "low-income", None, "low-income rural 白塔街道"),
    ],
)
def test_the_name_of_the_file_says_of_whom_it_is(name: str, category: str, status: str | None, source: str) -> None:
    one = CHILDREN[0]
    file = examined([["序号", "姓名", "身份证号"], [1, one.name, one.number]], f"{name}.xlsx")
    _, facts = listed(file)
    assert (facts.categories, facts.statuses, facts.sources, facts.days) == (
        [category],
        [status],
        [source],
        ["2025-09-02"],
    )


def test_what_is_wrong_is_named_in_its_place_and_stops_nothing_else() -> None:
    rows = [[*row] for row in SIDE_BY_SIDE]
    rows[2][8] = "51130020060315"  # four digits short
    rows[3][7] = None  # no name beside the number
    content = written_by_openpyxl({"名单": rows})
    file = examined(content, "脱贫户信息_20250902.xlsx")
    assert found(file) == [("member-not-read", "名单", 3, "I"), ("name-missing", "名单", 4, "H")]
    assert listed(file)[0].lines.numbers == [CHILDREN[2].number]
    assert CHILDREN[0].number not in repr(file.problems)


def test_a_member_that_lost_digits_in_excel_is_named_and_not_guessed() -> None:
    rows = [[*row] for row in SIDE_BY_SIDE]
    rows[2][8] = float(int(CHILDREN[0].number))
    file = examined(rows, "脱贫户信息_20250902.xlsx")
    assert found(file) == [("member-not-read", "Sheet1", 3, "I")]
    assert CHILDREN[0].number not in listed(file)[0].lines.numbers


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["农村特困人员名单"], ["姓名", "身份证号"]], "day-missing"),
        ([["2025年9月2日"], ["户主姓名", "户主身份证号", "成员1姓名", "成员1身份证号"]], "population-unknown"),
    ],
)
def test_a_list_that_says_too_little_is_not_kept(rows: Grid, code: str) -> None:
    one = CHILDREN[0]
    row: list[Cell] = [one.name, one.number, *([one.name, one.number] if len(rows[1]) > 2 else [])]
    file = examined([*rows, row], "名单.xlsx")
    assert codes(file) == [code]
    assert listed(file)[1].days == []


def test_a_term_named_by_hand_is_the_day_of_a_list_that_names_none() -> None:
    one = CHILDREN[0]
    rows: Grid = [["农村特困人员名单"], ["姓名", "身份证号"], [one.name, one.number]]
    file = examined(rows, "特困.xlsx", Hints(period=Period.parse("2025-autumn")))
    assert (file.problems, listed(file)[1].days) == ([], ["2025-08-01"])


def test_a_list_without_a_child_is_whole() -> None:
    rows: Grid = [["城乡特困"], ["姓名", "身份证号"], ["何秀英", old(1)]]
    file = examined(rows, "城乡特困_20250902.xlsx")
    assert (file.problems, listed(file)[0].records) == ([], 0)


@pytest.mark.parametrize(
    ("title", "headers", "kind"),
    [
        ("金溪中学2025年秋季学期农村低保学生名单", "姓名 身份证号 年级 班级 困难类型", "certification"),
        ("金溪中学2025年秋季学期脱贫户学生认定名册", "姓名 身份证号 年级 班级 困难等级", "certification"),
        ("金溪中学2025年秋季学期在校残疾学生名单", "姓名 身份证号 年级 班级 学籍状态", "certification"),
        ("金溪中学2025年秋季学期普通高中国家助学金发放花名册(农村低保户)", "姓名 身份证号 户编号 金额", "roster"),
        ("金溪中学2025年秋季学期普通高中国家助学金发放表", "姓名 身份证号 户主姓名 户主身份证号 金额", "roster"),
        (
            "金溪中学2021年秋季学期普通高中国家助学金低保户退款名单",
            "姓名 身份证号 退款金额 退款日期 凭证号",
            "recovery",
        ),
    ],
)
def test_a_schools_list_of_such_pupils_is_none(title: str, headers: str, kind: str) -> None:
    said: dict[str, Cell] = {
        "姓名": CHILDREN[0].name, "身份证号": CHILDREN[0].number, "年级": "高一", "班级": "1班", "困难类型": "农村低保",
        "困难等级": "困难", "学籍状态": "在读", "户编号": "H1", "金额": 1150, "户主姓名": "户甲",
        "户主身份证号": head(1), "退款金额": 1000, "退款日期": "2022-01-05", "凭证号": "X0001",
    }  # fmt: skip
    file = examined([[title], [*headers.split()], [said[one] for one in headers.split()]], "农村低保对象.xlsx")
    assert file.kind == kind
    assert bool(file.tables) == (kind == "roster")
