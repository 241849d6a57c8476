from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.domain.term import Period, in_order, plausible_year, semester_of, within
from aidledger.errors import SpanBackwards, UnknownPeriod
from aidledger.i18n import Language, translator

CODES = st.builds(
    lambda year, half: f"{year}{half}", st.integers(1900, 2099), st.sampled_from(["", "-spring", "-autumn"])
)


@pytest.mark.parametrize(
    ("code", "start", "end", "school_year"),
    [
        ("2021-autumn", date(2021, 8, 1), date(2022, 1, 31), 2021),
        ("2022-spring", date(2022, 2, 1), date(2022, 7, 31), 2021),
        ("2024-spring", date(2024, 2, 1), date(2024, 7, 31), 2023),
        ("2021", date(2021, 8, 1), date(2022, 7, 31), 2021),
        ("2023", date(2023, 8, 1), date(2024, 7, 31), 2023),
    ],
)
def test_a_term_has_its_days_and_its_school_year(code: str, start: date, end: date, school_year: int) -> None:
    period = Period.parse(code)
    assert (period.start, period.end, period.school_year) == (start, end, school_year)


@given(CODES)
def test_a_code_read_and_printed_is_the_same(code: str) -> None:
    assert Period.parse(code).code == code
    assert str(Period.parse(code)) == code


@pytest.mark.parametrize(
    "text",
    [
        *["", "2021-summer", "2021autumn", "21-autumn", "2021-autumn-x", "2021 autumn", "autumn-2021", "2021-Autumn"],
        *["２０２１-autumn", "٢٠٢١-autumn", "2021-2022", "1821-autumn", "2021年秋季学期"],
    ],
)
def test_what_is_no_code_of_a_period_is_refused(text: str) -> None:
    with pytest.raises(UnknownPeriod, match="not a period"):
        Period.parse(text)


def test_spaces_around_a_code_do_not_matter() -> None:
    assert Period.parse(" 2021-autumn ").code == "2021-autumn"


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_lies_in_exactly_one_semester(day: date) -> None:
    semester = semester_of(day)
    assert semester.start <= day <= semester.end
    assert semester_of(semester.end + timedelta(days=1)) != semester


@given(st.integers(1990, 2099))
def test_a_year_is_its_two_semesters(year: int) -> None:
    whole, autumn, spring = Period(year), Period(year, "autumn"), Period(year + 1, "spring")
    assert (whole.start, whole.end) == (autumn.start, spring.end)
    assert autumn.end + timedelta(days=1) == spring.start
    assert whole.school_year == autumn.school_year == spring.school_year


def test_periods_sort_by_time_and_a_year_before_the_semester_that_begins_it() -> None:
    codes = ["2022-spring", "2022", "2021-autumn", "2021", "2022-autumn", "2021-spring"]
    in_order = sorted(map(Period.parse, codes), key=lambda period: period.sort_key)
    assert [period.code for period in in_order] == [
        *["2021-spring", "2021", "2021-autumn", "2022-spring", "2022", "2022-autumn"]
    ]


@pytest.mark.parametrize(
    ("period", "first", "last", "inside"),
    [
        ("2021-autumn", "2021-spring", "2022-spring", True),
        ("2021-spring", "2021-spring", "2022-spring", True),
        ("2022-spring", "2021-spring", "2022-spring", True),
        ("2022-autumn", "2021-spring", "2022-spring", False),
        ("2020-autumn", "2021-spring", "2022-spring", False),
        ("2021", "2021-spring", "2022-spring", True),
        ("2022", "2021-spring", "2022-spring", False),
        ("2020", "2021-spring", "2022-spring", False),
        ("2021-autumn", None, None, True),
        ("2021-autumn", None, "2021-spring", False),
        ("2021-autumn", "2022-spring", None, False),
        ("2021-autumn", "2021", "2021", True),
        ("2022-spring", "2021", "2021", True),
        ("2022-autumn", "2021", "2021", False),
    ],
)
def test_a_period_is_within_a_span_when_it_begins_in_it(
    period: str, first: str | None, last: str | None, inside: bool
) -> None:
    parsed = [Period.parse(code) if code else None for code in (first, last)]
    assert within(Period.parse(period), *parsed) is inside


@pytest.mark.parametrize(("year", "plausible"), [(2021, True), (1990, True), (1899, False), (2100, False)])
def test_only_years_of_our_time_are_years_of_terms(year: int, plausible: bool) -> None:
    assert plausible_year(year) is plausible


def test_january_belongs_to_the_autumn_before() -> None:
    assert semester_of(date(2022, 1, 31)).code == "2021-autumn"
    assert semester_of(date(2022, 2, 1)).code == "2022-spring"
    assert semester_of(date(2021, 7, 31)).code == "2021-spring"
    assert semester_of(date(2021, 8, 1)).code == "2021-autumn"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[
            (text, "2021-autumn")
            for text in ("2021年秋季学期", "2021秋", "2021 年秋季", "２０２１年秋期", "2021-autumn")
        ],
        *[
            (text, "2021-autumn")
            for text in ("2021学年第一学期", "2021-2022学年上学期", "Autumn 2021", "2021-2022学年秋季")
        ],
        *[(text, "2022-spring") for text in ("2022年春季", "2021—2022学年第二学期", "2021学年度下学期", "spring 2022")],
        *[(text, "2021") for text in ("2021", "2021年", "2021学年", "2021—2022学年", "year 2021", "2021年度")],
    ],
)
def test_a_period_is_understood_as_people_write_it(text: str, code: str) -> None:
    assert Period.typed(text).code == code


@pytest.mark.parametrize("text", ["", "秋季", "2021年第一学期", "2021-2023学年", "2021年夏季", "21秋", "2021秋2022春"])
def test_what_may_be_several_periods_or_none_is_refused(text: str) -> None:
    with pytest.raises(UnknownPeriod, match="not a period"):
        Period.typed(text)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("code", ["2021-autumn", "2022-spring", "2021"])
def test_a_period_is_understood_as_it_is_printed(code: str, language: Language) -> None:
    assert Period.typed(Period.parse(code).label(translator(language))).code == code


def test_a_span_ends_no_earlier_than_it_begins() -> None:
    autumn, year, spring = Period(2021, "autumn"), Period(2021), Period(2022, "spring")
    for first, last in ((autumn, spring), (year, autumn), (autumn, autumn), (spring, year), (None, autumn)):
        in_order(first, last)
    with pytest.raises(SpanBackwards, match="2022-spring, is later than the last, 2021-autumn"):
        in_order(spring, autumn)
