from __future__ import annotations

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.money import parse_yuan
from aidledger.domain.program import Bounds, Fee, Program, Rate, Standard, Words, nearest_fen
from aidledger.domain.term import Period


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def allowed(
    catalogue: Catalogue, code: str, period: str, yuan: str, level: str | None = None, boarding: str | None = None
) -> bool:
    rates = catalogue.program(code).rates(Period.parse(period), level, boarding)
    assert rates
    return any(rate.allows(parse_yuan(yuan)) for rate in rates)


@pytest.mark.parametrize(
    ("period", "level", "boarding", "yuan"),
    [
        ("2019-autumn", "primary", "boarder", "500"),
        ("2019-autumn", "junior", "boarder", "625"),
        ("2019-autumn", "primary", "day", "250"),
        ("2019-autumn", "junior", "day", "312.50"),
        ("2023-autumn", "junior", "boarder", "625"),  # the last semester of the old standard
        ("2024-spring", "primary", "boarder", "625"),
        ("2024-spring", "junior", "boarder", "750"),
        ("2024-spring", "primary", "day", "312.50"),
        ("2024-spring", "junior", "day", "375"),
        ("2026-autumn", "junior", "day", "375"),
    ],
)
def test_the_living_subsidy_is_one_amount_for_a_level_and_boarding(
    catalogue: Catalogue, period: str, level: str, boarding: str, yuan: str
) -> None:
    code = "compulsory-living-subsidy"
    rates = catalogue.program(code).rates(Period.parse(period), level, boarding)
    assert [(rate.low_fen, rate.high_fen) for rate in rates] == [(parse_yuan(yuan), parse_yuan(yuan))]


@pytest.mark.parametrize(
    ("level", "boarding", "allowed_yuan"),
    [
        (None, None, {"500.00", "625.00", "250.00", "312.50"}),
        ("junior", None, {"625.00", "312.50"}),
        (None, "day", {"250.00", "312.50"}),
        ("senior", None, {"500.00", "625.00", "250.00", "312.50"}),  # none fits: every rate
    ],
)
def test_what_is_not_known_of_a_pupil_rules_no_rate_out(
    catalogue: Catalogue, level: str | None, boarding: str | None, allowed_yuan: set[str]
) -> None:
    rates = catalogue.program("compulsory-living-subsidy").rates(Period.parse("2021-autumn"), level, boarding)
    assert {rate.low_fen for rate in rates} == {parse_yuan(yuan) for yuan in allowed_yuan}


@pytest.mark.parametrize(
    ("code", "period", "yes", "no"),
    [
        ("preschool-fee-waiver", "2021-autumn", ["500", "1000", "555.50", "100"], ["99.99", "1000.01"]),
        ("preschool-fee-waiver", "2010-spring", ["500", "1000"], ["2000"]),  # always
        ("high-school-grant", "2010-autumn", ["500", "750", "1500"], ["499.99", "1500.01"]),
        ("high-school-grant", "2015-spring", ["500", "1000", "1500"], ["499", "2000", "3000"]),
        ("high-school-grant", "2024-autumn", ["500", "1000", "1500"], ["1650"]),
        ("high-school-grant", "2025-spring", ["650", "1150", "1650"], ["1000", "1300", "1149"]),
        ("high-school-tuition-waiver", "2016-autumn", ["460", "340", "200", "1200"], ["199", "1201"]),
        ("vocational-grant", "2015-spring", ["1000"], ["2000", "500", "999.99"]),
        ("vocational-grant", "2024-autumn", ["1000"], ["1150"]),
        ("vocational-grant", "2025-spring", ["650", "1150", "1650"], ["1000", "2300"]),
        ("vocational-tuition-waiver", "2012-autumn", ["1000", "850", "250"], ["1001", "2000", "249"]),
        ("vocational-poverty-living-subsidy", "2015-autumn", ["500"], ["499", "1000"]),
        ("vocational-poverty-living-subsidy", "2022-spring", ["500"], ["250"]),
        ("college-poverty-aid", "2015", ["4000"], ["2000", "4000.01"]),
        ("college-poverty-aid", "2021", ["4000"], ["2000"]),
    ],
)
def test_a_standard_allows_its_amounts_and_no_others(
    catalogue: Catalogue, code: str, period: str, yes: list[str], no: list[str]
) -> None:
    assert [yuan for yuan in yes if not allowed(catalogue, code, period, yuan)] == []
    assert [yuan for yuan in no if allowed(catalogue, code, period, yuan)] == []


@pytest.mark.parametrize(
    ("period", "undergraduate", "graduate"),
    [
        ("2014", "8000", "12000"),
        ("2020", "8000", "12000"),
        ("2021", "12000", "16000"),
        ("2022", "12000", "16000"),
        ("2023", "16000", "20000"),
        ("2024", "20000", "25000"),
        ("2026", "20000", "25000"),
    ],
)
def test_a_loan_is_capped_by_the_year_it_is_for(
    catalogue: Catalogue, period: str, undergraduate: str, graduate: str
) -> None:
    code = "origin-based-loan"
    for level, cap in (("undergraduate", undergraduate), ("graduate", graduate)):
        assert allowed(catalogue, code, period, cap, level)
        assert allowed(catalogue, code, period, "7753.49", level)
        assert not allowed(catalogue, code, period, f"{cap}.01", level)
    assert allowed(catalogue, code, period, graduate)  # a level that is not known rules nothing out


@pytest.mark.parametrize(
    ("code", "period"),
    [
        ("high-school-grant", "2010-spring"),
        ("vocational-grant", "2014-autumn"),
        ("compulsory-living-subsidy", "2019-spring"),
        ("high-school-tuition-waiver", "2016-spring"),
        ("vocational-tuition-waiver", "2012-spring"),
        ("vocational-poverty-living-subsidy", "2015-spring"),
        ("college-poverty-aid", "2014"),
        ("origin-based-loan", "2013"),
    ],
)
def test_before_the_first_standard_there_is_none(catalogue: Catalogue, code: str, period: str) -> None:
    program = catalogue.program(code)
    assert program.standard_for(Period.parse(period)) is None
    assert program.rates(Period.parse(period)) == ()


@pytest.mark.parametrize(
    ("code", "period", "average"),
    [
        ("high-school-grant", "2014-autumn", "750"),
        ("high-school-grant", "2021-autumn", "1000"),
        ("high-school-grant", "2025-autumn", "1150"),
        ("vocational-grant", "2021-autumn", "1000"),
        ("vocational-grant", "2025-spring", "1150"),
    ],
)
def test_an_average_by_the_year_is_halved_for_a_semester(
    catalogue: Catalogue, code: str, period: str, average: str
) -> None:
    standard = catalogue.program(code).standard_for(Period.parse(period))
    assert standard is not None
    assert standard.average_fen == parse_yuan(average)


@pytest.mark.parametrize("code", ["college-poverty-aid", "origin-based-loan"])
def test_annual_programs_are_paid_for_years_and_count_persons(catalogue: Catalogue, code: str) -> None:
    program = catalogue.program(code)
    assert program.takes(Period.parse("2021"))
    assert not program.takes(Period.parse("2021-autumn"))
    assert program.unit == "persons"


def test_the_other_programs_are_paid_for_semesters_and_count_person_times(catalogue: Catalogue) -> None:
    others = [program for program in catalogue.in_force.values() if program.stage != "college"]
    assert len(others) == 7
    for program in others:
        assert program.takes(Period.parse("2021-autumn"))
        assert not program.takes(Period.parse("2021"))
        assert program.unit == "person-times"


def test_only_the_loan_is_repaid(catalogue: Catalogue) -> None:
    assert [program.code for program in catalogue.programs.values() if program.repaid] == ["origin-based-loan"]


def test_exclusion_of_programs_is_mutual(catalogue: Catalogue) -> None:
    excluded = {(a.code, b) for a in catalogue.programs.values() for b in a.excludes}
    assert excluded == {(b, a) for a, b in excluded}


def test_a_vocational_pupil_may_have_three_programs_and_a_high_school_pupil_two(catalogue: Catalogue) -> None:
    for together in (
        ("vocational-grant", "vocational-tuition-waiver", "vocational-poverty-living-subsidy"),
        ("high-school-grant", "high-school-tuition-waiver"),
    ):
        for code in together:
            assert not set(catalogue.program(code).excludes) & set(together)
    assert "vocational-grant" in catalogue.program("high-school-grant").excludes


FEE = Rate(20_000, 120_000, "school-fee")
NORM = Rate(50_000, 50_000)


def program(*rates: Rate, fees: tuple[Fee, ...] = ()) -> Program:
    standard = Standard(None, rates, None)
    return Program(
        *("made-up", 1, {"en": "Made up", "zh": "虚构"}, "high-school", "waiver", "person-times", "semester"),
        *(Words((("虚构",),), ("虚构",)), "{count}", None, (standard,)),
        fees=fees,
    )


def test_a_listed_fee_takes_the_place_of_the_span_of_fees_from_its_period_on() -> None:
    fees = (
        Fee("金溪中学", None, 46_000, "批复1"),
        Fee("金溪中学", Period(2022, "spring"), 48_000, "批复2"),
        Fee("龙门中学", None, 34_000, None),
    )
    made_up = program(NORM, FEE, fees=fees)

    def spans(school: str | None, period: Period) -> list[tuple[int, int]]:
        return [(rate.low_fen, rate.high_fen) for rate in made_up.rates(period, school=school)]

    assert spans("金溪中学", Period(2021, "autumn")) == [(50_000, 50_000), (46_000, 46_000)]
    assert spans("金溪中学", Period(2022, "spring")) == [(50_000, 50_000), (48_000, 48_000)]
    assert spans("金溪中学", Period(2023, "autumn")) == [(50_000, 50_000), (48_000, 48_000)]
    assert spans("龙门中学", Period(2021, "autumn")) == [(50_000, 50_000), (34_000, 34_000)]
    assert spans("青居中学", Period(2021, "autumn")) == [(50_000, 50_000), (20_000, 120_000)]
    assert spans(None, Period(2021, "autumn")) == [(50_000, 50_000), (20_000, 120_000)]


def test_a_standard_is_chosen_by_the_period_that_is_paid_for() -> None:
    old = Standard(Period(2019, "autumn"), (NORM,), "old")
    new = Standard(Period(2024, "spring"), (FEE,), "new")
    made_up = program()
    dated = Program(
        *(made_up.code, 1, made_up.names, "high-school", "waiver", "person-times", "semester"),
        *(made_up.words, "{count}", None, (old, new)),
    )
    chosen = {
        code: dated.standard_for(Period.parse(code))
        for code in ("2019-spring", "2019-autumn", "2023-autumn", "2024-spring")
    }
    assert chosen == {"2019-spring": None, "2019-autumn": old, "2023-autumn": old, "2024-spring": new}


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "text"),
    [
        (Bounds(2016, 2020), [2016, 2018, 2020], [2015, 2021], "2016-2020"),
        (Bounds(high=2020), [1990, 2020], [2021], "-2020"),
        (Bounds(low=2016), [2016, 2050], [2015], "2016-"),
        (Bounds(3, 3), [3], [2, 4], "3"),
    ],
)
def test_bounds_hold_both_ends(bounds: Bounds, inside: list[int], outside: list[int], text: str) -> None:
    assert all(value in bounds for value in inside)
    assert not any(value in bounds for value in outside)
    assert str(bounds) == text


@pytest.mark.parametrize(
    ("amount", "nearest"), [(50_000, 50_000), (10_000, 20_000), (130_000, 120_000), (60_000, 60_000)]
)
def test_the_nearest_allowed_amount(amount: int, nearest: int) -> None:
    assert nearest_fen((NORM, FEE), amount) == nearest


def test_without_a_rate_the_nearest_amount_is_the_amount_itself() -> None:
    assert nearest_fen((), 12_345) == 12_345


def test_the_published_totals_have_averages_that_the_standards_allow(catalogue: Catalogue) -> None:
    for line in catalogue.report("gaoping-2021-2022h1").lines:
        period = Period(2021, None if catalogue.program(line.program).cadence == "year" else "autumn")
        standard = catalogue.program(line.program).standard_for(period)
        assert standard is not None
        low, high = min(rate.low_fen for rate in standard.rates), max(rate.high_fen for rate in standard.rates)
        assert low <= line.amount_fen / line.count <= high
