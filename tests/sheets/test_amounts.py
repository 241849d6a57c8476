"""What is posted of an amount is what was written, or nothing: every way in which schools write one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.sheets.recognition.cells import AmountNotUnderstood, fen_of
from aidledger.sheets.recognition.units import unit_in
from tests.builders import codes, examined, found, roster_grid, with_cells

WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
# In 分, kept apart from the program's own table.
UNITS = {
    "": 100,
    "元": 100,
    "圆": 100,
    "万元": 1_000_000,
    "万": 1_000_000,
    "千元": 100_000,
    "百元": 10_000,
    "角": 10,
    "分": 1,
}


def read(value: str | float, heading: str = "") -> int | None:
    """What is read under a heading; -1 where it is refused."""
    try:
        return fen_of(value, unit_in(heading))
    except AmountNotUnderstood:
        return -1


def grouped(whole: int, sign: str) -> str:
    return f"{whole:,}".replace(",", sign)


@given(
    whole=st.integers(0, 9_999_999),
    cents=st.sampled_from(["", ".5", ".50", ".05", ".00", ".125"]),
    thousands=st.sampled_from(["", ",", "\u00a0", " ", "\n", "，"]),
    unit=st.sampled_from(sorted(UNITS)),
    before=st.sampled_from(["", "¥", "￥", "人民币", "RMB ", "'", " ", "\u200b", "\ufeff", "\u202d"]),
    after=st.sampled_from(["", " ", "整", "\n", "\u202c", "\u200e", "\ufe0f"]),
    wide=st.booleans(),
)
def test_an_amount_is_what_was_written_or_nothing(
    whole: int, cents: str, thousands: str, unit: str, before: str, after: str, wide: bool
) -> None:
    figure = grouped(whole, thousands) + cents
    fen = Decimal(f"{whole}{cents}") * UNITS[unit]
    written = before + (figure.translate(WIDE) if wide else figure) + unit + after
    told = read(written)
    assert told in {-1, int(fen)}
    ordinary = thousands in {"", ",", "\u00a0"} or whole < 1000
    if ordinary and fen == int(fen) and fen <= 10**11:
        assert told == int(fen), written


@pytest.mark.parametrize(
    "written",
    [
        *("1000①", "①000", "100²", "10⁵", "1½", "½", "١٠٠٠", "1000₂", "㈠000", "⑴", "壹仟①元整"),
        *("500\n460", "500 460", "500　460", "500\r\n460", "500\u2028460", "1 0 0 0", "1000 500", "1,0 00"),
        *("500/460", "500+460", "500、460", "500-460", "500~600", "(500)", "+500", "500.", ".5", "1.000,00", "1'000"),
        *("1000美元", "$1000", "US$1000", "HK$500", "€500", "50%", "５０％", "1000港币", "1000元/月", "1000元500元"),
        *("1,00", "1,0000", "10,00", "1,000,00", "1,,000", "1，00", "1e3", "1E+03", "0x10", "一千", "约1000", "1000?"),
        *("\u202e0001", "1000\u202e", "1\u200f,000", "-\u202b1000", "\u20671000\u2069"),
        *("〃", "同上", "同左", "″", '"', "”", "''", "“”", "″″", "同", "见上", "ditto"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(written: str) -> None:
    assert read(written) == -1
    file = examined(with_cells(roster_grid(total=False), {"F4": written}))
    assert found(file) == [("amount-format", "Sheet1", 4, "F")]


@pytest.mark.parametrize(
    ("heading", "value", "fen"),
    [
        ("金额(元)", 1000, 100_000),
        ("金额(角)", 10_000, 100_000),
        ("金额(分)", 100_000, 100_000),
        ("金额(单位:分)", "100000", 100_000),
        ("金额/分", 100_000, 100_000),
        ("金额(百元)", 10, 100_000),
        ("金额(千元)", 1, 100_000),
        ("金额(万元)", 0.1, 100_000),
        ("金额(万)", 0.1, 100_000),
        ("金额(单位：千元)", "0.5", 50_000),
        ("金额(元)", "0.1万元", -1),
        ("金额(万元)", "1000元", -1),
        ("金额(分)", "1000元", -1),
        ("金额(万元)", "0.1万元", 100_000),
        ("金额(分)", 100_000.5, -1),
    ],
)
def test_units_are_converted_exactly_or_refused(heading: str, value: str | float, fen: int) -> None:
    assert read(value, heading) == fen
    file = examined(with_cells(roster_grid(total=False, amount=value), {"F2": heading}))
    if fen == -1:
        assert set(codes(file)) == {"amount-format"}
    else:
        assert file.problems == []
        assert file.tables[0].rosters[0].amounts_fen == [fen] * 3


@pytest.mark.parametrize("unit", ["美元", "USD", "港币", "HK$", "欧元", "%", "$", "百分比"])
def test_amounts_in_what_is_no_yuan_are_refused_at_their_header(unit: str) -> None:
    file = examined(with_cells(roster_grid(total=False), {"F2": f"资助金额({unit})"}))
    assert found(file) == [("unit-unknown", "Sheet1", 2, "F")]


@pytest.mark.parametrize(
    ("line", "fen"),
    [("单位：千元", 100_000_000), ("金额单位：分", 1_000), ("单位:百元", 10_000_000), ("单位：金元小学", 100_000)],
)
def test_a_line_above_names_the_unit(line: str, fen: int) -> None:
    grid = roster_grid(total=False)
    grid.insert(1, [line])
    file = examined(grid)
    assert file.tables[0].rosters[0].amounts_fen == [fen] * 3


@pytest.mark.parametrize("group", ["金额", "资助金额（元）", None])
def test_yuan_jiao_and_fen_in_three_columns_are_no_amount(group: str | None) -> None:
    headers = ("序号", "姓名", "身份证号", "元", "角", "分")
    grid = roster_grid(headers=headers, fill={"元": 1000, "角": 5, "分": 0}, total=False)
    if group:
        grid[1:2] = [["序号", "姓名", "身份证号", group, None, None], [None, None, None, "元", "角", "分"]]
    file = examined(grid)
    assert (("amount-split", "Sheet1", 3, "E") if group else ("missing-column", "Sheet1", 2, None)) in found(file)
