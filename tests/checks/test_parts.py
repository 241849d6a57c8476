"""What the standard says of the parts of a term: less is allowed of each, more of none and not of their sum."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import Cell, Grid, examined, found, people, roster_grid

SCHOOL = "高坪职业技术学校2021年秋季学期"
GRANT, TUITION = "中职国家助学金", "中职免学费"


def titled(part: str, amount: Cell, program: str = GRANT, rows: int = 1) -> Grid:
    return roster_grid(rows, title=f"{SCHOOL}{part}{program}花名册", amount=amount)


@pytest.mark.parametrize(
    ("part", "amount", "ok"),
    [
        ("9月份", 200, True),
        ("9月份", 1000, True),
        ("9月份", 1000.01, False),
        ("第一批", 600, True),
        ("补差", 1, True),
        ("补发", 1200, False),
        ("", 200, False),
        ("", 1000, True),
    ],
)
def test_a_part_may_be_less_than_the_standard_and_not_more(part: str, amount: float, ok: bool) -> None:
    assert found(examined(titled(part, amount))) == ([] if ok else [("amount-off-standard", "Sheet1", 3, "F")])


@pytest.mark.parametrize(
    ("amounts", "over"),
    [
        ((200, 200, 200, 200, 200), None),
        ((500, 500, 0.01), "S2"),
        ((900, 200, 200), "S1"),
        ((1100, 200), "S0"),
    ],
)
def test_the_sum_of_the_parts_is_said_once_where_it_goes_over(amounts: tuple[float, ...], over: str | None) -> None:
    months = ["9月", "10月", "11月", "12月", "1月"]
    book = {f"S{i}": titled(months[i], amount) for i, amount in enumerate(amounts)}
    file = examined(book)
    assert found(file) == ([("amount-off-standard", over, 3, "F")] if over else [])


def test_the_facts_name_the_sum() -> None:
    (problem,) = examined({"甲": titled("第一批", 600), "乙": titled("第二批", 500)}).problems
    assert (problem.facts["amount"], problem.facts["allowed"]) == ("1100.00", "1000.00")


def test_a_line_without_a_part_counts_and_is_judged_as_ever() -> None:
    assert found(examined({"甲": titled("", 1000), "乙": titled("补差", 100)})) == [
        ("amount-off-standard", "乙", 3, "F")
    ]
    assert found(examined({"甲": titled("", 900), "乙": titled("补差", 100)})) == [
        ("amount-off-standard", "甲", 3, "F")
    ]


def test_other_people_programs_and_terms_are_summed_apart() -> None:
    other = roster_grid(1, title=f"{SCHOOL}第二批{GRANT}花名册", amount=900, first=1)
    spring = roster_grid(1, title=f"高坪职业技术学校2022年春季学期第一批{GRANT}花名册", amount=900)
    book = {"甲": titled("第一批", 900), "乙": other, "丙": spring, "丁": titled("第一批", 900, TUITION)}
    assert examined(book).problems == []


def test_the_highest_rate_of_a_pupil_is_the_limit() -> None:
    headers = ("序号", "姓名", "身份证号", "性别", "年级", "发放金额", "就读方式", "学段")

    def subsidy(part: str, amount: float, boarding: str) -> Grid:
        title = f"金溪学校2021年秋季学期{part}义务教育阶段困难学生生活补助花名册"
        fill: dict[str, Cell] = {"就读方式": boarding, "学段": "小学"}
        return roster_grid(1, title=title, headers=headers, amount=amount, fill=fill, born=date(2011, 3, 15))

    assert examined({"甲": subsidy("第一批", 250, "寄宿"), "乙": subsidy("第二批", 250, "寄宿")}).problems == []
    day = examined({"甲": subsidy("第一批", 250, "走读"), "乙": subsidy("第二批", 250, "走读")})
    assert found(day) == [("amount-off-standard", "乙", 3, "F")]


def test_a_part_of_nothing_is_not_positive() -> None:
    one = people(1)[0]
    content: Grid = [[f"{SCHOOL}9月份{GRANT}花名册"], ["姓名", "身份证号", "金额"], [one.name, one.number, -200]]
    assert found(examined(content)) == [("amount-not-positive", "Sheet1", 3, "C")]
