"""Lists of other things than aid: fees, staff, deaths, places, sums by school, what the national system says."""

from __future__ import annotations

from datetime import date

import pytest

from aidledger.domain.listing import (
    Deaths,
    Enrolments,
    Facts,
    FeeReceipts,
    NationalPayments,
    Returns,
    SchoolSums,
    StaffCards,
)
from aidledger.domain.roster import RosterFile
from aidledger.domain.term import Period
from aidledger.sheets.recognition.hints import Hints
from tests.builders import Cell, Grid, codes, examined, found, people
from tests.builders.lists import (
    death_grid,
    fee_receipt_grid,
    national_export_grid,
    quota_grid,
    school_amounts_grid,
    staff_grid,
)
from tests.builders.people import resident_number

PUPILS = people(6)
AUTUMN = Period.parse("2021-autumn")
CARD = "6217001234567890123"


def facts_of(file: RosterFile, kind: str) -> Facts:
    (listing,) = file.listings
    assert (file.tables, file.kind, listing.kind) == ([], kind, kind)
    return listing.facts


# Fees.


def test_a_list_of_fees_says_what_was_collected_when_and_what_was_given_back() -> None:
    file = examined(fee_receipt_grid(2))
    assert (file.problems, file.notes) == ([], [])
    assert facts_of(file, "fee-receipt") == FeeReceipts(
        items=["tuition"] * 2,
        amounts_fen=[46_000] * 2,
        received_on=["2021-09-01"] * 2,
        receipts=["00120000", "00120001"],
        refunded_fen=[46_000, None],
        refunded_on=["2021-11-15", None],
    )
    assert (file.listings[0].school, file.listings[0].period) == ("金溪中学", AUTUMN)


@pytest.mark.parametrize(
    ("title", "headers", "row", "item", "fen"),
    [
        ("金溪幼儿园2021年秋季学期保教费收费台账", "实收金额 收费日期", [2400, "2021.9.1"], "care", 240_000),
        ("金溪中学2021年秋季学期住宿费缴费明细", "金额 缴费时间", [300, date(2021, 9, 1)], "lodging", 30_000),
        ("金溪中学2021年秋季学期普高免学费退费花名册", "退费金额 退费日期", [460, "2021-11-01"], "tuition", 46_000),
        ("金溪中学2021年秋季学期学生情况", "已收学费 收费项目", ["460元", "伙食费"], "other-fee", 46_000),
    ],
)
def test_fees_as_schools_write_them(title: str, headers: str, row: list[Cell], item: str, fen: int) -> None:
    file = examined([[title], ["姓名", "身份证号", *headers.split()], [PUPILS[0].name, PUPILS[0].number, *row]])
    facts = facts_of(file, "fee-receipt")
    assert isinstance(facts, FeeReceipts)
    assert (file.problems, facts.items, facts.amounts_fen) == ([], [item], [fen])


def test_what_is_wrong_with_a_fee_is_named_in_its_place() -> None:
    grid = fee_receipt_grid(3)
    grid[2][5], grid[3][5], grid[4][5] = "两千多", None, -460
    file = examined(grid)
    assert found(file) == [
        ("amount-format", "Sheet1", 3, "F"),
        ("amount-missing", "Sheet1", 4, "F"),
        ("amount-not-positive", "Sheet1", 5, "F"),
    ]


def test_a_roster_that_states_the_listed_fee_pays_what_it_waives() -> None:
    rows: Grid = [
        ["金溪中学2021年秋季学期普高免学费花名册"],
        ["姓名", "身份证号", "收费标准", "减免金额"],
        [PUPILS[0].name, PUPILS[0].number, 460, 460],
    ]
    file = examined(rows)
    assert (file.kind, file.tables[0].rosters[0].amounts_fen) == ("roster", [46_000])


# Staff.


def test_of_staff_the_card_and_a_masked_name_are_kept() -> None:
    grid = staff_grid(3)
    grid[4][4] = None  # paid in cash
    file = examined(grid)
    assert file.problems == []
    facts = facts_of(file, "staff")
    assert facts == StaffCards(["王*", "王*"])
    listing = file.listings[0]
    assert (listing.records, listing.school) == (2, "金溪中学")
    assert all(str(number) not in repr(file) for number in (grid[2][2], grid[3][2], grid[4][2]))
    assert not any(str(row[1]) in repr(file) for row in grid[2:])


def test_a_card_that_is_none_is_named() -> None:
    rows: Grid = [["学校", "教师姓名", "工资卡号"], ["金溪中学", "王甲", "6217 0012 3456 7890 123"]]
    rows += [["东山中学", "李乙", "12"], ["东山中学", "赵丙", 6217001234567890123]]
    file = examined(rows, "教师名册.xlsx")
    assert found(file) == [("card-not-read", "Sheet1", 3, "C"), ("card-not-read", "Sheet1", 4, "C")]
    facts_of(file, "staff")
    assert (file.listings[0].lines.accounts, file.listings[0].lines.schools) == ([CARD], ["金溪中学"])


def test_wages_are_no_aid() -> None:
    rows: Grid = [
        ["金溪中学2021年9月教职工工资发放表"],
        ["序号", "姓名", "身份证号", "银行卡号", "基本工资", "实发工资"],
    ]
    rows.append([1, "王甲", resident_number(1, date(1980, 1, 1)), CARD, 3000, 2500])
    file = examined(rows)
    facts_of(file, "staff")
    assert file.problems == []


# Deaths.


def test_of_deaths_those_of_pupils_are_kept() -> None:
    file = examined(death_grid(2))
    assert file.problems == []
    assert facts_of(file, "death") == Deaths(["2021-10-12"] * 2)
    assert file.listings[0].lines.numbers == [one.number for one in PUPILS[:2]]


def test_ages_count_on_the_day_of_death() -> None:
    young, grown = resident_number(0, date(1996, 3, 3)), resident_number(1, date(1996, 3, 3))
    rows: Grid = [["姓名", "身份证号", "死亡日期"], ["早逝", young, "2021年9月"], ["后来", grown, "2022-03-04"]]
    file = examined(rows)
    assert facts_of(file, "death") == Deaths(["2021-09"])


def test_a_death_without_a_day_is_named() -> None:
    grid = death_grid(2)
    grid[2][3] = "不详"
    file = examined(grid)
    assert found(file) == [("day-of-death-missing", "Sheet1", 3, "D")]


def test_a_recovery_from_the_dead_is_a_recovery() -> None:
    rows: Grid = [["金溪中学2021年秋季学期普通高中国家助学金死亡学生追缴名单"]]
    rows += [["姓名", "身份证号", "追缴金额", "缴回日期", "凭证号"]]
    rows += [[PUPILS[0].name, PUPILS[0].number, 1000, "2022-01-01", "X0001"]]
    assert examined(rows).kind == "recovery"


# Sums by school.


def test_sums_by_school_say_how_many_and_how_much_by_which_document() -> None:
    file = examined(school_amounts_grid())
    assert file.problems == []
    assert facts_of(file, "school-amounts") == SchoolSums(
        rows=[3, 4],
        programs=["compulsory-living-subsidy"] * 2,
        periods=[AUTUMN] * 2,
        schools=["金溪中学", "东山中学"],
        persons=[120, 80],
        amounts_fen=[6_000_000, 4_000_000],
        documents=["川财教〔2021〕61号"] * 2,
        issued_on=[None] * 2,
    )


def test_a_sum_that_does_not_add_up_and_a_number_in_words_are_named() -> None:
    grid = school_amounts_grid()
    grid[4][3] = 90000
    assert found(examined(grid)) == [("declared-total-mismatch", "Sheet1", 5, None)]
    grid[3][2] = "八十多"
    assert ("count-format", "Sheet1", 4, "C") in found(examined(grid))


def test_sums_beside_their_pupils_are_not_counted_again() -> None:
    rows: Grid = [["金溪中学2021年秋季学期普通高中国家助学金花名册"], ["姓名", "身份证号", "金额"]]
    rows += [[one.name, one.number, 1000] for one in PUPILS[:2]]
    sums: Grid = [["2021年秋季学期普通高中国家助学金分校汇总表"], ["学校", "人数", "金额"], ["金溪中学", 2, 2000]]
    file = examined({"名册": rows, "汇总": sums})
    assert (file.kind, file.listings, file.problems) == ("roster", [], [])
    assert [note.code for note in file.notes] == ["summary-sheet"]


def test_a_summary_that_is_not_called_one_of_schools_stays_none() -> None:
    rows: Grid = [["2021年秋季学期普通高中国家助学金情况"], ["学校", "人数", "金额"], ["金溪中学", 2, 2000]]
    assert codes(examined(rows)) == ["no-header"]
    file = examined(rows, hints=Hints(kind="school-amounts"))
    assert (file.problems, file.listings[0].amount_fen) == ([], 200_000)


def test_places_by_school_and_by_program() -> None:
    file = examined(quota_grid())
    assert file.problems == []
    facts = facts_of(file, "quota")
    assert isinstance(facts, SchoolSums)
    assert (facts.of_places, facts.persons, facts.amounts_fen) == (True, [90, 60], [9_000_000, None])
    rows: Grid = [
        ["2021年秋季学期名额分配表"],
        ["学校", "名额", None, "备注"],
        [None, "普高国家助学金", "普高免学费", None],
        ["金溪中学", 90, 100, None],
        ["东山中学", 60, None, None],
    ]
    facts = facts_of(examined(rows), "quota")
    assert isinstance(facts, SchoolSums)
    assert list(zip(facts.schools, facts.programs, facts.persons, strict=True)) == [
        ("金溪中学", "high-school-grant", 90),
        ("金溪中学", "high-school-tuition-waiver", 100),
        ("东山中学", "high-school-grant", 60),
    ]


# The national system.


def test_the_national_systems_export_pays_nobody() -> None:
    file = examined(national_export_grid(2))
    assert file.problems == []
    facts = facts_of(file, "national-export")
    assert facts == NationalPayments([100_000] * 2, ["high-school-grant"] * 2, [AUTUMN] * 2, [None] * 2)
    assert file.listings[0].lines.numbers == [one.number for one in PUPILS[:2]]


def test_its_months_are_parts() -> None:
    headers = "学生姓名 学籍号 证件类型 证件号码 年级 班级名称 申请理由名称 年份 月份 资助档次 应发金额 专业 学校名称"
    rows: Grid = [[*headers.split()]]
    for one in PUPILS[:2]:
        for month in (9, 10):
            who: list[Cell] = [one.name, f"G{one.number}", "居民身份证", one.number, "一年级", "1班", "农村低保"]
            rows.append([*who, 2021, month, "二档", 200, "护理", "江北职业中学"])
    name = "中职国家助学金2021年秋季学期"
    facts = facts_of(examined(rows, f"{name}_全国学生资助管理信息系统导出.xlsx"), "national-export")
    assert isinstance(facts, NationalPayments)
    assert (facts.parts, facts.amounts_fen) == (["2021-09", "2021-10"] * 2, [20_000] * 4)
    assert examined(rows, f"{name}.xlsx").kind == "roster"


# Registers, rosters and banks.


def test_a_register_keeps_each_change_with_its_day() -> None:
    changes = {
        "转入": ("enrolled", "transferred-in"),
        "转出": ("transferred", "transferred"),
        "复学": ("enrolled", "resumed"),
        "跳级": ("enrolled", "other-change"),
        "休学": ("suspended", "suspended"),
        "死亡": ("deceased", "deceased"),
    }
    rows: Grid = [
        [
            *("学籍辅号", "姓名", "身份证件号", "年级", "就读方式", "住宿类型", "是否享受一补", "学籍变动情况"),
            *("学籍变动日期", "专业", "成员1姓名", "成员1身份证件号"),
        ]
    ]
    for one, change in zip(PUPILS, changes, strict=True):
        member = resident_number(3, date(1980, 1, 1))
        rows.append(
            [
                f"G{one.number}",
                one.name,
                one.number,
                "高一",
                "2-住校",
                None,
                "否",
                change,
                "20210915",
                "护理",
                "王某",
                member,
            ]
        )
    rows.append([None, "高飞", people(8)[7].number, "高一", "1-走读", None, "否", "无", None, None, None, None])
    file = examined(rows, "学生基本信息_20210920.xlsx")
    facts = facts_of(file, "register")
    assert isinstance(facts, Enrolments)
    assert list(zip(facts.statuses, facts.changes, strict=True)) == [*changes.values(), ("enrolled", None)]
    assert facts.changed_on == [*["2021-09-15"] * 6, None]
    left = [None, "2021-09-15", None, None, "2021-09-15", "2021-09-15", None]
    assert facts.left_on == left
    assert file.listings[0].lines.majors == [*["护理"] * 6, None]


def test_a_roster_keeps_the_major_and_whether_it_is_opera() -> None:
    rows: Grid = [
        ["江北职业中学2021年秋季学期中职免学费花名册"],
        ["学生姓名", "证件号码", "应发金额", "专业", "是否民族地区就学", "是否戏曲表演专业"],
        *[[one.name, one.number, 1000, *said] for one, said in zip(PUPILS, _MAJORS, strict=False)],
    ]
    file = examined(rows)
    assert file.problems == []
    assert file.tables[0].lines.majors == ["音乐表演(戏曲表演)", "戏曲表演", "舞蹈表演", None]


_MAJORS: list[list[Cell]] = [
    ["音乐表演", "否", "是"],
    ["戏曲表演", "否", "是"],
    ["舞蹈表演", "否", "否"],
    [None, "否", "否"],
]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "工商银行批量代发回盘",
            [
                ["姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"],
                ["王雨桐", CARD, 1000, None, 1000, "全部成功"],
            ],
        ),
        (
            "国库集中支付明细",
            [
                ["收款人全称", "收款人账号", "收款人开户行", "支付金额", "用途"],
                ["王雨桐", CARD, "工行", 1000, "助学金"],
            ],
        ),
    ],
)
def test_what_banks_and_the_treasury_paid(name: str, rows: Grid) -> None:
    file = examined(rows, f"{name}.xlsx")
    facts = facts_of(file, "bank-return")
    assert isinstance(facts, Returns)
    assert (facts.amounts_fen, facts.outcomes, file.listings[0].lines.accounts) == ([100_000], ["paid"], [CARD])


def test_allotments_reach_the_ledger_with_each_source() -> None:
    rows: Grid = [
        ["2021年秋季学期学生资助资金下达表"],
        ["资助项目", "文号", "中央资金", "省级资金", "市级资金", "区县资金", "合计"],
        ["普通高中国家助学金", "川财教〔2021〕45号", 6000, 2500, 500, 1000, 10000],
    ]
    facts = examined(rows).listings[0].facts
    assert getattr(facts, "sources", None) == ["central", "provincial", "city", "county"]
