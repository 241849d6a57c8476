"""What is true of the district as a whole, whatever its lists look like."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from itertools import islice

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo.district import district_listings
from aidledger.demo.listings import DemoList, ListLine
from aidledger.demo.schools import GRADES, names
from aidledger.domain.identity import resident_fault, sex_of
from aidledger.domain.published import PublishedLine, PublishedReport
from aidledger.domain.term import Period
from aidledger.errors import Unsolvable

Paid = list[tuple[str, Period, DemoList, ListLine, int]]


def payments(listings: list[DemoList]) -> Paid:
    return [
        (program.code, listing.period, listing, line, amount)
        for listing in listings
        for line in listing.lines
        for program, amount in zip(listing.programs, line.amounts_fen, strict=True)
        if amount is not None
    ]


@pytest.fixture(scope="module")
def paid(listings: list[DemoList]) -> Paid:
    return payments(listings)


def figures(listings: list[DemoList]) -> dict[str, tuple[int, int]]:
    counts, sums = Counter[str](), Counter[str]()
    for code, _, _, _, amount in payments(listings):
        counts[code] += 1
        sums[code] += amount
    return {code: (counts[code], sums[code]) for code in counts}


def expected(report: PublishedReport) -> dict[str, tuple[int, int]]:
    return {line.program: (line.count, line.amount_fen) for line in report.lines}


def with_line(report: PublishedReport, changed: PublishedLine) -> PublishedReport:
    return replace(report, lines=tuple(changed if line.program == changed.program else line for line in report.lines))


def small_report(report: PublishedReport) -> PublishedReport:
    """A tenth of nearly everything, at sums that are awkward on purpose."""
    lines = (
        PublishedLine("preschool-fee-waiver", 1051, "58.3571"),
        PublishedLine("compulsory-living-subsidy", 5525, "195.96875"),
        PublishedLine("high-school-grant", 1473, "147.32"),
        PublishedLine("high-school-tuition-waiver", 1473, "65.4607"),
        PublishedLine("vocational-grant", 545, "54.5"),
        PublishedLine("vocational-tuition-waiver", 2079, "205.063"),
        PublishedLine("vocational-poverty-living-subsidy", 102, "5.1"),
        PublishedLine("college-poverty-aid", 35, "14"),
        PublishedLine("origin-based-loan", 279, "216.41"),
    )
    return replace(report, lines=lines)


def test_the_rows_make_the_published_counts_and_sums(listings: list[DemoList], report: PublishedReport) -> None:
    assert figures(listings) == expected(report)


@pytest.mark.parametrize("seed", [1, 2])
def test_other_figures_and_seeds_are_met_as_well(catalogue: Catalogue, report: PublishedReport, seed: int) -> None:
    small = small_report(report)

    assert figures(district_listings(catalogue, small, seed)) == expected(small)


def test_one_term_is_enough(catalogue: Catalogue, report: PublishedReport) -> None:
    line = PublishedLine("preschool-fee-waiver", 100, "6")
    one_term = replace(report, start=Period(2021, "autumn"), end=Period(2021, "autumn"), lines=(line,))

    assert figures(district_listings(catalogue, one_term, 1)) == expected(one_term)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (PublishedLine("high-school-grant", 1470, "147.32"), "counts differ"),
        (PublishedLine("high-school-grant", 1473, "999"), "no amounts"),
        (PublishedLine("vocational-grant", 2079, "207.9"), "only"),
        (PublishedLine("compulsory-living-subsidy", 5525, "195.96876"), "no amounts"),
        (PublishedLine("college-poverty-aid", 35, "14.1"), "no amounts"),
        (PublishedLine("origin-based-loan", 279, "216.405"), "no amounts"),
    ],
)
def test_what_cannot_be_is_refused(
    catalogue: Catalogue, report: PublishedReport, line: PublishedLine, why: str
) -> None:
    with pytest.raises(Unsolvable, match=why) as refused:
        district_listings(catalogue, with_line(small_report(report), line), 1)

    assert line.program in str(refused.value)


def test_a_report_of_nothing_is_a_district_of_nothing(catalogue: Catalogue, report: PublishedReport) -> None:
    assert district_listings(catalogue, replace(report, lines=()), 1) == []


def test_vocational_aid_needs_the_pupils_whose_tuition_is_waived(catalogue: Catalogue, report: PublishedReport) -> None:
    alone = replace(report, lines=(PublishedLine("vocational-grant", 10, "1"),))

    with pytest.raises(Unsolvable, match="vocational-tuition-waiver"):
        district_listings(catalogue, alone, 1)


def test_names_of_schools_do_not_run_out() -> None:
    found = list(islice(names("高坪区", "vocational", set()), 2000))

    assert len(set(found)) == 2000


def test_a_standard_that_changes_within_the_report_is_refused(catalogue: Catalogue, report: PublishedReport) -> None:
    later = replace(small_report(report), start=Period(2023, "spring"), end=Period(2024, "spring"))

    with pytest.raises(Unsolvable, match="the same in all"):
        district_listings(catalogue, later, 1)


def test_a_program_without_rosters_is_refused(catalogue: Catalogue, report: PublishedReport) -> None:
    unknown = replace(report, lines=(PublishedLine("school-bus", 1, "1"),))

    with pytest.raises(Unsolvable, match="school-bus"):
        district_listings(catalogue, unknown, 1)


def test_every_amount_is_one_that_the_standard_allows(catalogue: Catalogue, paid: Paid) -> None:
    cases = {(code, period, line.level, line.boarding, line.school, amount) for code, period, _, line, amount in paid}
    for code, period, level, boarding, school, amount in cases:
        rates = catalogue.program(code).rates(period, level, boarding, school)
        assert any(rate.allows(amount) for rate in rates), (code, amount)


def test_a_school_has_one_fee(paid: Paid) -> None:
    fees = defaultdict(set)
    for code, _, listing, _, amount in paid:
        if code.endswith("tuition-waiver"):
            fees[listing.sender].add(amount)

    assert all(len(amounts) == 1 for amounts in fees.values())
    assert len(set.union(*fees.values())) > 3


def test_grants_average_what_the_standard_asks_for_in_every_school(catalogue: Catalogue, paid: Paid) -> None:
    by_school = defaultdict(list)
    for code, period, listing, _, amount in paid:
        if code == "high-school-grant":
            by_school[period, listing.sender].append(amount)

    for (period, _), amounts in by_school.items():
        standard = catalogue.program("high-school-grant").standard_for(period)
        assert standard is not None
        assert standard.average_fen == pytest.approx(sum(amounts) / len(amounts), rel=0.01)


def test_nobody_is_paid_twice_under_a_program_for_a_period(paid: Paid) -> None:
    times = Counter((code, period, line.person.number) for code, period, _, line, _ in paid)

    assert max(times.values()) == 1


def test_persons_of_yearly_programs_are_paid_once_at_all(catalogue: Catalogue, paid: Paid) -> None:
    yearly = [item for item in paid if catalogue.program(item[0]).unit == "persons"]

    assert max(Counter((code, line.person.number) for code, _, _, line, _ in yearly).values()) == 1


def test_nobody_is_paid_under_programs_that_exclude_each_other(catalogue: Catalogue, paid: Paid) -> None:
    programs = defaultdict(set)
    for code, period, _, line, _ in paid:
        programs[period, line.person.number].add(code)

    for together in {frozenset(codes) for codes in programs.values()}:
        assert not any(set(catalogue.program(code).excludes) & together for code in together)
    assert {"vocational-grant", "vocational-tuition-waiver", "vocational-poverty-living-subsidy"} in programs.values()


def test_nobody_is_at_two_schools_or_boards_by_day_in_one_term(listings: list[DemoList]) -> None:
    places = defaultdict(set)
    for listing in listings:
        if listing.period.semester:
            for line in listing.lines:
                places[listing.period, line.person.number].add((line.school, line.grade, line.class_no, line.boarding))

    assert all(len(at) == 1 for at in places.values())


def test_numbers_are_valid_nobodys_and_each_a_single_persons(listings: list[DemoList]) -> None:
    people = {line.person for listing in listings for line in listing.lines}

    assert len({person.number for person in people}) == len(people)
    assert len({person.account for person in people}) == len(people)
    assert all(resident_fault(person.number) is None for person in people)
    assert all(person.number.startswith("511300") for person in people)
    assert all((person.sex == "男") == (sex_of(person.number) == "male") for person in people)
    assert all(len(person.account) == 19 and person.account.startswith("621700") for person in people)
    assert not any(passes_luhn(person.account) for person in people)


def passes_luhn(digits: str) -> bool:
    doubled = [2 * int(digit) if i % 2 else int(digit) for i, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def test_some_names_are_ones_that_programs_stumble_over(listings: list[DemoList]) -> None:
    names = {line.person.name for listing in listings for line in listing.lines}

    assert any("·" in name for name in names)
    assert any(len(name) == 2 for name in names)
    assert any(ord(sign) > 0xFFFF for name in names for sign in name)
    assert any(name.startswith("欧阳") for name in names)


def test_ages_and_years_of_entry_fit(catalogue: Catalogue, paid: Paid) -> None:
    for code, period, _, line, _ in paid:
        program, born, on = catalogue.program(code), line.person.birth, period.start
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        assert program.ages is not None
        assert age in program.ages, (code, line)
        assert program.entry_years is None or line.entry_year in program.entry_years
        if line.level in GRADES:
            assert line.entry_year == period.school_year - line.grade
            assert not program.grades or GRADES[line.level][line.grade] in program.grades


def test_most_pupils_stay_and_go_up_a_grade(listings: list[DemoList]) -> None:
    spring, autumn, next_spring = (
        {line.person.number: line for listing in listings if listing.period == period for line in listing.lines}
        for period in (Period(2021, "spring"), Period(2021, "autumn"), Period(2022, "spring"))
    )
    both = spring.keys() & autumn.keys()

    assert len(both) > 0.7 * len(spring)
    assert all(autumn[number].grade == spring[number].grade + 1 for number in both if autumn[number].grade)
    assert {(spring[n].level, autumn[n].level) for n in both if not autumn[n].grade} == {("primary", "junior")}
    assert len(autumn.keys() & next_spring.keys()) > 0.96 * len(autumn)
    assert any(spring[n].school != autumn[n].school for n in both if autumn[n].grade)


def test_there_are_clearly_fewer_persons_than_person_times(paid: Paid) -> None:
    persons, times = defaultdict(set), Counter[str]()
    for code, _, _, line, _ in paid:
        persons[code].add(line.person.number)
        times[code] += 1

    assert all(len(persons[code]) < 0.6 * times[code] for code in persons if times[code] > len(persons[code]))
    assert sum(times[code] > len(persons[code]) for code in persons) == 7


def test_loans_reach_people_whom_the_district_knows(paid: Paid) -> None:
    by_program = defaultdict(set)
    for code, _, _, line, _ in paid:
        by_program[code].add(line.person.number)

    assert by_program["origin-based-loan"] & by_program["college-poverty-aid"]
    assert by_program["origin-based-loan"] & by_program["high-school-grant"]


def test_only_graduates_borrow_above_the_undergraduate_cap(catalogue: Catalogue, paid: Paid) -> None:
    loan = catalogue.program("origin-based-loan")
    cap = max(rate.high_fen for rate in loan.rates(Period(2021), "undergraduate"))
    above = {line.level for code, _, _, line, amount in paid if code == loan.code and amount > cap}

    assert above == {"graduate"}


def test_the_same_seed_gives_the_same_district_and_another_one_another(
    catalogue: Catalogue, report: PublishedReport
) -> None:
    small = small_report(report)

    one = district_listings(catalogue, small, 5)

    assert district_listings(catalogue, small, 5) == one
    assert district_listings(catalogue, small, 6) != one


def test_a_school_whose_fee_the_office_has_listed_is_not_in_it(
    catalogue: Catalogue, report: PublishedReport, listings: list[DemoList]
) -> None:
    from aidledger.domain.program import Fee

    known = next(listing.sender for listing in listings if listing.programs[0].code == "high-school-grant")
    waiver = catalogue.program("high-school-tuition-waiver")
    listed = replace(waiver, fees=(Fee(known, None, 99_900, None),))
    changed = replace(catalogue, programs={**catalogue.programs, waiver.code: listed})

    found = district_listings(changed, small_report(report), 2021)

    assert known not in {listing.sender for listing in found}
    assert figures(found) == expected(small_report(report))


def test_terms_begin_where_the_report_begins(listings: list[DemoList]) -> None:
    assert {listing.period.code for listing in listings} == {"2021-spring", "2021-autumn", "2022-spring", "2021"}
    assert min(listing.period.start for listing in listings) == date(2021, 2, 1)
