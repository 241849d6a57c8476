"""Parts of a term that title, sheet name and file name say: a month, an instalment, a back payment, a top-up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.part import Part
from aidledger.domain.roster import RosterFile
from aidledger.domain.term import Period
from aidledger.sheets.recognition.hints import Hints
from tests.builders import Grid, codes, examined, found, roster_grid

SCHOOL = "高坪职业技术学校"
TERM = f"{SCHOOL}2021年秋季学期中职国家助学金发放花名册"
NO_HINTS = Hints()


def read(title: str, sheet: str = "Sheet1", path: str = "名册.xlsx", hints: Hints = NO_HINTS, *more: str) -> RosterFile:
    grid = roster_grid(2, title=title, amount=200)
    lines: Grid = [[line] for line in more]
    return examined({sheet: [grid[0], *lines, *grid[1:]]}, path, hints)


def part(file: RosterFile) -> tuple[str | None, str | None]:
    """The period, and the part of all its lines."""
    assert not file.blocked(record_conflicts=False)
    (roster,) = file.tables[0].rosters
    assert file.tables[0].school == SCHOOL
    named = {roster.part(line) for line in range(len(roster.amounts_fen))}
    assert len(named) == 1
    return roster.period.code if roster.period else None, named.pop()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (f"{SCHOOL}2021年秋季学期(9月份)中职国家助学金发放花名册", "2021-09"),
        (f"{SCHOOL}2021年秋季学期（九月份）中职国家助学金发放花名册", "2021-09"),
        (f"{SCHOOL}2021年秋季学期9月中职国家助学金发放花名册", "2021-09"),
        (f"2021年秋季学期9月份{SCHOOL}中职国家助学金发放花名册", "2021-09"),
        (f"{SCHOOL}2021年秋季学期2022年1月份中职国家助学金发放表", "2022-01"),
        (f"{SCHOOL}2021年秋季学期元月中职国家助学金发放表", "2022-01"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金十二月发放明细", "2021-12"),
        (f"{SCHOOL}2021年秋季学期9-10月中职国家助学金发放花名册", "2021-09/2021-10"),
        (f"{SCHOOL}2021年秋季学期九、十月中职国家助学金发放花名册", "2021-09/2021-10"),
        (f"{SCHOOL}2021年秋季学期2021年11月至2022年1月中职国家助学金花名册", "2021-11/2022-01"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金第一批发放名单", "instalment-1"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金首批发放名单", "instalment-1"),
        (f"第2批{SCHOOL}2021年秋季学期中职国家助学金花名册", "instalment-2"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金花名册（第二批）", "instalment-2"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金补发花名册", "back-payment"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金补差花名册", "top-up"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金差额补发名单", "top-up"),
        (f"{SCHOOL}2021年秋季学期补发中职国家助学金差额花名册", "top-up"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金10月份第二批补发名单", "2021-10+instalment-2+back-payment"),
    ],
)
def test_a_title_names_the_part(title: str, expected: str) -> None:
    assert part(read(title)) == ("2021-autumn", expected)


@pytest.mark.parametrize(
    "title",
    [
        TERM,
        f"{SCHOOL}2021年秋季学期(9-12月)中职国家助学金发放花名册",
        f"{SCHOOL}2021年秋季学期(2021年9月-2022年1月)中职国家助学金发放花名册",
        f"{SCHOOL}2021年9月-2022年1月中职国家助学金发放花名册",
        f"{SCHOOL}2021年秋季学期(2021年9月1日至2022年1月20日)中职国家助学金",
        f"{SCHOOL}2021年秋季学期中职国家助学金发放花名册(2021年12月)",
        f"{SCHOOL}2021年秋季学期中职国家助学金发放花名册 填报时间2021年9月10日",
        f"{SCHOOL}2021年秋季学期中职国家助学金发放花名册（填表日期：2021年9月）",
        f"{SCHOOL}2021年秋季学期中职国家助学金花名册(2021年12月发放)",
        f"{SCHOOL}2021年12月发放2021年秋季学期中职国家助学金花名册",
        f"{SCHOOL}2021年秋季学期中职国家助学金花名册(截至9月底)",
        f"{SCHOOL}2021年秋季学期(2021年9月入学)中职国家助学金花名册",
        f"{SCHOOL}2021年秋季学期中职国家助学金花名册(公示期2021年9月10日-16日)",
        f"{SCHOOL}2021年秋季学期中职国家助学金花名册(含补发)",
        f"{SCHOOL}2021年秋季学期中职国家助学金发放、补发花名册",
        f"{SCHOOL}2022年3月报送2021年秋季学期中职国家助学金花名册",
    ],
)
def test_dates_and_the_whole_term_are_no_part(title: str) -> None:
    file = read(title)
    assert part(file) == ("2021-autumn", None)
    assert file.tables[0].rosters[0].parts == []


@pytest.mark.parametrize(
    "line",
    [
        "填报单位：高坪职业技术学校　　填报时间：2021年9月10日　　单位：元",
        "编制单位:高坪职业技术学校  2021年9月  单位:元",
        "2021年9月",
        "2021年9月10日",
        "填表日期:2021年9月",
        "公示时间:9月10日至9月16日",
        "高坪区学生资助管理中心 2021年12月",
        "经公示无异议",
    ],
)
def test_a_line_that_names_no_roster_names_no_part(line: str) -> None:
    assert part(read(TERM, "Sheet1", "名册.xlsx", NO_HINTS, line)) == ("2021-autumn", None)


@pytest.mark.parametrize("line", ["(9月份)", "九月份", "月份：9月", "发放月份:2021年9月", "2021年秋季学期9月"])
def test_a_line_of_its_own_may_name_the_month(line: str) -> None:
    assert part(read(TERM, "Sheet1", "名册.xlsx", NO_HINTS, line)) == ("2021-autumn", "2021-09")


@pytest.mark.parametrize(
    ("sheet", "path", "expected"),
    [
        ("9月", "名册.xlsx", "2021-09"),
        ("2021年9月", "名册.xlsx", "2021-09"),
        ("第二批", "名册.xlsx", "instalment-2"),
        ("补发", "名册.xlsx", "back-payment"),
        ("Sheet1", f"{SCHOOL}9月份助学金.xlsx", "2021-09"),
        ("Sheet1", "2021年9月.xlsx", "2021-09"),
        ("Sheet1", "2021年9月发放表.xlsx", "2021-09"),
        ("Sheet1", "助学金(第一批).xlsx", "instalment-1"),
        ("9月", "9-10月助学金.xlsx", "2021-09"),
        ("9月", "2021年第一批.xlsx", "2021-09+instalment-1"),
        # when a copy was made
        ("Sheet1", "助学金花名册2021年12月.xlsx", None),
        ("Sheet1", "助学金花名册(2021年12月).xlsx", None),
        ("Sheet1", "2021年9月10日助学金.xlsx", None),
        # a folder says where something was put
        ("Sheet1", "9月/名册.xlsx", None),
    ],
)
def test_the_names_of_sheet_and_file_name_the_part(sheet: str, path: str, expected: str | None) -> None:
    assert part(read(TERM, sheet, path)) == ("2021-autumn", expected)


@pytest.mark.parametrize(
    ("title", "sheet", "path", "parts"),
    [
        (f"{SCHOOL}2021年秋季学期9月份中职国家助学金花名册", "10月", "名册.xlsx", "09 / 10"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金第一批花名册", "Sheet1", "第二批.xlsx", "instalment-1 / instalment-2"),
        (f"{SCHOOL}2021年秋季学期中职国家助学金第一、二批花名册", "Sheet1", "名册.xlsx", "instalment-1 / instalment-2"),
        (f"{SCHOOL}2021年秋季学期9月、11月中职国家助学金花名册", "Sheet1", "名册.xlsx", "09 / 11"),
        (f"{SCHOOL}2021年秋季学期9-10月中职国家助学金花名册", "9月", "名册.xlsx", "09/10 / 09"),
        (f"{SCHOOL}2021年秋季学期3月份中职国家助学金花名册", "Sheet1", "名册.xlsx", "2021-autumn / 03"),
        (
            f"{SCHOOL}2022年春季学期补发9月份中职国家助学金花名册",
            "Sheet1",
            "名册.xlsx",
            "2022-spring / 09 / back-payment",
        ),
    ],
)
def test_parts_that_contradict_each_other_are_not_chosen_between(title: str, sheet: str, path: str, parts: str) -> None:
    file = read(title, sheet, path)
    (problem,) = (problem for problem in file.problems if problem.code == "part-ambiguous")
    assert (problem.place.sheet, problem.place.row, problem.facts["parts"]) == (sheet, 2, parts)
    assert file.blocked(record_conflicts=True)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (f"{SCHOOL}2021年9月中职国家助学金发放表", ("2021-autumn", "2021-09")),
        (f"{SCHOOL}2021年9月份中职国家助学金", ("2021-autumn", "2021-09")),
        (f"{SCHOOL}2021年9-10月中职国家助学金", ("2021-autumn", "2021-09/2021-10")),
        (f"{SCHOOL}2022年1月中职国家助学金发放花名册", ("2021-autumn", "2022-01")),
        (f"{SCHOOL}2021年中职国家助学金9月份发放花名册", ("2021-autumn", "2021-09")),
        (f"{SCHOOL}2021-2022学年3月份中职国家助学金发放花名册", ("2022-spring", "2022-03")),
    ],
)
def test_a_month_says_the_term_where_nothing_else_does(title: str, expected: tuple[str, str]) -> None:
    assert part(read(title)) == expected


def test_a_month_that_may_be_of_making_the_list_says_no_term() -> None:
    assert codes(read(f"{SCHOOL}2021年12月中职国家助学金")) == ["period-unknown"]


@pytest.mark.parametrize(
    ("title", "path", "expected"),
    [
        (f"{SCHOOL}2022年春季学期补发2021年秋季中职国家助学金花名册", "名册.xlsx", "back-payment"),
        (f"{SCHOOL}补发2021年秋季学期中职国家助学金花名册", "2022年春季学期.xlsx", "back-payment"),
        (f"2022年春季学期补发{SCHOOL}2021年秋季学期中职国家助学金花名册", "名册.xlsx", "back-payment"),
        (f"{SCHOOL}2022年春季学期补发2021年秋季中职国家助学金差额", "名册.xlsx", "top-up"),
        (f"{SCHOOL}2022年春季学期补发2021年秋季学期10月份中职国家助学金", "名册.xlsx", "2021-10+back-payment"),
    ],
)
def test_what_is_paid_back_is_for_the_term_that_it_names(title: str, path: str, expected: str) -> None:
    assert part(read(title, "Sheet1", path)) == ("2021-autumn", expected)


@pytest.mark.parametrize(
    "title",
    [
        f"{SCHOOL}2022年春季学期补发上学期中职国家助学金花名册",
        f"{SCHOOL}2022年春季学期补发以前年度中职国家助学金花名册",
        f"{SCHOOL}2022年春季学期中职国家助学金发放花名册(含补发2021年秋季)",
        f"{SCHOOL}补发2021年春季、2021年秋季中职国家助学金花名册",
    ],
)
def test_a_back_payment_of_no_single_term_is_not_guessed(title: str) -> None:
    assert codes(read(title)) == ["period-unknown"]


def test_a_table_of_another_month_below_is_a_table_of_its_own() -> None:
    september = roster_grid(2, title=f"{SCHOOL}2021年秋季学期9月份中职国家助学金花名册", amount=200)
    october = roster_grid(2, title="10月份中职国家助学金花名册", amount=200)
    file = examined([*september, *october, *september[:2], *roster_grid(2, title=None, amount=200, first=2)[1:]])
    assert file.problems == []
    assert [set(table.rosters[0].parts) for table in file.tables] == [{"2021-09"}, {"2021-10"}, {"2021-09"}]


def test_a_month_in_each_sheet_is_one_person_time_and_a_summary_repeats_them() -> None:
    months = {name: roster_grid(2, title=TERM, amount=200) for name in ("9月", "10月")}
    file = examined({**months, "汇总": roster_grid(2, title=TERM, amount=400)})
    assert file.problems == []
    assert [table.sheet for table in file.tables] == ["9月", "10月"]
    other = examined({**months, "汇总": roster_grid(2, title=TERM, amount=500)})
    assert [table.sheet for table in other.tables] == ["9月", "10月", "汇总"]


def test_the_same_month_twice_is_a_duplicate() -> None:
    file = examined({name: roster_grid(2, title=TERM, amount=200) for name in ("9月", "9月份")})
    assert codes(file) == ["duplicate-in-file"]


def test_what_is_said_by_hand_overrules_the_file() -> None:
    title = f"{SCHOOL}2021年秋季学期9月份中职国家助学金花名册"
    assert part(read(title, "第一批", hints=Hints(part=Part.parse("10+top-up")))) == ("2021-autumn", "2021-10+top-up")
    spring = Hints(period=Period(2022, "spring"), part=Part.parse("2021-10"))
    assert ("part-ambiguous", "Sheet1", 2, None) in found(read(title, hints=spring))


WORDINGS = {
    "2021-09": ["9月份", "九月份", "(9月)", "2021年9月份"],
    "2021-12": ["12月份", "十二月份", "（12月）"],
    "2022-01": ["1月份", "元月份", "2022年1月份"],
    "2021-10/2021-11": ["10-11月", "10月至11月", "十、十一月", "2021年10月-11月"],
    "instalment-1": ["第一批", "首批", "第1批", "(第一批次)"],
    "instalment-2": ["第二批", "第2批"],
    "back-payment": ["补发"],
    "top-up": ["补差", "差额补发", "补差额"],
}
TITLES = [
    ("{school}2021年秋季学期{part}中职国家助学金{list}", ""),
    ("{school}2021年秋季学期中职国家助学金{part}{list}", ""),
    ("{school}2021年秋季学期中职国家助学金{list}({part})", ""),
    ("2021年秋季学期{school}中职国家助学金{part}{list}", ""),
    ("{school}中职国家助学金{part}{list}", "2021年秋季学期"),
]
LISTS = ["发放花名册", "发放表", "受助学生名单", "资金发放明细表", ""]


@settings(max_examples=150)
@given(st.data())
def test_a_part_is_the_same_wherever_and_however_it_stands(data: st.DataObject) -> None:
    expected = data.draw(st.sampled_from([*WORDINGS]))
    wording = data.draw(st.sampled_from(WORDINGS[expected]))
    pattern, sheet = data.draw(st.sampled_from(TITLES))
    ending = data.draw(st.sampled_from(LISTS))
    place = data.draw(st.sampled_from(["title", "sheet", "file"]))
    title = pattern.format(school=SCHOOL, part=wording if place == "title" else "", list=ending).replace("()", "")
    sheet = f"{sheet}{wording}" if place == "sheet" else sheet or "Sheet1"
    path = f"{SCHOOL}{wording}助学金.xlsx" if place == "file" else "名册.xlsx"
    assert part(read(title, sheet, path)) == ("2021-autumn", expected)
