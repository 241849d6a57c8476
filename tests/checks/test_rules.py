"""The rules over one roster file: what they report, where, and what they leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from aidledger.checks import CHECKS, problems_of
from aidledger.domain.problem import KINDS, Severity
from aidledger.domain.roster import RosterFile
from tests.builders import HEADERS, Cell, Grid, codes, examined, found, people, roster_grid, shipped, with_cells

COMPULSORY = "金溪学校2021年秋季学期义务教育阶段困难学生生活补助花名册"
LIVING = (*HEADERS, "就读方式", "学段")  # G, H
POVERTY = "高坪职业技术学校2021年秋季学期脱贫户中职学生生活补助花名册"
WARNINGS = {
    *{"amount-off-standard", "sex-id-mismatch", "birth-id-mismatch"},
    *{"age-out-of-range", "entry-year-ineligible", "account-format"},
}
# Beside the contract's: what looks otherwise than it would be read.
OF_LOOKS = {
    *("unit-unknown", "invisible-mark", "outside-table", "row-too-long", "title-between", "ditto-mark"),
    *("amount-merged", "amount-split", "not-to-be-paid", "account-rounded", "account-zeros-lost"),
}
# Beside the contract's: what only lists that pay nobody can have wrong.
OF_OTHER_LISTS = {
    *("outcome-unknown", "document-missing", "date-missing", "value-unknown"),
    *("day-missing", "population-unknown", "day-of-death-missing", "count-format", "member-not-read", "card-not-read"),
    *(code for code in KINDS if code.startswith(("payment-", "recovery-"))),
}
CONFLICTS = {
    *{"declared-total-mismatch", "duplicate-in-file", "duplicate-in-ledger", "duplicate-in-run"},
    *{"name-id-mismatch", "struck-out"},
}


def test_every_code_of_the_contract_has_its_severity() -> None:
    kinds = {code: kind for code, kind in KINDS.items() if code not in OF_OTHER_LISTS | OF_LOOKS}
    assert {code for code, kind in kinds.items() if kind.severity is Severity.WARNING} == WARNINGS
    assert {code for code, kind in kinds.items() if kind.severity is Severity.CONFLICT} == CONFLICTS
    errors = "unreadable-file encrypted-file file-too-large no-header missing-column empty-roster program-unknown"
    errors += " program-not-in-force program-without-pupils"
    errors += " program-ambiguous period-unknown id-missing id-format id-checksum id-birthdate id-precision-lost"
    errors += " name-missing amount-missing amount-format amount-not-positive formula-without-value cell-error"
    errors += " part-ambiguous not-a-payment number-format struck-out-part"
    assert {code for code, kind in kinds.items() if kind.severity is Severity.ERROR} == set(errors.split())


def test_a_clean_roster_gives_no_problem() -> None:
    assert examined(roster_grid(40)).problems == []


def test_nothing_to_check_gives_no_problem() -> None:
    assert list(problems_of(RosterFile(), shipped())) == []
    assert len(CHECKS) == len(set(CHECKS))


def test_checking_changes_nothing() -> None:
    file = examined(with_cells(roster_grid(), {"C4": people(1)[0].number, "F5": 400}))
    before = list(file.problems)
    assert [*problems_of(file, shipped())] == [*problems_of(file, shipped())]
    assert file.problems == before


# --- duplicates and names


def test_the_second_and_every_later_row_of_a_person_is_a_duplicate() -> None:
    first = people(1)[0]
    again: dict[str, Cell] = {"B4": first.name, "C4": first.number, "B6": first.name, "C6": first.number}
    file = examined(with_cells(roster_grid(5, total=False), {**again, "D4": None, "D6": None}))
    assert found(file) == [("duplicate-in-file", "Sheet1", 4, "C"), ("duplicate-in-file", "Sheet1", 6, "C")]
    assert [problem.facts["first_row"] for problem in file.problems] == [3, 3]
    assert file.problems[0].severity is Severity.CONFLICT
    assert file.tables[0].rosters[0].payments == 5  # nothing is dropped


def test_a_person_in_two_sheets_is_a_duplicate_in_the_second() -> None:
    file = examined({"一班": roster_grid(3), "二班": roster_grid(3, first=2)})
    assert found(file) == [("duplicate-in-file", "二班", 3, "C")]
    assert file.problems[0].facts["first_row"] == 5
    assert "一班" in str(file.problems[0].facts["first_sheet"])


@pytest.mark.parametrize(
    "second",
    ["金溪中学2022年春季学期普通高中国家助学金发放花名册", "金溪中学2021年秋季学期普通高中免学费花名册"],
)
def test_a_person_in_two_terms_or_two_programs_is_no_duplicate(second: str) -> None:
    file = examined({"甲": roster_grid(), "乙": roster_grid(title=second)})
    assert file.problems == []


def test_a_duplicate_whose_number_was_typed_differently_is_found() -> None:
    number = people(1)[0].number
    file = examined(
        with_cells(
            roster_grid(total=False), {"B4": people(1)[0].name, "C4": f" {number[:6]} {number[6:]}'", "D4": None}
        )
    )
    assert codes(file) == ["duplicate-in-file"]


def test_rows_without_a_number_are_no_duplicates_of_each_other() -> None:
    file = examined(with_cells(roster_grid(total=False), {"C3": None, "C4": None}))
    assert codes(file) == ["id-missing"]


def test_one_number_with_two_names_is_a_mismatch_at_the_second_name() -> None:
    title = "金溪中学2021年秋季学期普通高中免学费花名册"
    book: dict[str, Grid] = {"甲": roster_grid(), "乙": with_cells(roster_grid(title=title), {"B4": "别的名字"})}
    file = examined(book)
    assert found(file) == [("name-id-mismatch", "乙", 4, "B")]
    assert file.problems[0].severity is Severity.CONFLICT
    assert "甲" in str(file.problems[0].facts["where"])
    assert "4" in str(file.problems[0].facts["where"])


def test_one_number_with_two_names_in_one_program_is_both() -> None:
    file = examined(with_cells(roster_grid(total=False), {"C4": people(1)[0].number, "D4": None}))
    assert found(file) == [("name-id-mismatch", "Sheet1", 4, "B"), ("duplicate-in-file", "Sheet1", 4, "C")]


def test_one_name_with_two_numbers_is_nothing_unusual() -> None:
    assert examined(with_cells(roster_grid(), {"B4": people(1)[0].name})).problems == []


# --- standards


@pytest.mark.parametrize(
    ("amount", "boarding", "level", "ok"),
    [
        (500, "寄宿", "小学", True),
        (625, "寄宿", "初中", True),
        (250, "走读", "小学", True),
        (312.5, "走读", "初中", True),
        (312.5, "走读", "小学", False),
        (500, "走读", "小学", False),
        (500, "寄宿", "初中", False),
        (1000, "寄宿", "初中", False),
        (500, None, None, True),
        (312.5, None, "初中", True),
        (500, None, "初中", False),
        (312.5, "住校", None, False),
    ],
)
def test_a_living_subsidy_is_judged_by_level_and_boarding(
    amount: float, boarding: str | None, level: str | None, ok: bool
) -> None:
    fill: dict[str, Cell] = {"就读方式": boarding, "学段": level, "年级": None}
    born = date(2010, 3, 15)
    grid = roster_grid(1, title=COMPULSORY, headers=LIVING, amount=amount, fill=fill, born=born)
    assert found(examined(grid)) == ([] if ok else [("amount-off-standard", "Sheet1", 3, "F")])


@pytest.mark.parametrize(("grade", "amount"), [("三年级", 500), ("八年级", 625), ("初二", 625), ("6年级", 500)])
def test_the_grade_tells_the_level_where_no_column_does(grade: str, amount: int) -> None:
    fill: dict[str, Cell] = {"就读方式": "寄宿", "年级": grade}
    headers = LIVING[:-1]
    grid = roster_grid(1, title=COMPULSORY, headers=headers, amount=amount, fill=fill, born=date(2010, 3, 15))
    assert found(examined(grid)) == []
    assert codes(examined(with_cells(grid, {"F3": 1125 - amount}))) == [
        "amount-off-standard",
        "declared-total-mismatch",
    ]


def test_the_standard_is_that_of_the_period_paid_for() -> None:
    fill: dict[str, Cell] = {"就读方式": "寄宿", "学段": "小学"}
    for title, amount in ((COMPULSORY, 500), (COMPULSORY.replace("2021年秋季", "2024年春季"), 625)):
        for paid in (500, 625):
            grid = roster_grid(1, title=title, headers=LIVING, amount=paid, fill=fill, born=date(2014, 3, 15))
            assert ("amount-off-standard" in codes(examined(grid))) is (paid != amount)


def test_where_no_standard_is_known_no_amount_is_off() -> None:
    title = "金溪中学2009年秋季学期普通高中国家助学金花名册"
    assert examined(roster_grid(title=title, amount=123, born=date(1993, 3, 15))).problems == []


def test_the_facts_name_what_is_allowed_and_by_which_document() -> None:
    fill: dict[str, Cell] = {"就读方式": "寄宿", "学段": "小学"}
    grid = roster_grid(1, title=COMPULSORY, headers=LIVING, amount=400, fill=fill, born=date(2011, 3, 15))
    (problem,) = examined(grid).problems
    assert problem.facts == {"amount": "400.00", "allowed": "500.00", "reference": "-"}  # the document is only believed
    title = "金溪中学2025年秋季学期普通高中国家助学金花名册"
    (problem,) = examined(roster_grid(1, title=title, amount=1800, born=date(2009, 3, 15))).problems
    assert problem.facts == {
        "amount": "1800.00",
        "allowed": "600.00-1750.00",
        "reference": "财教〔2024〕181号",
    }


# --- eligibility


@pytest.mark.parametrize(
    ("born", "ok"),
    [
        (date(2008, 8, 1), True),  # 13 on the first day of the term
        (date(2008, 8, 2), False),
        (date(1998, 8, 2), True),  # 22 until the day after the term begins
        (date(1998, 8, 1), False),
        (date(2004, 2, 29), True),
    ],
)
def test_age_is_counted_on_the_first_day_of_the_term(born: date, ok: bool) -> None:
    file = examined(roster_grid(1, born=born))
    assert found(file) == ([] if ok else [("age-out-of-range", "Sheet1", 3, "C")])
    if not ok:
        assert file.problems[0].facts["age"] == (12 if born.year == 2008 else 23)


@pytest.mark.parametrize(
    ("entered", "ok"),
    [
        *[(2020, True), ("2019", True), ("2020级", True), ("2020年9月", True), (date(2020, 9, 1), True), (None, True)],
        *[(2021, False), ("2021级", False), ("2021年9月", False), ("2022-09-01", False), (date(2021, 9, 1), False)],
        *[("202109", False), ("20210901", False), ("2021.9", False)],
    ],
)
def test_the_poverty_subsidy_is_for_those_who_entered_in_time(entered: Cell, ok: bool) -> None:
    headers = (*HEADERS, "入学时间")
    grid = roster_grid(1, title=POVERTY, headers=headers, amount=500, fill={"入学时间": entered})
    file = examined(grid)
    assert found(file) == ([] if ok else [("entry-year-ineligible", "Sheet1", 3, "G")])


@pytest.mark.parametrize(("entered", "ok"), [(2015, False), (2016, True), (2020, True), (2021, False)])
def test_college_aid_is_for_those_who_entered_from_2016_to_2020(entered: int, ok: bool) -> None:
    title = "高坪区2021年脱贫户本专科学生学费资助和生活补助名单"
    headers = (*HEADERS, "入学年份")
    grid = roster_grid(1, title=title, headers=headers, amount=4000, fill={"入学年份": entered}, born=date(2001, 3, 1))
    file = examined(grid)
    assert found(file) == ([] if ok else [("entry-year-ineligible", "Sheet1", 3, "G")])
    if not ok:
        assert file.problems[0].facts["years"] == "2016-2020"


# --- accounts


@pytest.mark.parametrize(
    ("account", "ok"),
    [
        ("6217003810012345678", True),
        ("6217 0038 1001 2345 678", True),
        ("６２１７００３８１００１２３４５６７８", True),
        ("'6217003810012345", True),
        ("123456789012", True),
        (621700381001234, True),
        (None, True),
        ("无", True),
        ("12345678901", False),
        ("62170038100123456789", False),
        ("6217-0038-1001-2345-678", False),
        ("农商行6217003810012345678", False),
        ("6.217E+18", False),
        (6217003810012345678, False),
    ],
)
def test_a_card_has_12_to_19_digits_or_is_not_given(account: Cell, ok: bool) -> None:
    grid = roster_grid(1, headers=(*HEADERS, "银行卡号"), fill={"银行卡号": account})
    file = examined(grid)
    assert found(file) == ([] if ok else [("account-format", "Sheet1", 3, "G")])


# --- totals


def test_a_total_is_not_held_against_rows_that_could_not_be_read() -> None:
    file = examined(with_cells(roster_grid(), {"F4": "若干"}))
    assert codes(file) == ["amount-format"]


def test_a_mismatch_says_what_was_declared_and_what_the_rows_make() -> None:
    (problem,) = examined(with_cells(roster_grid(), {"F6": "2,999.50"})).problems
    assert (str(problem.facts["declared"])[:7], str(problem.facts["actual"])[:7]) == ("2999.50", "3000.00")
    (problem,) = examined(with_cells(roster_grid(), {"B6": "4人"})).problems
    assert (str(problem.facts["declared"])[:1], str(problem.facts["actual"])[:1]) == ("4", "3")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_every_sheet_is_held_against_its_own_total(order: Sequence[int]) -> None:
    grids = [roster_grid(2), with_cells(roster_grid(3, first=10), {"F6": 1})]
    file = examined({f"{i}班": grids[i] for i in order})
    assert found(file) == [("declared-total-mismatch", "1班", 6, "F")]
