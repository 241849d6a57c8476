"""Money used is put down to documents and sources: nothing is lost, nothing is used twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.domain.attribution import Fund, attributed, proportional

amounts = st.integers(0, 10**9)
funds = st.lists(
    st.builds(
        Fund,
        st.sampled_from(["教〔2021〕45号", "教〔2021〕9号", "教〔2020〕100号"]),
        st.sampled_from([None, "2021-09-30", "2021-12-01"]),
        st.sampled_from(["central", "provincial", "city", "county"]),
        amounts,
    ),
    max_size=8,
)


@given(funds, amounts)
def test_the_parts_add_up_and_only_the_last_document_is_overspent(given_funds: list[Fund], used: int) -> None:
    found = attributed(given_funds, used)
    assert sum(fund.used_fen for fund in found) == used
    allotted = sum(fund.allotted_fen for fund in given_funds)
    assert sum(fund.allotted_fen for fund in found) == allotted
    last = found[-1].document if found else None
    for fund in found:
        assert fund.used_fen >= 0
        assert fund.left_fen >= 0 or (used > allotted and fund.document == last)


@given(funds, amounts)
def test_a_document_is_touched_only_when_those_before_it_are_used_up(given_funds: list[Fund], used: int) -> None:
    found = attributed(given_funds, used)
    documents = list(dict.fromkeys(fund.document for fund in found))
    left = {one: sum(fund.left_fen for fund in found if fund.document == one) for one in documents}
    touched = [at for at, one in enumerate(documents) if any(fund.used_fen for fund in found if fund.document == one)]
    assert all(left[documents[at]] == 0 for at in range(max(touched, default=0)))


@given(st.lists(amounts, min_size=1, max_size=6), amounts)
def test_shares_are_within_one_fen_of_their_proportion(weights: list[int], amount: int) -> None:
    shares = proportional(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        if sum(weights):
            assert abs(share * sum(weights) - amount * weight) < sum(weights)


def test_first_in_first_out_by_date_then_by_number() -> None:
    given_funds = [
        Fund("教〔2021〕45号", "2021-09-30", "central", 500),
        Fund("教〔2021〕9号", "2021-09-30", "central", 100),
        Fund("教〔2021〕1号", None, "central", 100),
        Fund("教〔2020〕99号", "2021-10-08", "county", 100),
    ]
    found = attributed(given_funds, 650)
    assert [(fund.document, fund.used_fen) for fund in found] == [
        ("教〔2021〕9号", 100),
        ("教〔2021〕45号", 500),
        ("教〔2020〕99号", 50),
        ("教〔2021〕1号", 0),
    ]


def test_the_largest_remainder_takes_the_fen_that_is_over() -> None:
    assert proportional(100, [1, 1, 1]) == [34, 33, 33]
    assert proportional(10, [6000, 2500, 1500]) == [6, 3, 1]
    assert proportional(7, [0, 0]) == [7, 0]


@pytest.mark.parametrize(("used", "count"), [(0, 0), (5, 1)])
def test_what_no_document_allots_stands_by_itself(used: int, count: int) -> None:
    found = attributed([], used)
    assert len(found) == count
    assert sum(fund.left_fen for fund in found) == -used
