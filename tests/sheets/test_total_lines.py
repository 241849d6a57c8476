"""What lines of totals say: in figures, in capitals, in sentences; of a page, of everything so far, above the table."""

from __future__ import annotations

import pytest

from aidledger.domain.roster import Fate, RosterFile
from tests.builders import TITLE, Cell, Grid, examined, found, people, roster_grid, two_program_grid

HEADER: list[Cell] = ["序号", "姓名", "身份证号", "年级", "金额"]  # A to E


def students(count: int = 3, first: int = 0) -> Grid:
    return [[i, p.name, p.number, "高一", 1000] for i, p in enumerate(people(count, first=first), 1)]


def roster(*below: list[Cell], above: Grid | None = None) -> Grid:
    """Three students of 1000 元 in rows 3 to 5, then some lines from row 6 on."""
    return [[TITLE], *(above or []), HEADER, *students(), *below]


def declared(file: RosterFile) -> tuple[int | None, int | None]:
    (paid,) = file.tables[0].rosters
    assert paid.declared is not None
    return paid.declared.person_times, paid.declared.amount_fen


@pytest.mark.parametrize(
    ("line", "persons"),
    [
        (["合计（大写）：叁仟元整"], None),
        (["合计", None, None, None, "叁仟元整"], None),
        (["合计(大写)", "叁仟元整", None, None, 3000], None),
        (["合计：叁仟元整（¥3000.00）"], None),
        (["人民币（大写）：叁仟元整"], None),
        (["大写：叁仟元整"], None),
        (["人民币大写：叁仟元整", None, None, "小写：3000"], None),
        (["金额合计（大写）", "叁仟圆整", None, None, 3000], None),
        (["合计", None, "3人", None, 3000], 3),
        (["合计3人，3000元"], 3),
        (["以上共计3人，合计3000元"], 3),
        (["以上共计3人，合计人民币3000元（大写：叁仟元整）"], 3),
        (["本表共计3人，金额合计3000元"], 3),
        (["共3人，共计发放3000.00元"], 3),
        (["总计3人次，金额3,000元"], 3),
        (["共计：3人，0.3万元。"], 3),
        (["人数合计", 3, None, None, 3000], 3),
        (["合计（人）", 3, None, None, 3000], 3),
        (["合计人次", "3", None, None, 3000], 3),
        (["合计人数:3", None, "合计金额:3000"], 3),
        (["总人数", "3", "总金额", None, "3000"], 3),
        (["全校合计", None, None, None, 3000], None),
        (["高一（1）班合计", None, None, None, 3000], None),
        (["本班共3人", None, None, None, 3000], 3),
        (["Total", None, None, None, 3000], None),
        (["合计", "3人", None, "男1人女2人", 3000], 3),
    ],
)
def test_a_total_may_be_worded(line: list[Cell], persons: int | None) -> None:
    file = examined(roster(line))
    assert file.problems == []
    assert (file.fates[Fate.STUDENT], file.fates[Fate.TOTAL]) == (3, 1)
    assert declared(file) == (persons, 300_000)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (["合计（大写）：贰仟元整"], "E"),
        (["合计", "贰仟元整", None, None, 3000], "E"),
        (["合计", "叁仟元整", None, None, 2000], "E"),
        (["合计金额（大写）：叁仟壹佰元整", None, None, None, 3000], "E"),
        (["以上共计3人，合计4000元"], "E"),
        (["合计人数：3人", None, "合计金额：2000元"], "E"),
        (["以上共计4人，合计3000元"], None),
        (["合计", None, "4人", None, 3000], None),
    ],
)
def test_a_total_that_is_wrong_anywhere_in_its_line_is_a_mismatch(line: list[Cell], column: str | None) -> None:
    assert found(examined(roster(line))) == [("declared-total-mismatch", "Sheet1", 6, column)]


def test_the_line_below_a_total_may_repeat_it_in_capitals() -> None:
    total: list[Cell] = ["合计", None, None, None, 3000]
    assert examined(roster(total, ["大写", "叁仟元整"])).problems == []
    wrong = examined(roster(total, ["人民币大写：贰仟元整"]))
    assert found(wrong) == [("declared-total-mismatch", "Sheet1", 7, "E")]


def line(label: str, amount: int) -> list[Cell]:
    return [label, None, None, None, amount]


def test_a_page_has_its_own_total_and_one_of_everything_so_far() -> None:
    def pages(*amounts: int) -> Grid:
        own, so_far, second, in_all, everything = amounts
        first_page: Grid = [*students(), line("本页小计", own), line("累计", so_far)]
        second_page: Grid = [*students(3, first=3), line("本页小计", second), line("累计", in_all)]
        return [[TITLE], HEADER, *first_page, *second_page, line("总计", everything)]

    assert examined(pages(3000, 3000, 3000, 6000, 6000)).problems == []
    wrong = examined(pages(2000, 3000, 3000, 5000, 7000))
    assert [row for _, _, row, _ in found(wrong)] == [6, 12, 13]
    assert declared(examined(pages(3000, 3000, 3000, 6000, 6000))) == (None, 600_000)


@pytest.mark.parametrize("last", [("总计", 6000), ("合计", 6000), ("合计", 3000)])
def test_a_total_between_students_is_of_those_since_the_last_one(last: tuple[str, int]) -> None:
    two: Grid = [*students(), line("合计", 3000), *students(3, first=3)]
    ends: Grid = [line("合计", 3000)] if last[1] == 6000 else []
    assert examined([[TITLE], HEADER, *two, *ends, line(*last)]).problems == []


def test_a_wrong_total_between_students_is_named() -> None:
    grid: Grid = [[TITLE], HEADER, *students(), line("合计", 2000), *students(3, first=3), line("合计", 6000)]
    assert found(examined(grid)) == [("declared-total-mismatch", "Sheet1", 6, "E")]


def test_a_student_below_the_only_total_is_missing_in_it() -> None:
    grid = roster(line("合计", 3000), *students(1, first=9))
    assert found(examined(grid)) == [("declared-total-mismatch", "Sheet1", 6, "E")]
    assert examined(roster(line("合计", 4000), *students(1, first=9))).problems == []


@pytest.mark.parametrize(
    "above",
    [["共3人，金额3000元"], ["资助人数：3人", None, "资助金额：3000元"], ["人数：3人", "金额：3000元"], ["(共3人)"]],
)
def test_a_total_may_stand_above_the_table(above: list[Cell]) -> None:
    file = examined(roster(above=[above]))
    assert file.problems == []
    assert file.fates[Fate.HEADING] == 3
    assert declared(file) == (3, 300_000 if "3000" in str(above) else None)


@pytest.mark.parametrize(
    ("above", "column"), [(["共4人，金额3000元"], None), (["资助人数：3人", None, "资助金额：4000元"], "E")]
)
def test_a_wrong_total_above_the_table_is_a_mismatch(above: list[Cell], column: str | None) -> None:
    assert found(examined(roster(above=[above]))) == [("declared-total-mismatch", "Sheet1", 2, column)]


@pytest.mark.parametrize(
    "above", [["全校学生500人"], ["下达资金：50000元"], ["在校学生总人数：500人"], ["附件3"], ["500元/人"]]
)
def test_a_number_in_the_title_that_is_not_of_those_who_are_paid_declares_nothing(above: list[Cell]) -> None:
    assert examined(roster(above=[above])).problems == []


def test_a_total_may_be_the_first_row_of_the_table() -> None:
    def grid(amount: int, *below: list[Cell]) -> Grid:
        return [[TITLE], HEADER, ["合计", "3人", None, None, amount], *students(), *below]

    assert examined(grid(3000)).problems == []
    assert declared(examined(grid(3000, line("合计", 3000)))) == (3, 300_000)
    assert found(examined(grid(4000))) == [("declared-total-mismatch", "Sheet1", 3, "E")]


def test_a_sum_in_words_is_of_all_the_programs_together() -> None:
    three = two_program_grid()
    total: list[Cell] = ["合计", None, None, None, 3000, 1200]
    assert examined([*three, total, ["合计（大写）：肆仟贰佰元整"]]).problems == []
    wrong = examined([*three, total, ["合计（大写）：叁仟元整"]])
    assert found(wrong) == [("declared-total-mismatch", "Sheet1", 7, "E")]


def test_a_sum_of_another_column_is_not_of_what_is_paid() -> None:
    header: list[Cell] = ["姓名", "身份证号", "年补助标准", "家庭人口", "金额"]
    rows: Grid = [[p.name, p.number, "2000元", "4人", "1000元"] for p in people(3)]
    total: list[Cell] = ["合计（大写）：叁仟元整", None, "6000元", None, "3000元"]
    assert examined([[TITLE], header, *rows, total]).problems == []


def test_a_row_of_a_total_never_counts_as_a_student() -> None:
    for label in ("合计", "合计金额（元）", "金额合计", "本校合计", "全年级合计", "汇总", "合计数"):
        file = examined([*roster_grid(total=False), [label, None, None, None, None, 3000]])
        assert (file.problems, file.fates[Fate.STUDENT]) == ([], 3)
