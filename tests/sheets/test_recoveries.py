"""Lists of money that came back (退款, 追缴, 清退, 收回): told from payments and from banks' returns, read whole."""

from __future__ import annotations

from datetime import date

import pytest

from aidledger.domain.listing import ListTable, Recoveries
from aidledger.domain.roster import RosterFile
from aidledger.sheets.recognition.hints import Hints
from tests.builders import Cell, Grid, codes, examined, found, people, with_cells

TERM = "金溪中学2021年秋季学期普通高中国家助学金"
HEADERS = "追缴金额 追缴原因 缴回日期 缴款书号"  # C to F
ROW: list[Cell] = [500, "已转学", "2021-12-03", "川财No.0012345"]


def grid(title: str, headers: str = HEADERS, row: list[Cell] = ROW, *more: str, foot: Grid | None = None) -> Grid:
    """Two pupils with the same row behind name and number."""
    students: Grid = [[p.name, p.number, *row] for p in people(2)]
    lines: Grid = [[line] for line in more]
    return [[title], *lines, ["姓名", "身份证号", *headers.split()], *students, *(foot or [])]


def listed(file: RosterFile) -> tuple[ListTable, Recoveries]:
    assert file.tables == []
    (listing,) = file.listings
    assert (file.kind, listing.kind) == ("recovery", "recovery")
    assert isinstance(listing.facts, Recoveries)
    return listing, listing.facts


def test_a_list_of_recoveries_says_from_whom_what_when_and_by_what() -> None:
    file = examined(grid(f"{TERM}追缴名单"))
    assert file.problems == []
    listing, facts = listed(file)
    assert (listing.school, listing.period and listing.period.code) == ("金溪中学", "2021-autumn")
    assert listing.lines.numbers == [p.number for p in people(2)]
    assert (listing.records, listing.amount_fen) == (2, 100_000)
    assert facts.programs == ["high-school-grant"] * 2
    assert [period.code for period in facts.periods if period] == ["2021-autumn"] * 2
    assert facts.recovered_on == ["2021-12-03"] * 2
    assert facts.documents == ["川财No.0012345"] * 2
    assert facts.reasons == ["已转学"] * 2


@pytest.mark.parametrize(
    "title",
    [
        f"{TERM}追缴名单",
        f"{TERM}退款花名册",
        f"{TERM}退款明细表",
        f"{TERM}清退资金花名册",
        f"{TERM}收回资金统计表",
        f"退回资助款名单({TERM})",
        f"{TERM}缴回国库名册",
        f"{TERM}重复发放资金追缴花名册",
        f"{TERM}建档立卡学生退款名册",
    ],
)
@pytest.mark.parametrize("money", ["金额", "追缴金额", "退款金额(元)"])
def test_a_title_calls_it_so(title: str, money: str) -> None:
    file = examined(grid(title, f"{money} 缴回日期 收据号", [500, "2021.12.3", "0012345"]))
    assert file.problems == []
    assert listed(file)[1].amounts_fen == [50_000] * 2


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        ("退款金额 退款日期 收据号", [500, date(2021, 12, 3), 123456]),
        ("收回金额(元) 收回日期 凭证号", [500, "20211203", "123456"]),
        ("金额 退款原因 到账日期 票据号", [500, "重复领取", "2021-12-03", "123456"]),
        ("追缴金额 追缴原因 缴回日期 流水号", [500, "死亡", "2021年12月3日", "123456"]),
        ("应追缴金额 实际追缴金额 缴回日期 单据号", [600, 500, "2021-12-03", "123456"]),
    ],
)
def test_its_columns_say_so_where_the_title_does_not(headers: str, row: list[Cell]) -> None:
    file = examined(grid(f"{TERM}学生名单", headers, row))
    assert file.problems == []
    _, facts = listed(file)
    assert (facts.amounts_fen, facts.recovered_on, facts.documents) == (
        [50_000] * 2,
        ["2021-12-03"] * 2,
        ["123456"] * 2,
    )


@pytest.mark.parametrize("sheet", ["退款名单", "追缴"])
def test_the_name_of_the_sheet_says_so(sheet: str) -> None:
    listed(examined({sheet: grid(f"{TERM}学生名单", "金额 缴回日期 收据号", [500, "2021-12-03", "0012345"])}))


@pytest.mark.parametrize(
    "lines",
    [
        ["收回日期：2021年12月3日　　收据号：No.0012345"],
        ["上述资金已于2021年12月3日缴回国库，缴款书号0012345"],
        ["缴款日期:2021-12-03", "票据号码:0012345"],
    ],
)
def test_day_and_document_may_stand_around_the_table(lines: list[str]) -> None:
    for content in (
        grid(f"{TERM}追缴名单", "金额", [500], *lines),
        grid(f"{TERM}追缴名单", "金额", [500], foot=[[line] for line in lines]),
    ):
        file = examined(content)
        assert file.problems == []
        _, facts = listed(file)
        assert (facts.recovered_on, facts.documents) == (["2021-12-03"] * 2, ["0012345"] * 2)


def test_a_document_may_be_the_one_that_asked_for_the_money() -> None:
    file = examined(grid(f"{TERM}追缴名单", "金额 缴回日期", [500, "2021-12-03"], "根据川财教[2021]45号"))
    assert (codes(file), listed(file)[1].documents) == ([], ["川财教〔2021〕45号"] * 2)


@pytest.mark.parametrize("line", ["填表日期：2021年12月3日", "2021年12月3日", "经公示（2021年12月3日）无异议"])
def test_a_day_of_making_the_list_is_not_the_day_of_the_money(line: str) -> None:
    file = examined(grid(f"{TERM}追缴名单", "金额 收据号", [500, "0012345"], line))
    assert found(file) == [("date-missing", "Sheet1", row, None) for row in (4, 5)]


def test_every_line_needs_a_day_a_document_and_an_amount_that_came_back() -> None:
    cells: dict[str, Cell] = {"C3": -500, "E3": None, "F3": None, "C4": 0, "E4": "2021年12月", "F4": "无"}
    file = examined(with_cells(grid(f"{TERM}追缴名单"), cells))
    assert sorted(found(file), key=str) == [
        ("amount-not-positive", "Sheet1", 3, "C"),
        ("amount-not-positive", "Sheet1", 4, "C"),
        ("date-missing", "Sheet1", 3, "E"),
        ("date-missing", "Sheet1", 4, "E"),
        ("document-missing", "Sheet1", 3, "F"),
        ("document-missing", "Sheet1", 4, "F"),
    ]
    assert file.blocked(record_conflicts=True)


def test_name_and_number_are_needed_and_checked() -> None:
    file = examined(with_cells(grid(f"{TERM}追缴名单"), {"A3": None, "B3": None, "B4": "51130320090317012"}))
    assert codes(file) == ["id-format", "id-missing", "name-missing"]
    without = [[cell for i, cell in enumerate(row) if i != 1] for row in grid(f"{TERM}追缴名单")]
    assert codes(examined(without)) == ["id-missing", "missing-column"] or codes(examined(without)) == [
        "missing-column"
    ]


def test_the_program_and_the_term_may_stand_in_every_row() -> None:
    headers = "资助项目 学期 追缴金额 缴回日期 票据号"
    content = grid("高坪区资助资金追缴表", headers, ["普高国家助学金", "2021年秋季", 500, "2021-12-03", "0012345"])
    file = examined(with_cells(content, {"C4": "普高免学费", "D4": "2022年春季"}))
    assert file.problems == []
    listing, facts = listed(file)
    assert facts.programs == ["high-school-grant", "high-school-tuition-waiver"]
    assert [period.code for period in facts.periods if period] == ["2021-autumn", "2022-spring"]
    assert listing.period is None


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("金溪中学2021年秋季学期追缴名单", "program-unknown"),
        ("金溪中学2021年秋季学期普通高中国家助学金、免学费追缴名单", "program-ambiguous"),
        ("金溪中学普通高中国家助学金追缴名单", "period-unknown"),
        ("金溪中学2022年春季学期追缴上学期普通高中国家助学金名单", "period-unknown"),
    ],
)
def test_what_the_title_does_not_say_is_not_guessed(title: str, code: str) -> None:
    assert found(examined(grid(title))) == [(code, "Sheet1", 2, None)]


def test_the_term_is_the_one_that_the_money_was_paid_for() -> None:
    file = examined(grid("金溪中学2022年春季学期追缴2021年秋季学期普通高中国家助学金名单"))
    assert file.problems == []
    assert listed(file)[0].period == listed(examined(grid(f"{TERM}追缴名单")))[0].period


def test_its_total_is_held_against_its_lines() -> None:
    right = grid(f"{TERM}追缴名单", foot=[["合计", "2人", 1000]])
    assert examined(right).problems == []
    assert found(examined(with_cells(right, {"C5": 1100}))) == [("declared-total-mismatch", "Sheet1", 5, "C")]


def test_the_same_money_twice_is_a_duplicate_and_two_receipts_are_two_recoveries() -> None:
    content = grid(f"{TERM}追缴名单")
    assert found(examined([*content, content[2]])) == [("duplicate-in-file", "Sheet1", 5, "B")]
    assert examined([*content, [*content[2][:-1], "0054321"]]).problems == []


def test_what_is_said_by_hand_overrules_the_file() -> None:
    file = examined(
        grid(f"{TERM}名单", "金额 到账日期 文号", [500, "2021-12-03", "0012345"]), hints=Hints(kind="recovery")
    )
    assert file.problems == []
    assert listed(file)[1].documents == ["0012345"] * 2


# --- neighbours


@pytest.mark.parametrize(
    ("title", "headers", "row"),
    [
        (f"{TERM}补发退回款花名册", "金额", [500]),
        (f"{TERM}收回资金重新发放花名册", "金额", [500]),
        (f"{TERM}发放花名册", "发放金额 退款金额", [1000, 500]),
        (f"{TERM}发放花名册", "金额 退款原因", [1000, "重复"]),
        (f"{TERM}退款清单", "金额", [500]),
    ],
)
def test_a_list_that_may_pay_or_take_back_is_refused(title: str, headers: str, row: list[Cell]) -> None:
    file = examined(grid(title, headers, row))
    assert codes(file) == ["not-a-payment"]
    assert file.listings == []


def test_a_roster_that_has_room_for_refunds_is_a_roster() -> None:
    file = examined(grid(f"{TERM}发放花名册", "发放金额 退款金额 退款原因 退款日期", [1000, None, None, None]))
    assert file.problems == []
    assert file.tables[0].rosters[0].amounts_fen == [100_000] * 2


@pytest.mark.parametrize(
    ("headers", "row", "kind"),
    [
        ("退款金额 退款原因 退款日期 缴款书号", [500, "转学", "2021-12-03", "0012345"], "recovery"),
        ("银行卡号 金额 处理结果", ["6217003810012345", 500, "退票"], "bank-return"),
        ("银行卡号 金额 退款原因 流水号", ["6217003810012345", 500, "户名不符", "S1"], "bank-return"),
    ],
)
def test_a_list_of_refunds_is_the_banks_or_the_offices(headers: str, row: list[Cell], kind: str) -> None:
    (listing,) = examined(grid(f"{TERM}退款清单", headers, row)).listings
    assert listing.kind == kind


def test_what_really_came_back_counts_also_where_its_header_is_merged_over_two_rows() -> None:
    upper: list[Cell] = ["姓名", "身份证号", "应退金额", "实退金额", "情况", None]
    students: Grid = [[p.name, p.number, 1000, 400, "已转学", "2021-12-03"] for p in people(2)]
    file = examined([[f"{TERM}退款名单"], upper, [None, None, None, None, "退款原因", "退款日期"], *students])
    assert listed(file)[0].amount_fen == 80_000
