"""Age at the start of the period, and year of entry, against the bounds of the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.identity import RESIDENT_RULES, birth_of
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.program import Bounds, Program
from aidledger.domain.roster import Roster, RosterFile, Table

AGE_MAX = 200


def check(file: RosterFile, catalogue: Catalogue) -> Iterator[Problem]:
    """age-out-of-range, entry-year-ineligible."""
    for table in file.tables:
        for roster in table.rosters:
            if roster.program and roster.period:
                program = catalogue.programs[roster.program]
                yield from _ages(table, roster, program, roster.period.start)
                yield from _entry_years(table, roster, program)


def _ages(table: Table, roster: Roster, program: Program, on: date) -> Iterator[Problem]:
    ages = program.ages
    if ages is None:
        return
    lines = table.lines
    first_day, last_day = usual_births(ages, on)
    for i, amount in enumerate(roster.amounts_fen):
        if amount is None or lines.document_types[i] not in RESIDENT_RULES:
            continue
        born = birth_of(lines.numbers[i])
        if born is None or first_day < born <= last_day:
            continue
        age, (low, high) = age_on(born, on), (ages.low or 0, ages.high or AGE_MAX)
        place = Place(table.sheet, lines.rows[i], table.columns.get("number"))
        yield Problem("age-out-of-range", place, {"age": age, "low": low, "high": high, "program": program.code})


def usual_births(ages: Bounds, on: date) -> tuple[date, date]:
    """Birth dates of people who are of these ages on a day: after the first date, up to and including the second."""
    low, high = ages.low or 0, ages.high or AGE_MAX
    return date(on.year - high - 1, on.month, on.day), date(on.year - low, on.month, on.day)


def age_on(born: date, on: date) -> int:
    """Age on a day, in completed years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _entry_years(table: Table, roster: Roster, program: Program) -> Iterator[Problem]:
    years = program.entry_years
    if years is None:
        return
    for row, year, amount in zip(table.lines.rows, table.lines.entry_years, roster.amounts_fen, strict=True):
        if year is not None and amount is not None and year not in years:
            place = Place(table.sheet, row, table.columns.get("entry_year"))
            yield Problem(
                "entry-year-ineligible", place, {"entry_year": year, "years": str(years), "program": program.code}
            )
