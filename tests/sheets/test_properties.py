"""Properties: order does not matter, no grid and no bytes make the reader fall over, every row has one fate."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.checks import problems_of
from aidledger.domain.problem import KINDS
from aidledger.domain.roster import Fate, RosterFile
from aidledger.sheets.formats.grid import Cell, Sheet
from aidledger.sheets.reader import read_roster
from aidledger.sheets.recognition.hints import Hints
from tests.builders import (
    HEADERS,
    TITLE,
    Grid,
    examined,
    people,
    resident_number,
    roster_csv,
    roster_grid,
    roster_xls,
    shipped,
    with_cells,
    xlsx_bytes,
)

RICH = (*HEADERS, "银行卡号", "出生日期", "就读方式", "学校")


def facts(file: RosterFile) -> set[tuple[object, ...]]:
    """What is known of each student, without the row."""
    known = set()
    for table in file.tables:
        lines = table.lines
        for roster in table.rosters:
            columns = (lines.numbers, lines.names, lines.sexes, lines.accounts, lines.births, lines.schools)
            period = roster.period.code if roster.period else None
            known |= {
                (roster.program, period, *student)
                for student in zip(*columns, lines.levels, lines.boardings, roster.amounts_fen, strict=True)
            }
    return known


NUMBERS: st.SearchStrategy[Cell] = st.sampled_from(
    [
        *(person.number for person in people(3)),
        *(
            people(4)[3].number.lower(),
            f" {people(5)[4].number}",
            f"'{people(6)[5].number}",
            "５１１３０３２００９０３１７０１２３",
        ),
        *("G51130320090317", "L123456789", "5.113E+17", "5E17", "none", "NONE", "无", "/", "", 51130320090317, 5.1e17),
    ]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=2, max_size=6))
def test_a_number_is_read_the_same_whatever_stands_above_and_below_it(cells: list[tuple[Cell, Cell, Cell]]) -> None:
    def read(rows: list[tuple[Cell, Cell, Cell]]) -> list[tuple[str, str, str | None, str | None]]:
        header: list[Cell] = ["姓名", "身份证号", "银行卡号", "学籍号", "金额"]
        sheet = Sheet("名册", [header, *(["王小明", *row, 1000] for row in rows)])
        lines = read_roster([sheet], "名册.xlsx", shipped(), Hints()).tables[0].lines
        return list(zip(lines.numbers, lines.document_types, lines.accounts, lines.student_numbers, strict=True))

    assert read(cells) == [one for row in cells for one in read([row])]


@settings(max_examples=20)
@given(st.integers(0, 40), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(rows: int, rng: random.Random) -> None:
    amounts: list[str | int | float] = [500, 612.5, "1,000.00", 1500]
    fill = {"就读方式": rng.choice(["寄宿", "走读"]), "学校": "金溪中学"}
    grid: Grid = roster_grid(rows, headers=RICH, total=False, fill=fill)
    students = grid[2:]
    for student in students:
        student[5] = rng.choice(amounts)
    order = list(range(len(RICH)))
    rng.shuffle(order)
    rng.shuffle(shuffled := [[row[i] for i in order] for row in students])
    other: Grid = [[TITLE], [RICH[i] for i in order], *shuffled]
    one, two = examined(grid), examined(other)
    assert facts(one) == facts(two)
    assert sorted(p.code for p in one.problems) == sorted(p.code for p in two.problems)
    assert one.fates == two.fates


WORDS = st.sampled_from(
    [
        *["", "", "", "姓名", "身份证号", "金额", "助学金", "免学费", "合计", "小计", "填表人", "序号", "学校", "年级"],
        *[TITLE, "单位:万元", "学校:金溪中学", "2022年春", "张三", "无", "-", "1,000.00", "1e9", "#N/A", "3人", "男"],
        *[
            "9月",
            "10月",
            "2021年9月",
            "月份",
            "批次",
            "第一批金额",
            "补发2021年秋季",
            "9月份",
            "补差",
            "停发原因",
            "退款金额",
        ],
        *["入学时间", "出生日期", "就读方式", "银行卡号", "应发金额", "实发金额", "说明", "\u200b", "　"],
    ]
)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    WORDS,
    WORDS,
    st.text(max_size=8),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.booleans(),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(0, 5).map(resident_number),
)


@st.composite
def grids(draw: st.DrawFn) -> list[list[Cell]]:
    width = draw(st.integers(1, 7))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=12))
    if draw(st.booleans()):
        header: list[Cell] = ["姓名", "身份证号", "金额", "合计", "助学金", "学校", "入学时间"]
        rows.insert(draw(st.integers(0, len(rows))), header[:width])
    return rows


@settings(max_examples=120)
@given(st.lists(grids(), max_size=3), st.integers(0, 3))
def test_no_grid_makes_the_reader_fall_over_and_every_row_has_one_fate(
    some: list[list[list[Cell]]], first_row: int
) -> None:
    sheets = [Sheet(f"表{i}", rows, first_row if rows else 0) for i, rows in enumerate(some)]
    file = read_roster(sheets, "名册.xlsx", shipped(), Hints())
    file.problems.extend(problems_of(file, shipped()))
    assert sum(file.fates.values()) == file.rows_read == sum(sheet.rows_total for sheet in sheets)
    listed = [*(table.lines for table in file.tables), *(listing.lines for listing in file.listings)]
    assert file.fates[Fate.STUDENT] == sum(map(len, listed))
    for table in file.tables:
        for roster in table.rosters:
            assert len(roster.amounts_fen) == len(table.lines)
            assert len(roster.parts) in {0, len(table.lines)}
            assert all(amount is None or type(amount) is int for amount in roster.amounts_fen)
    for problem in file.problems:
        assert problem.kind.message.format(**problem.facts)
    assert file.tables == [] or file.fates[Fate.HEADING] >= len(file.tables)


NOISE = [
    *[[], [None, " "], ["填表人:张三", None, "审核人:李四"], ["说明:本表一式三份"], [TITLE], [*HEADERS]],
    *[["小计", None, None, None, None, None], ["合计", None, None, None, None, None], ["本页合计"]],
]


@settings(max_examples=40)
@given(st.integers(1, 8), st.lists(st.tuples(st.integers(0, 8), st.sampled_from(NOISE)), max_size=8))
def test_only_rows_that_hold_a_person_become_students(count: int, noise: list[tuple[int, list[str | None]]]) -> None:
    grid: Grid = roster_grid(count, total=False)
    students: Grid = grid[2:]
    body: Grid = [[*row] for row in students]
    for at, line in noise:
        body.insert(min(at, len(body)), [*line])
    file = examined([*grid[:2], *body])
    assert file.problems == []
    assert sorted(file.tables[0].lines.numbers) == sorted(person.number for person in people(count))
    assert file.tables[0].rosters[0].amount_fen == count * 100_000


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_random_bytes_give_a_problem_and_never_an_exception(content: bytes) -> None:
    file = examined(content, "名册.xlsx")
    assert file.blocked(record_conflicts=True)
    assert {problem.code for problem in file.problems} <= KINDS.keys()


@settings(max_examples=100)
@given(st.text(max_size=200), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_random_text_gives_a_problem_and_never_an_exception(text: str, encoding: str) -> None:
    file = examined(text.encode(encoding, "ignore"), "名册.csv")
    assert file.blocked(record_conflicts=True)


def mutations(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    rng = random.Random(seed)
    for _ in range(count):
        spoiled = bytearray(content)
        for _ in range(rng.choice([1, 2, 8, 64])):
            at = rng.randrange(len(spoiled))
            match rng.randrange(4):
                case 0:
                    spoiled[at] = rng.randrange(256)
                case 1:
                    spoiled[at] ^= 1 << rng.randrange(8)
                case 2:
                    del spoiled[at : at + rng.randrange(1, 40)]
                case _:
                    spoiled[at:at] = rng.randbytes(rng.randrange(1, 8))
            if not spoiled:
                break
        yield bytes(spoiled)


@pytest.mark.parametrize(
    ("content", "name"), [(roster_csv(8), "名册.csv"), (roster_csv(8, encoding="gb18030"), "a.csv")]
)
def test_a_spoiled_text_file_never_raises(content: bytes, name: str) -> None:
    for spoiled in mutations(content, 250, seed=1):
        file = examined(spoiled, name)
        assert {problem.code for problem in file.problems} <= KINDS.keys()


def test_a_spoiled_xls_never_raises() -> None:
    good = examined(roster_xls(8))
    assert good.problems == []
    for spoiled in mutations(roster_xls(8), 400, seed=2):
        file = examined(spoiled, "名册.xls")
        assert {problem.code for problem in file.problems} <= KINDS.keys()
        assert file.problems or file.tables


def test_a_row_that_is_taken_out_is_missed_by_the_total() -> None:
    grid = roster_grid(6)
    for at in range(2, 8):
        file = examined(xlsx_bytes([row for i, row in enumerate(grid) if i != at]))
        assert [problem.code for problem in file.problems] == ["declared-total-mismatch"]


def test_reading_twice_gives_the_same() -> None:
    content = xlsx_bytes(with_cells(roster_grid(10), {"C5": "1", "F6": "若干", "B7": None}))
    one, two = examined(content), examined(content)
    assert one == two
