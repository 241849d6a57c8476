"""Banks' returns: what became of each payment, masked cards, totals by outcome, school and part."""

from __future__ import annotations

import pytest

from aidledger.domain.listing import Listing, Returns
from aidledger.domain.part import Part
from aidledger.domain.roster import RosterFile
from aidledger.sheets.hints import Hints
from tests.builders import Cell, Grid, codes, examined, found, people, with_cells
from tests.builders.lists import bank_return_grid


def answered(file: RosterFile) -> tuple[Listing, Returns]:
    (listing,) = file.listings
    assert (listing.kind, file.tables) == ("bank-return", [])
    assert isinstance(listing.facts, Returns)
    return listing, listing.facts


def plain(title: str, headers: str, *rows: list[Cell], foot: Grid | None = None) -> Grid:
    """Two columns in front: 户名, 卡号."""
    lines = [
        [p.name, f"622848****25{i:02}", *row] for i, (p, row) in enumerate(zip(people(len(rows)), rows, strict=True))
    ]
    return [[title], ["户名", "卡号", *headers.split()], *lines, *(foot or [])]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("交易成功", "paid"),
        ("失败", "failed"),
        ("退回", "failed"),
        ("不成功", "failed"),
        ("退票", "returned"),
        ("已退票", "returned"),
        ("退汇", "returned"),
        ("已退款", "returned"),
        ("成功后退票", "returned"),
        ("退票成功", "returned"),
    ],
)
def test_made_not_made_and_sent_back_are_three_outcomes(said: str, outcome: str) -> None:
    file = examined(with_cells(bank_return_grid(1), {"F3": said}))
    assert file.problems == []
    assert answered(file)[1].outcomes == [outcome]


@pytest.mark.parametrize(
    ("title", "outcome"), [("退票清单", "returned"), ("代发退票明细", "returned"), ("代发失败清单", "failed")]
)
@pytest.mark.parametrize(
    ("headers", "row"),
    [("金额", [1000]), ("金额 失败原因", [1000, "户名不符"]), ("金额 流水号", [1000, "S1"])],
)
def test_a_list_called_after_an_outcome_says_it_of_every_line(
    title: str, outcome: str, headers: str, row: list[Cell]
) -> None:
    file = examined(plain(title, headers, row, row))
    assert file.problems == []
    assert answered(file)[1].outcomes == [outcome] * 2


def test_a_list_of_what_was_sent_back_among_others_does_not_say_which() -> None:
    assert codes(examined(plain("代发回盘及退票清单", "金额 失败原因", [1000, None]))) == ["outcome-unknown"]
    file = examined(plain("代发退票清单", "金额 处理结果", [1000, "失败"], [1000, None]))
    assert answered(file)[1].outcomes == ["failed", "returned"]


def test_a_roster_that_pays_again_what_was_sent_back_is_a_roster() -> None:
    title = "金溪中学2021年秋季学期普通高中国家助学金退票补发花名册"
    students: Grid = [[p.name, p.number, "6217003810012345", 1000] for p in people(2)]
    file = examined([[title], ["姓名", "身份证号", "银行卡号", "金额"], *students])
    assert file.problems == []
    assert file.tables[0].rosters[0].parts == ["back-payment"] * 2
    reasons: Grid = [[p.name, p.number, "户名不符", 1000] for p in people(2)]
    unclear = examined([[title], ["姓名", "身份证号", "退票原因", "金额"], *reasons])
    assert codes(unclear) == ["not-a-payment"]


def test_masked_cards_and_numbers_are_kept_as_they_stand() -> None:
    grid = bank_return_grid(3)
    cards: dict[str, Cell] = {"D3": "622848****2527", "D4": "6228＊＊＊＊2527", "D5": None, "C3": "511303********1234"}
    file = examined(with_cells(grid, {**cards, "C4": None}))
    assert file.problems == []
    listing, _ = answered(file)
    assert listing.lines.accounts == ["622848****2527", "6228****2527", None]
    assert listing.lines.numbers == ["", "", people(3)[2].number]


TITLED = "金溪中学2021年秋季学期普通高中国家助学金代发回盘"


def test_a_title_names_school_program_term_and_part() -> None:
    grid = bank_return_grid(2)
    grid[0] = ["金溪中学2021年秋季学期10月份普通高中国家助学金(第二批)代发回盘"]
    listing, facts = answered(examined(grid))
    assert (listing.school, listing.lines.schools) == ("金溪中学", ["金溪中学"] * 2)
    assert (listing.period and listing.period.code, facts.program) == ("2021-autumn", "high-school-grant")
    assert facts.part == "2021-10+instalment-2"
    by_hand = answered(examined(grid, hints=Hints(part=Part.parse("11"))))[1]
    assert by_hand.part == "2021-11"


def test_a_part_without_its_term_is_known_by_its_year() -> None:
    grid = bank_return_grid(2)
    for title, part in (
        ("2021年9月助学金代发回盘", "2021-09"),
        ("9月助学金代发回盘", None),
        ("补发代发回盘", "back-payment"),
    ):
        grid[0] = [title]
        assert answered(examined(grid))[1].part == part
    grid[0] = ["第一批助学金代发回盘"]
    assert codes(examined({"第二批": grid})) == ["part-ambiguous"]


def test_a_column_names_each_school() -> None:
    grid = [
        [*row, school] for row, school in zip(bank_return_grid(2), [None, "学校", "金溪中学", "白塔中学"], strict=True)
    ]
    listing, _ = answered(examined(grid))
    assert (listing.school, listing.lines.schools) == (None, ["金溪中学", "白塔中学"])


# --- totals


def with_lines(*foot: list[Cell], failed: int | None = 1, above: list[Cell] | None = None) -> RosterFile:
    grid = bank_return_grid(3, failed=[] if failed is None else [failed])
    grid[0] = [TITLED]
    return examined([grid[0], *([above] if above else []), *grid[1:], *foot])


@pytest.mark.parametrize(
    "lines",
    [
        [["合计", None, None, None, 3000]],
        [["合计", "3笔", None, None, 3000]],
        [["合计", None, None, None, 2000]],  # of what was paid
        [["总笔数", 3, "总金额", 3000]],
        [["成功笔数", 2, "成功金额", 2000, "失败笔数", 1, "失败金额", "1,000.00"]],
        [["合计3笔3000元，其中成功2笔2000元，失败1笔1000元"]],
        [["总笔数:3 总金额:3000.00元"], ["成功笔数:2 成功金额:2000.00元"], ["失败笔数:1 失败金额:1000.00元"]],
        [["合计", None, None, None, 3000], ["其中：成功", "2笔"], ["失败", "1笔"]],
        [["成功率66.7%，手续费金额5元，户名张三金额500元"]],
        [["退票0笔"]],
    ],
)
def test_totals_that_are_right_raise_no_alarm(lines: Grid) -> None:
    assert with_lines(*lines).problems == []


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (["合计", None, None, None, 3100], "E"),
        (["合计4笔3000元"], None),
        (["总笔数", 4, "总金额", 3000], None),
        (["成功笔数", 3, "成功金额", 2000], None),
        (["成功笔数", 2, "成功金额", 3000], None),
        (["合计3笔3000元，其中成功2笔2000元，失败1笔2000元"], None),
    ],
)
def test_a_total_that_is_wrong_is_a_conflict(line: list[Cell], column: str | None) -> None:
    file = with_lines(line)
    assert found(file) == [("declared-total-mismatch", "Sheet1", 6, column)]
    assert not file.blocked(record_conflicts=True)


@pytest.mark.parametrize("failed", [None, 1])
def test_what_stands_above_the_header_is_held_against_the_lines(failed: int | None) -> None:
    right = with_lines(failed=failed, above=["批次号:20211203 笔数:3 金额:3000.00"])
    assert right.problems == []
    wrong = with_lines(failed=failed, above=["批次号:20211203 笔数:4 金额:3000.00"])
    assert found(wrong) == [("declared-total-mismatch", "Sheet1", 2, None)]


def test_a_list_of_failures_may_tell_of_the_whole_batch() -> None:
    above = "总笔数57 总金额57000元 成功笔数55 成功金额55000元 失败笔数2 失败金额2000元"
    rows: list[list[Cell]] = [[1000, "户名不符"]] * 2
    grid = plain("代发失败清单", "金额 失败原因", *rows)
    assert examined([grid[0], [above], *grid[1:]]).problems == []
    wrong = examined([grid[0], [above.replace("失败笔数2", "失败笔数3")], *grid[1:]])
    assert codes(wrong) == ["declared-total-mismatch"]


def test_what_was_sent_back_may_be_counted_with_either() -> None:
    grid = with_cells(bank_return_grid(3), {"F4": "退票"})
    for line in ("成功3笔", "成功2笔失败1笔", "成功2笔退票1笔"):
        assert examined([*grid, [line]]).problems == []
