"""Lists that say program, term and school row by row, as county systems export them, and sheets that sum up others."""

from __future__ import annotations

import pytest

from tests.builders import Cell, Grid, codes, examined, found, people, roster_grid, with_cells

HEADERS = ["资助项目", "资助金额", "学年", "学期", "姓名", "身份证号码", "学校全称"]  # A to G
GRANT, WAIVER, AUTUMN, SPRING = "普高国家助学金", "普高免学费", "秋季学期", "春季学期"


def listing(*rows: tuple[str, Cell, str, int], title: str = "高坪区学生资助信息") -> Grid:
    """Rows of program, amount, term of the school year 2021-2022, and which made-up person."""
    some = people(10)
    return [
        [title],
        [*HEADERS],
        *([a, b, "2021-2022学年", t, some[i].name, some[i].number, "金溪中学"] for a, b, t, i in rows),
    ]


def paid(grid: Grid) -> dict[tuple[str | None, str | None], list[int | None]]:
    file = examined(grid)
    assert file.problems == []
    rosters = file.tables[0].rosters
    return {(r.program, r.period.code if r.period else None): r.amounts_fen for r in rosters}


def test_every_row_is_paid_under_its_own_program_and_term() -> None:
    grid = listing(
        (GRANT, 1000, AUTUMN, 0), (WAIVER, 400, AUTUMN, 0), (GRANT, 1000, SPRING, 0), (GRANT, 1000, AUTUMN, 1)
    )
    assert paid(grid) == {
        ("high-school-grant", "2021-autumn"): [100_000, None, None, 100_000],
        ("high-school-tuition-waiver", "2021-autumn"): [None, 40_000, None, None],
        ("high-school-grant", "2022-spring"): [None, None, 100_000, None],
    }


def test_a_person_twice_under_one_program_and_term_is_a_duplicate() -> None:
    grid = listing((GRANT, 1000, AUTUMN, 0), (WAIVER, 400, AUTUMN, 0), (GRANT, 1000, AUTUMN, 0))
    assert found(examined(grid)) == [("duplicate-in-file", "Sheet1", 5, "F")]


def test_a_row_whose_program_is_not_understood_is_named() -> None:
    file = examined(listing((GRANT, 1000, AUTUMN, 0), ("爱心基金", 1000, AUTUMN, 1), ("助学金", 1000, AUTUMN, 2)))
    assert found(file) == [
        ("program-unknown", "Sheet1", 4, "A"),
        ("program-ambiguous", "Sheet1", 5, "A"),
    ]


def test_a_row_of_an_unknown_program_is_not_that_of_the_title() -> None:
    rows = ((GRANT, 1000, AUTUMN, 0), ("爱心基金", 1000, AUTUMN, 1))
    file = examined(listing(*rows, title="2021年秋季普高国家助学金"))
    assert found(file) == [("program-unknown", "Sheet1", 4, "A")]


def test_a_row_that_contradicts_the_title_is_named() -> None:
    file = examined(listing((GRANT, 1000, AUTUMN, 0), (WAIVER, 400, AUTUMN, 1), title="2021年秋季普高国家助学金"))
    assert found(file) == [("program-ambiguous", "Sheet1", 4, "A")]
    file = examined(listing((GRANT, 1000, AUTUMN, 0), (GRANT, 1000, SPRING, 1), title="2021年秋季普高国家助学金"))
    assert found(file) == [("period-unknown", "Sheet1", 4, "D")]


def test_a_blank_in_a_row_is_filled_by_the_title() -> None:
    grid = listing((GRANT, 1000, AUTUMN, 0), ("", 1000, "", 1), title="金溪中学2021年秋季普高国家助学金")
    assert paid(with_cells(grid, {"C4": None})) == {("high-school-grant", "2021-autumn"): [100_000, 100_000]}


def test_a_total_of_all_programs_together_is_compared_with_all_rows() -> None:
    grid = listing((GRANT, 1000, AUTUMN, 0), (WAIVER, 400, AUTUMN, 0))
    assert examined([*grid, ["合计", 1400]]).problems == []
    assert found(examined([*grid, ["合计", 1300]])) == [("declared-total-mismatch", "Sheet1", 5, "B")]


def test_a_summary_sheet_that_repeats_the_classes_is_not_counted_again() -> None:
    book = {"汇总": roster_grid(4), "一班": roster_grid(2), "二班": roster_grid(2, first=2)}
    file = examined(book)
    assert file.problems == []
    assert [table.sheet for table in file.tables] == ["一班", "二班"]


def test_a_summary_sheet_that_lists_somebody_more_is_not_passed_over() -> None:
    book = {"汇总": roster_grid(5), "一班": roster_grid(2), "二班": roster_grid(2, first=2)}
    assert codes(examined(book)) == ["duplicate-in-file"]


def test_a_summary_sheet_of_another_program_or_term_counts() -> None:
    # Who gets the waiver gets the grant as well; "汇总" in a name is no reason to lose a program.
    waiver = "金溪中学2021年秋季学期普通高中免学费花名册"
    spring = "金溪中学2022年春季学期普通高中国家助学金花名册"
    for title in (waiver, spring):
        file = examined({"助学金": roster_grid(3), "汇总表": roster_grid(3, title=title)})
        assert sum(roster.payments for table in file.tables for roster in table.rosters) == 6


def test_a_summary_sheet_with_other_amounts_is_not_passed_over_in_silence() -> None:
    file = examined({"一班": roster_grid(3), "汇总": roster_grid(3, amount=1200)})
    assert file.blocked(record_conflicts=False)


def test_a_summary_of_two_sheets_that_are_both_called_so_is_counted_once() -> None:
    file = examined({"全校": roster_grid(3), "汇总": roster_grid(3)})
    assert sum(roster.payments for table in file.tables for roster in table.rosters) in {3, 6}
    assert [table.sheet for table in file.tables] == ["汇总"] or codes(file) == ["duplicate-in-file"]


VOCATIONAL = "高坪职业技术学校中职国家助学金学生名单"


def in_columns(columns: dict[str, Cell], title: str) -> Grid:
    """Two people paid 1000 元 each, with further columns from C on."""
    rows: Grid = [[p.name, p.number, *columns.values(), 1000] for p in people(2)]
    return [[title], ["姓名", "身份证号", *columns, "应发金额"], *rows]


@pytest.mark.parametrize(
    ("year", "month", "period"),
    [
        (2021, 9, "2021-autumn"),
        ("2021", "09", "2021-autumn"),
        ("2021年", "12月", "2021-autumn"),
        (2022, 1, "2021-autumn"),
        (2022, 3, "2022-spring"),
        (2022, 7, "2022-spring"),
    ],
)
def test_year_and_month_name_the_term(year: Cell, month: Cell, period: str) -> None:
    columns = {"年份": year, "月份": month}
    assert paid(in_columns(columns, VOCATIONAL)) == {("vocational-grant", period): [100_000] * 2}


def test_a_month_that_is_none_or_not_in_the_titles_term_is_named() -> None:
    bad = examined(in_columns({"年份": 2021, "月份": 13}, VOCATIONAL))
    assert found(bad) == [("period-unknown", "Sheet1", row, "D") for row in (3, 4)]
    clash = examined(in_columns({"年份": 2022, "月份": 3}, f"2021年秋季{VOCATIONAL}"))
    assert found(clash) == [("period-unknown", "Sheet1", row, "D") for row in (3, 4)]


NO_TERM = "金溪中学普通高中国家助学金"


@pytest.mark.parametrize(
    ("header", "year", "term", "period"),
    [
        ("学年", "2021-2022学年", "1", "2021-autumn"),
        ("学年", "2021-2022", "上", "2021-autumn"),
        ("学年", "2021-2022", "2", "2022-spring"),
        ("学年", "2021", 1, "2021-autumn"),
        ("学年", 2021, "下学期", "2022-spring"),
        ("学年度", "2021-2022学年度", "下", "2022-spring"),
        ("年份", "2021", "秋", "2021-autumn"),
        ("年份", 2021, "春季学期", "2021-spring"),
        ("年度", "2021年", "秋季", "2021-autumn"),
        ("年份", "2021", "1", None),
        ("年份", "2021", "上学期", None),
        ("学年", "2021-2022学年", "全年", None),
    ],
)
def test_a_year_and_a_term_in_columns_of_their_own(header: str, year: Cell, term: Cell, period: str | None) -> None:
    grid = in_columns({header: year, "学期": term}, NO_TERM)
    if period is None:
        assert codes(examined(grid)) == ["period-unknown"]
    else:
        assert paid(grid) == {("high-school-grant", period): [100_000] * 2}


@pytest.mark.parametrize(
    ("term", "period"),
    [
        ("2021-2022-1", "2021-autumn"),
        ("2021-2022-2", "2022-spring"),
        ("2021秋", "2021-autumn"),
        ("21秋", "2021-autumn"),
        ("2021-2022学年上学期", "2021-autumn"),
        ("2021年下半年", "2021-autumn"),
    ],
)
def test_a_term_in_a_cell_may_be_worded(term: str, period: str) -> None:
    assert paid(in_columns({"学期": term}, NO_TERM)) == {("high-school-grant", period): [100_000] * 2}


def test_half_a_year_in_a_cell_is_that_of_the_titles_year_and_must_not_contradict_it() -> None:
    def terms(title: str, term: str) -> list[str]:
        file = examined(in_columns({"学期": term}, f"{title}{NO_TERM}"))
        return codes(file) or [r.period.code for r in file.tables[0].rosters if r.period]

    assert terms("2021-2022学年", "第一学期") == ["2021-autumn"]
    assert terms("2021-2022学年", "春季") == ["2022-spring"]
    assert terms("2021年", "秋") == ["2021-autumn"]
    assert terms("2021年", "第一学期") == ["period-unknown"]
    assert terms("2021年秋季", "秋季学期") == ["2021-autumn"]
    assert terms("2021年秋季", "春季学期") == ["period-unknown"]


def test_a_cover_sheet_tells_what_the_sheets_behind_it_leave_out() -> None:
    cover: Grid = [["金溪中学"], ["2021年秋季学期"], ["普通高中国家助学金发放资料"]]
    book = {"封面": cover, "高一(1)班": roster_grid(2, title=None), "高一(2)班": roster_grid(2, title=None, first=2)}
    file = examined(book)
    assert file.problems == []
    assert {(r.program, r.period.code) for t in file.tables for r in t.rosters if r.period} == {
        ("high-school-grant", "2021-autumn")
    }
    assert [table.school for table in file.tables] == ["金溪中学"] * 2
    behind = examined({"高一(1)班": roster_grid(2, title=None), "封面": cover})
    assert codes(behind) == ["period-unknown", "program-unknown"]


def test_a_sheet_that_names_its_own_term_is_not_of_the_covers() -> None:
    cover: Grid = [["金溪中学2021年秋季学期普通高中国家助学金"]]
    spring = roster_grid(2, title="2022年春季学期普通高中国家助学金")
    file = examined({"封面": cover, "Sheet2": spring})
    assert [r.period.code for r in file.tables[0].rosters if r.period] == ["2022-spring"]
