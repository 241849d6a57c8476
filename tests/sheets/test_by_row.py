"""Lists that say program, term and school row by row, as county systems export them, and sheets that sum up others."""

from __future__ import annotations

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
        assert sum(roster.person_times for table in file.tables for roster in table.rosters) == 6


def test_a_summary_sheet_with_other_amounts_is_not_passed_over_in_silence() -> None:
    file = examined({"一班": roster_grid(3), "汇总": roster_grid(3, amount=1200)})
    assert file.blocked(record_conflicts=False)


def test_a_summary_of_two_sheets_that_are_both_called_so_is_counted_once() -> None:
    file = examined({"全校": roster_grid(3), "汇总": roster_grid(3)})
    assert sum(roster.person_times for table in file.tables for roster in table.rosters) in {3, 6}
    assert [table.sheet for table in file.tables] == ["汇总"] or codes(file) == ["duplicate-in-file"]
