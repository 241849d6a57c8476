"""Cuts: what a code takes in, and what is no code."""

from __future__ import annotations

import pytest

from aidledger.domain.cut import Cut, year_of
from aidledger.domain.term import Period
from aidledger.errors import UnknownCut

PERIODS = ("2020-autumn", "2021-spring", "2021", "2021-autumn", "2022-spring", "2022")


@pytest.mark.parametrize(
    ("code", "held"),
    [
        ("calendar-year:2021", {"2021-spring", "2021-autumn", "2021"}),
        ("school-year:2021", {"2021-autumn", "2022-spring", "2021"}),
        ("term:2021-autumn", {"2021-autumn"}),
        ("term:2021", {"2021"}),
        ("span:2021-autumn..2022-spring", {"2021", "2021-autumn", "2022-spring"}),
        ("posted:2021-09-01..2021-09-30", set(PERIODS)),
    ],
)
def test_a_cut_takes_in_its_terms(code: str, held: set[str]) -> None:
    cut = Cut.parse(code)
    assert cut.code == str(cut) == code
    assert {period for period in PERIODS if cut.holds(Period.parse(period))} == held


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021",
        "calendar-year",
        "calendar-year:21",
        "calendar-year:2021-autumn",
        "term:",
        "term:2021-winter",
        "span:2021-autumn",
        "span:2022-spring..2021-autumn",
        "posted:2021-09-01",
        "posted:2021-09-31..2021-10-01",
        "posted:2021-09-02..2021-09-01",
        "posted:0001-01-01..2021-09-01",
        "posted:2021-09-01..9999-12-31",
        "fiscal:2021",
    ],
)
def test_what_is_no_cut_is_refused(text: str) -> None:
    with pytest.raises(UnknownCut):
        Cut.parse(text)


def test_days_are_those_of_china() -> None:
    assert Cut.parse("posted:2021-09-01..2021-09-30").moments() == ("2021-08-31T16:00:00Z", "2021-09-30T16:00:00Z")


def test_every_period_falls_into_the_year_whose_cut_holds_it() -> None:
    for code in PERIODS:
        period = Period.parse(code)
        assert Cut.parse(f"calendar-year:{year_of(period, 'calendar-year')}").holds(period)
        assert Cut.parse(f"school-year:{year_of(period, 'school-year')}").holds(period)
        assert Cut.parse(f"term:{year_of(period, 'term')}").holds(period)
