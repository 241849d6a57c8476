from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.domain.money import parse_yuan, wan_decimals, wan_rounded, wan_text, wan_to_fen, yuan_text, yuan_to_fen

FEN = st.integers(min_value=-(10**14), max_value=10**14)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("312.50", 31_250),
        ("312.5", 31_250),
        ("1000", 100_000),
        ("0", 0),
        ("0.01", 1),
        ("-312.50", -31_250),
        ("70000000.00", 7_000_000_000),
    ],
)
def test_a_plain_text_in_yuan_is_read_exactly(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["", " ", "1,000.00", "1000元", "312.505", "0.001", "nan", "inf", "-Infinity", "一千"])
def test_what_is_no_whole_number_of_fen_is_refused_and_never_becomes_zero(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a ValueError is what the function promises
        parse_yuan(text)


def test_a_decimal_with_a_third_decimal_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.005"):
        yuan_to_fen(Decimal("0.005"))


@given(FEN)
def test_yuan_printed_and_read_again_is_the_same(fen: int) -> None:
    assert parse_yuan(yuan_text(fen)) == fen


@given(FEN)
def test_yuan_is_printed_with_two_decimals(fen: int) -> None:
    assert len(yuan_text(fen).partition(".")[2]) == 2


@given(FEN)
def test_wan_printed_and_read_again_is_the_same(fen: int) -> None:
    assert wan_to_fen(wan_text(fen)) == fen


@given(FEN, st.integers(min_value=0, max_value=6))
def test_wan_rounded_is_as_near_as_its_decimals_allow(fen: int, decimals: int) -> None:
    printed = wan_rounded(fen, decimals)
    assert wan_decimals(printed) == decimals
    assert abs(Decimal(printed) * 1_000_000 - fen) * 2 <= Decimal(10) ** (6 - decimals)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(31_250, "312.50"), (0, "0.00"), (5, "0.05"), (-31_250, "-312.50"), (-5, "-0.05"), (100, "1.00")],
)
def test_yuan_as_in_json(fen: int, text: str) -> None:
    assert yuan_text(fen) == text


@pytest.mark.parametrize(
    ("yuan", "wan"),
    [
        ("5835740", "583.574"),
        ("19596500", "1959.65"),
        ("14726000", "1472.6"),
        ("510000", "51"),
        ("0.01", "0.000001"),
        ("0", "0"),
        ("-510000", "-51"),
        ("1000000", "100"),
    ],
)
def test_wan_as_reports_print_it(yuan: str, wan: str) -> None:
    assert wan_text(parse_yuan(yuan)) == wan


@pytest.mark.parametrize(
    ("fen", "decimals", "text"),
    [
        (5_835_740_00, 3, "583.574"),
        (5_835_745_00, 3, "583.575"),  # half up
        (5_835_744_99, 3, "583.574"),
        (-5_835_745_00, 3, "-583.575"),
        (51_000_000, 0, "51"),
        (999_999_99, 2, "100.00"),
        (1_472_600_000, 1, "1472.6"),
    ],
)
def test_wan_is_rounded_half_up_to_the_decimals_of_a_report(fen: int, decimals: int, text: str) -> None:
    assert wan_rounded(fen, decimals) == text


def test_nothing_rounded_away_is_printed_without_a_sign() -> None:
    assert wan_rounded(-4, 0) == "0"


@given(st.lists(FEN, max_size=50))
def test_a_sum_of_amounts_is_exact(amounts: list[int]) -> None:
    printed = [Decimal(yuan_text(fen)) for fen in amounts]
    assert yuan_to_fen(sum(printed, Decimal(0))) == sum(amounts)
    assert all(type(fen) is int for fen in amounts)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3"])
def test_a_wan_figure_that_is_none_is_refused_with_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a ValueError is what the function promises
        wan_to_fen(text)
