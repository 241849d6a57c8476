"""Parts of a term by column and by row: a money column or a row for each month, 发放批次, 补发2021年秋季."""

from __future__ import annotations

from datetime import date

import pytest

from aidledger.domain.part import Part
from aidledger.domain.roster import RosterFile
from aidledger.presentation.wording import message_and_hint
from aidledger.sheets.recognition.hints import Hints
from tests.builders import Cell, Grid, codes, examined, found, people, shipped

SCHOOL = "高坪职业技术学校"
TERM = f"{SCHOOL}2021年秋季学期中职国家助学金发放花名册"
SPRING = f"{SCHOOL}2022年春季学期中职国家助学金发放花名册"
UNDATED = f"{SCHOOL}中职国家助学金发放花名册"
Row = list[Cell]
Rosters = dict[tuple[str | None, str | None], list[int | None]]


def grid(title: str, headers: str, *rows: Row, upper: Row | None = None, foot: Grid | None = None) -> Grid:
    """A pupil for each row, with some columns behind the name and the number (C and on)."""
    students = [[p.name, p.number, *row] for p, row in zip(people(len(rows)), rows, strict=True)]
    group = [[None, None, *upper]] if upper else []
    return [[title], *group, ["姓名", "身份证号", *headers.split()], *students, *(foot or [])]


def paid(content: Grid, hints: Hints | None = None) -> Rosters:
    """Amounts in 元 by period and part, each of which is one for all lines."""
    file = examined(content, hints=hints or Hints())
    assert file.problems == []
    found: Rosters = {}
    for table in file.tables:
        for roster in table.rosters:
            parts = set(roster.parts) or {None}
            assert len(parts) == 1
            key = (roster.period.code if roster.period else None, parts.pop())
            found[key] = [amount and amount // 100 for amount in roster.amounts_fen]
    return found


# --- a column for each month

SEPTEMBER, OCTOBER = ("2021-autumn", "2021-09"), ("2021-autumn", "2021-10")
TWO_MONTHS: Rosters = {SEPTEMBER: [200, 200], OCTOBER: [200, None]}


@pytest.mark.parametrize(
    "headers",
    [
        "9月 10月",
        "9月份 10月份",
        "九月 十月",
        "2021年9月 2021年10月",
        "9月金额 10月金额",
        "9月助学金 10月助学金",
        "2021年9月助学金(元) 2021年10月助学金(元)",
        "2021年秋季9月 2021年秋季10月",
    ],
)
@pytest.mark.parametrize("total", ["合计", "金额", "实发金额", None])
def test_a_column_for_each_month_is_a_roster_for_each(headers: str, total: str | None) -> None:
    rows: list[Row] = [[200, 200, 400], [200, 0, 200]]
    if total is None:
        assert paid(grid(TERM, headers, *(row[:2] for row in rows))) == TWO_MONTHS
    else:
        assert paid(grid(TERM, f"{headers} {total}", *rows)) == TWO_MONTHS


@pytest.mark.parametrize("blank", [None, 0, "0.00", "-", "无"])
def test_nothing_in_a_month_is_not_paid_that_month(blank: Cell) -> None:
    file = examined(grid(TERM, "9月 10月 合计", [200, 200, 400], [200, blank, 200]))
    assert file.problems == []
    september, october = file.tables[0].rosters
    assert (september.payments, october.payments) == (2, 1)


def test_nobody_in_a_month_is_no_roster() -> None:
    row: Row = [200, 200, None, None, 0]
    assert paid(grid(TERM, "9月 10月 11月 12月 1月", row, row)) == {
        SEPTEMBER: [200, 200],
        OCTOBER: [200, 200],
    }


@pytest.mark.parametrize("total", ["合计", "实发金额"])
def test_the_sum_beside_the_months_has_to_be_theirs_in_every_row(total: str) -> None:
    content = grid(TERM, f"9月 10月 {total}", [200, 200, 400], [200, 0, 300])
    assert found(examined(content)) == [("declared-total-mismatch", "Sheet1", 4, "E")]


def test_totals_are_declared_for_each_month() -> None:
    def with_total(*total: Cell) -> RosterFile:
        return examined(grid(TERM, "9月 10月 合计", [200, 200, 400], [200, 0, 200], foot=[["合计", *total]]))

    assert with_total(None, 400, 200, 600).problems == []
    assert with_total("2人", 400, 200, 600).problems == []
    assert with_total("3人次", 400, 200, 600).problems == []
    assert found(with_total(None, 400, 300, 700)) == [("declared-total-mismatch", "Sheet1", 5, "D")]


def test_the_months_of_a_pupil_are_one_person_time_and_their_sum_is_judged() -> None:
    file = examined(grid(TERM, "9月 10月 11月 12月 1月", [200] * 5, [300] * 5))
    assert found(file) == [("amount-off-standard", "Sheet1", 4, "F")]
    assert sum(roster.payments for roster in file.tables[0].rosters) == 10


def test_months_may_stand_under_a_group_heading() -> None:
    rows: list[Row] = [[200, 200, 400], [200, 0, 200]]
    for upper in (["资助金额（元）", None, None], ["月份", None, None], ["2021年秋季学期", None, None]):
        assert paid(grid(TERM, "9月 10月 合计", *rows, upper=[*upper])) == TWO_MONTHS


@pytest.mark.parametrize(
    ("title", "headers"),
    [
        (UNDATED, "2021年12月 2022年1月 2022年3月"),
        (f"{SCHOOL}2021-2022学年中职国家助学金花名册", "12月 1月 3月"),
        (f"{SCHOOL}2021年秋季、2022年春季学期中职国家助学金花名册", "12月 1月 3月"),
    ],
)
def test_months_say_which_term_they_are_of(title: str, headers: str) -> None:
    assert paid(grid(title, headers, [200, 200, 200])) == {
        ("2021-autumn", "2021-12"): [200],
        ("2021-autumn", "2022-01"): [200],
        ("2022-spring", "2022-03"): [200],
    }


def test_months_of_no_year_and_of_another_term_are_not_guessed() -> None:
    assert codes(examined(grid(UNDATED, "9月 10月", [200, 200]))) == ["period-unknown"]
    assert "part-ambiguous" in codes(examined(grid(SPRING, "9月 10月", [200, 200])))
    clash = f"{SCHOOL}2021年秋季学期10月份中职国家助学金发放花名册"
    assert "part-ambiguous" in codes(examined(grid(clash, "9月 10月", [200, 200])))


def test_months_of_several_programs() -> None:
    title = f"{SCHOOL}2021年秋季学期中职学生资助花名册"
    file = examined(grid(title, "9月助学金 10月助学金 免学费 合计", [200, 200, 1000, 1400]))
    assert file.problems == []
    assert [(roster.program, roster.part(0)) for roster in file.tables[0].rosters] == [
        ("vocational-grant", "2021-09"),
        ("vocational-grant", "2021-10"),
        ("vocational-tuition-waiver", None),
    ]


@pytest.mark.parametrize(
    ("headers", "row", "upper"),
    [
        ("9月 10月 金额", [20, 21, 1000], None),
        ("9月 10月 出勤天数 标准", [20, 21, 41, 1000], None),
        ("9月 10月 金额", [20, 21, 1000], ["出勤天数", None, None]),
        ("9月 金额", [20, 1000], None),
    ],
)
def test_months_that_make_no_amount_are_not_paid(headers: str, row: Row, upper: Row | None) -> None:
    content = grid(TERM, headers, row, upper=upper)
    if upper:
        content[1][-1], content[2][-1] = "金额", None
    file = examined(content)
    assert [roster.parts for roster in file.tables[0].rosters] == [[]]
    assert all(amount in {None, 100_000} for amount in file.tables[0].rosters[0].amounts_fen)


@pytest.mark.parametrize("headers", ["9月金额 10月金额 应发金额", "9月 10月 应发金额", "九月 十月 应发金额"])
def test_money_of_months_that_does_not_make_the_amount_is_asked_for(headers: str) -> None:
    content = grid(TERM, headers, [200, 200, 300])
    file = examined(content)
    assert codes(file) == ["missing-column"]
    said, hint = message_and_hint(file.problems[0], shipped().programs, "en")
    assert "add up to 400.00, but" in said
    assert "says 300.00" in said
    assert "say which one it is" in hint
    assert file.problems[0].facts["field"] == "vocational-grant"
    by_hand = examined(content, hints=Hints(columns={"应发金额": "vocational-grant"}))
    assert codes(by_hand) == ["amount-off-standard"]
    assert by_hand.tables[0].rosters[0].amounts_fen == [30_000]


@pytest.mark.parametrize(
    ("headers", "row"),
    [("9月 10月 金额", [20, 21, 1000]), ("9月 10月 金额", ["√", "√", 1000]), ("9月 金额", [200, 1000])],
)
def test_months_that_were_not_read_are_said(headers: str, row: Row) -> None:
    (note,) = examined(grid(TERM, headers, row)).notes
    assert (note.code, note.columns) == ("unread-columns", tuple(headers.split()[:-1]))


def test_months_that_are_paid_are_not_said_to_be_unread() -> None:
    assert examined(grid(TERM, "9月 10月 合计", [200, 200, 400], [200, None, 200])).notes == []


def test_a_column_for_each_instalment() -> None:
    assert paid(grid(TERM, "第一批金额 第二批金额 合计", [500, 500, 1000], [500, None, 500])) == {
        ("2021-autumn", "instalment-1"): [500, 500],
        ("2021-autumn", "instalment-2"): [500, None],
    }


# --- what is paid back, in a column of its own

BOTH: Rosters = {("2022-spring", None): [1000, 1000], ("2021-autumn", "back-payment"): [200, None]}


@pytest.mark.parametrize(
    ("title", "headers", "rows"),
    [
        (SPRING, "本学期金额 补发2021年秋季金额", ([1000, 200], [1000, None])),
        (SPRING, "本学期金额 补发2021年秋季 合计", ([1000, 200, 1200], [1000, None, 1000])),
        (SPRING, "发放金额 补发2021年秋季学期助学金", ([1000, 200], [1000, None])),
        (SPRING, "应发金额 补发2021年秋季金额 实发金额", ([1000, 200, 1200], [1000, None, 1000])),
        (f"{SPRING}(含补发2021年秋季)", "本学期金额 补发2021年秋季金额", ([1000, 200], [1000, None])),
        (
            f"{SCHOOL}2022年春季学期补发2021年秋季中职国家助学金花名册",
            "本学期金额 补发2021年秋季金额",
            ([1000, 200], [1000, None]),
        ),
    ],
)
def test_a_column_that_pays_back_for_a_term_is_a_roster_of_that_term(
    title: str, headers: str, rows: tuple[Row, Row]
) -> None:
    assert paid(grid(title, headers, *rows)) == BOTH


def test_the_sum_of_what_is_paid_and_paid_back_is_held_against_both() -> None:
    content = grid(SPRING, "本学期金额 补发2021年秋季金额 合计", [1000, 200, 1100])
    assert found(examined(content)) == [("declared-total-mismatch", "Sheet1", 3, "E")]


def test_a_back_payment_of_no_term_is_a_part_of_what_is_paid() -> None:
    assert paid(grid(TERM, "应发金额 补发金额 合计", [500, 500, 1000])) == {("2021-autumn", None): [1000]}
    assert codes(examined(grid(SPRING, "本学期金额 补发上学期金额 合计", [1000, 200, 1200]))) == ["missing-column"]


# --- rows

FIVE = [(2021, 9), (2021, 10), (2021, 11), (2021, 12), (2022, 1)]
CODES = ["2021-09", "2021-10", "2021-11", "2021-12", "2022-01"]


def by_row(title: str, headers: str, *rows: Row) -> RosterFile:
    """Rows of one pupil."""
    one = people(1)[0]
    return examined(
        [[title], ["姓名", "身份证号", *headers.split(), "金额"], *([one.name, one.number, *r] for r in rows)]
    )


@pytest.mark.parametrize("title", [TERM, UNDATED])
def test_a_row_for_each_month_is_no_duplicate_and_one_person_time(title: str) -> None:
    rows: list[Row] = [[year, month, 200] for year, month in FIVE]
    file = by_row(title, "年份 月份", *rows)
    assert file.problems == []
    (roster,) = file.tables[0].rosters
    assert (roster.parts, roster.payments, roster.person_times(file.tables[0].lines)) == (CODES, 5, 1)


@pytest.mark.parametrize(
    "write",
    [
        lambda _, month: month,
        lambda _, month: f"{month}月",
        lambda year, month: f"{year}年{month}月",
        lambda year, month: f"{year}-{month:02d}",
        lambda year, month: f"{year}{month:02d}",
        lambda year, month: date(year, month, 1),
    ],
)
def test_a_month_in_a_row_may_be_worded(write: object) -> None:
    assert callable(write)
    file = by_row(TERM, "月份", *([write(year, month), 200] for year, month in FIVE))
    assert (codes(file), file.tables[0].rosters[0].parts) == ([], CODES)


def test_months_with_their_years_say_the_term() -> None:
    file = by_row(UNDATED, "资助月份", ["2022年1月", 200], ["2022年3月", 200])
    assert file.problems == []
    assert [(r.period.code, r.parts) for r in file.tables[0].rosters if r.period] == [
        ("2021-autumn", ["2022-01", None]),
        ("2022-spring", [None, "2022-03"]),
    ]


@pytest.mark.parametrize(
    ("cell", "part"), [("9-10月", "2021-09/2021-10"), ("9月、10月", "2021-09/2021-10"), ("9-1", None)]
)
def test_several_months_in_a_row(cell: str, part: str | None) -> None:
    file = by_row(TERM, "年份 月份", [2021, cell, 400])
    assert [roster.part(0) for roster in file.tables[0].rosters] == [part]
    assert codes(file) == ([] if part else ["amount-off-standard"])


def test_the_same_month_twice_is_a_duplicate() -> None:
    assert codes(by_row(TERM, "月份", [9, 200], ["9月", 200])) == ["duplicate-in-file"]


def test_a_month_that_is_not_in_the_term_is_named_where_it_stands() -> None:
    file = by_row(TERM, "月份", [9, 200], [3, 200])
    assert ("part-ambiguous", "Sheet1", 4, "C") in found(file)
    assert ("part-ambiguous", "Sheet1", 4, "C") in found(
        by_row(f"{SCHOOL}9月份助学金{TERM}", "月份", [9, 200], [10, 200])
    )
    # the month in which money is paid out need not be one that it is paid for
    assert by_row(TERM, "发放月份", [3, 1000]).problems == []


@pytest.mark.parametrize(
    ("cell", "part"),
    [("第一批", 1), ("第2批", 2), ("二", 2), (1, 1), ("首批", 1), ("2021年秋季第二批", 2), ("第一批次", 1)],
)
def test_an_instalment_in_a_row(cell: Cell, part: int) -> None:
    file = by_row(TERM, "发放批次", [cell, 500])
    assert (codes(file), file.tables[0].rosters[0].parts) == ([], [f"instalment-{part}"])


def test_two_instalments_of_a_pupil_are_two_parts() -> None:
    file = by_row(TERM, "批次", ["第一批", 500], ["第二批", 500])
    assert (codes(file), file.tables[0].rosters[0].parts) == ([], ["instalment-1", "instalment-2"])


@pytest.mark.parametrize(
    ("header", "cell"),
    [("批次", "20211203001"), ("批次", "本科一批"), ("批次", "无"), ("备注", "9月补发"), ("备注", "第一批")],
)
def test_what_is_no_instalment_and_what_stands_in_a_note_is_no_part(header: str, cell: str) -> None:
    file = by_row(TERM, header, [cell, 1000])
    assert (codes(file), file.tables[0].rosters[0].parts) == ([], [])


def test_a_month_that_is_merged_down_is_that_of_every_row() -> None:
    from tests.builders.books import Page, xlsx_book

    rows: Grid = [[p.name, p.number, None, 200] for p in people(3)]
    rows[0][2] = "9月"
    page = Page("Sheet1", [[TERM], ["姓名", "身份证号", "月份", "金额"], *rows], merges=[((2, 2), (4, 2))])
    file = examined(xlsx_book([page]))
    assert file.tables[0].rosters[0].parts == ["2021-09"] * 3


def test_a_subtotal_of_each_month_is_a_total() -> None:
    some = people(2)
    rows: Grid = [[TERM], ["姓名", "身份证号", "月份", "金额"]]
    for month in (9, 10):
        rows += [[p.name, p.number, f"{month}月", 200] for p in some]
        rows.append([f"{month}月小计", None, None, 400])
    assert examined([*rows, ["合计", "2人", None, 800]]).problems == []
    assert examined([*rows, ["合计", "4人次", None, 800]]).problems == []
    assert codes(examined([*rows, ["合计", "3人", None, 800]])) == ["declared-total-mismatch"]


def test_what_is_said_by_hand_overrules_columns_and_rows() -> None:
    by_hand = Hints(part=Part.parse("instalment-2"))
    assert paid(grid(TERM, "月份 金额", [9, 200]), by_hand) == {("2021-autumn", "instalment-2"): [200]}
