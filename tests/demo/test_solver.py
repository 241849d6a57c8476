from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.demo.solver import apportion, mix, spread

COUNTS = st.lists(st.integers(0, 3000), min_size=1, max_size=6)
WEIGHTS = st.lists(st.integers(1, 50), min_size=6, max_size=6)
AMOUNTS = st.lists(st.integers(1, 120), min_size=6, max_size=6, unique=True)
STEPS = st.sampled_from([1, 50, 2_000, 6_250, 10_000])


@given(COUNTS, AMOUNTS, STEPS, WEIGHTS)
def test_whatever_some_counts_make_is_found_exactly(
    counts: list[int], units: list[int], step: int, weights: list[int]
) -> None:
    amounts = [unit * step for unit in units[: len(counts)]]
    count, total = sum(counts), sum(n * amount for n, amount in zip(counts, amounts, strict=True))

    found = mix(count, total, amounts, weights[: len(counts)])

    assert found is not None
    assert min(found) >= 0
    assert sum(found) == count
    assert sum(n * amount for n, amount in zip(found, amounts, strict=True)) == total


@given(
    st.integers(0, 7),
    st.integers(0, 70),
    st.lists(st.integers(1, 11), min_size=1, max_size=4, unique=True),
)
def test_a_solution_is_found_if_and_only_if_there_is_one(count: int, total: int, amounts: list[int]) -> None:
    found = mix(count, total, amounts, [1] * len(amounts))

    every = product(range(count + 1), repeat=len(amounts))
    possible = any(
        sum(counts) == count and sum(n * a for n, a in zip(counts, amounts, strict=True)) == total for counts in every
    )
    assert (found is not None) == possible


def test_the_mix_is_the_weights_where_the_mean_allows_it() -> None:
    assert mix(8_000, 8_000 * 1000, [500, 1000, 1500], [1, 2, 1]) == [2000, 4000, 2000]


def test_the_mix_stays_near_the_weights_where_a_remainder_is_odd() -> None:
    found = mix(10_000, 10_000 * 550 + 240, [500, 1000, 460], [8, 1, 1])

    assert found is not None
    assert abs(found[2] - 1000) < 60


def test_two_amounts_alone_cannot_make_an_odd_sum() -> None:
    assert mix(10, 10 * 500 + 240, [500, 1000], [1, 1]) is None
    assert mix(10, 100, [500, 1000], [1, 1]) is None


def test_equal_amounts_of_different_kinds_are_kinds_all_the_same() -> None:
    found = mix(10, 3500, [300, 400, 400], [1, 1, 1])

    assert found is not None
    assert found[0] == 5
    assert sum(found) == 10


@given(st.integers(0, 100_000), st.lists(st.integers(0, 500), min_size=1, max_size=30).filter(any))
def test_shares_add_up_and_are_within_one_of_the_proportion(total: int, weights: list[int]) -> None:
    shares = apportion(total, weights)

    assert sum(shares) == total
    assert all(
        abs(share * sum(weights) - total * weight) < sum(weights) for share, weight in zip(shares, weights, strict=True)
    )


@given(st.lists(st.integers(0, 500), min_size=1, max_size=30).filter(any), st.data())
def test_no_share_exceeds_what_there_is(available: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(available)))

    assert all(share <= there for share, there in zip(apportion(total, available), available, strict=True))


def test_nothing_is_shared_among_nobody() -> None:
    assert apportion(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError, match="3"):
        apportion(3, [0, 0])


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5))
def test_an_even_sequence_holds_every_count(counts: list[int]) -> None:
    sequence = spread(counts)

    assert [sequence.count(i) for i in range(len(counts))] == counts


def test_an_even_sequence_is_even_in_every_stretch() -> None:
    sequence = spread([300, 100])

    assert all(sequence[at : at + 40].count(1) in {9, 10, 11} for at in range(0, 360, 7))
