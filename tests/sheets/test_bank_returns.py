"""Banks' returns: what became of each payment, masked cards, totals by outcome, school and part."""

from __future__ import annotations

import pytest

from aidledger.domain.listing import ListTable, Returns
from aidledger.domain.part import Part
from aidledger.domain.roster import RosterFile
from aidledger.presentation.wording import message_and_hint
from aidledger.sheets.recognition.hints import Hints
from tests.builders import Cell, Grid, codes, examined, found, people, shipped, with_cells
from tests.builders.lists import bank_return_grid


def answered(file: RosterFile) -> tuple[ListTable, Returns]:
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


# --- as banks write them: texts in GBK, blanks between, 分, perhaps no header -----------------------------------------

OF_A_BANK = "户名 卡号 金额(分) 处理标志"


def bank_text(header: str = "", between: str = " ", said: str = "成功", foot: str = "合计 3 300000") -> bytes:
    lines = [between.join((p.name, f"62170038100123{i}45", "100000", said)) for i, p in enumerate(people(3), 10)]
    return "\r\n".join(filter(None, (header.replace(" ", between), *lines, foot.replace(" ", between)))).encode("gbk")


@pytest.mark.parametrize("between", [" ", "    ", "\t", "|", ","])
def test_a_text_of_a_bank_is_read_by_its_header(between: str) -> None:
    file = examined(bank_text(OF_A_BANK, between), "代发回盘.txt")
    listing, facts = answered(file)
    assert file.problems == []
    assert listing.lines.names == [p.name for p in people(3)]
    assert listing.lines.accounts == [f"62170038100123{i}45" for i in range(10, 13)]
    assert (facts.amounts_fen, facts.outcomes) == ([100_000] * 3, ["paid"] * 3)


@pytest.mark.parametrize("between", [" ", "    ", "\t", "|", ","])
@pytest.mark.parametrize("foot", ["", "合计 3 300000", "3 300000"])
def test_a_text_of_a_bank_without_a_header_asks_for_one(between: str, foot: str) -> None:
    file = examined(bank_text(between=between, said="001", foot=foot), "代发回盘.txt")
    assert found(file) == [("no-header", "CSV", None, None)]
    said, _ = message_and_hint(file.problems[0], shipped().programs, "en")
    assert "The rows look like a bank's list" in said
    assert "金额(分)" in said


def test_a_code_of_a_bank_asks_what_it_says() -> None:
    assert codes(examined(bank_text(OF_A_BANK, said="001"), "代发回盘.txt")) == ["outcome-unknown"]


def test_blanks_within_a_text_with_other_separators_or_without_cards_separate_nothing() -> None:
    grid: Grid = [["户名", "卡号", "金额", "处理结果"], ["A B", "6217003810012345", "1000", "成功"]]
    content = "\n".join(",".join(map(str, row)) for row in grid).encode()
    assert answered(examined(content, "代发回盘.csv"))[0].lines.names == ["A B"]
    assert codes(examined("今天 天气 很好\n明天 也 不错\n".encode("gbk"), "notes.txt")) == ["no-header"]
    assert examined("今天 天气 很好\n明天 也 不错\n".encode("gbk"), "notes.txt").problems[0].facts == {}
