"""Cleans the district: by chance it has cases that an audit would find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from random import Random

from aidledger.demo import vocational
from aidledger.demo.faults.planting import DraftRoster
from aidledger.demo.listings import DemoList, ListLine
from aidledger.demo.names import person_name
from aidledger.demo.people import Person
from aidledger.domain.naming import sound_of
from aidledger.domain.program import Program
from aidledger.domain.term import Period


def without_namesakes(listings: Iterable[DemoList], rng: Random) -> list[DemoList]:
    """The lists with new names for people who share birth date and name, or its sound, with somebody."""
    listings = list(listings)
    named: dict[tuple[tuple[str, ...], date], str] = {}
    renamed: dict[str, Person] = {}
    for listing in listings:
        for line in listing.lines:
            person = line.person
            while named.setdefault((sound_of(person.name), person.birth), person.number) != person.number:
                person = renamed.get(person.number) or replace(person, name=person_name(rng, person.sex))
            if person is not line.person:
                renamed[person.number] = person
    return [
        replace(listing, lines=tuple(replace(line, person=renamed[n]) if (n := line.person.number) in renamed else line
                                     for line in listing.lines))
        for listing in listings
    ]  # fmt: skip


def pay_on(drafts: Iterable[DraftRoster]) -> None:
    """Pay vocational aid in every term to pupils who get it in one, while they are enrolled and eligible.

    Distributing the report's totals leaves some without aid in the next term, which an audit would report.
    """
    of_school: dict[tuple[str, str], list[DraftRoster]] = defaultdict(list)
    for draft in drafts:
        if draft.listing.programs[0].stage == "vocational":
            of_school[draft.school, draft.period.code].append(draft)
    for code in (vocational.GRANT, vocational.SUBSIDY):
        amounts = _amounts([draft for group in of_school.values() for draft in group], code)
        for group in of_school.values():
            paying = next((draft for draft in group if code in draft.codes), None)
            if paying is not None:
                _complete(paying, group, code, amounts)


def _amounts(drafts: Iterable[DraftRoster], code: str) -> dict[str, tuple[int, str]]:
    """The amounts (分) and categories of a program's pupils in any term."""
    return {
        line.person.number: (amount, line.category)
        for draft in drafts
        for line in draft.lines
        for paid, amount in draft.paid(line)
        if paid == code
    }


def _complete(
    paying: DraftRoster, group: Iterable[DraftRoster], code: str, amounts: dict[str, tuple[int, str]]
) -> None:
    """Add to a school's roster the pupils on its other rosters of the term who get the program in another term."""
    place = paying.codes.index(code)
    program = paying.listing.programs[place]
    there = {line.person.number for line in paying.lines if line.amounts_fen[place] is not None}
    for line in [line for draft in group for line in draft.lines]:
        number = line.person.number
        if number in there or number not in amounts or not _eligible(program, paying.period, line):
            continue
        there.add(number)
        _pay(paying, line, place, *amounts[number])


def _pay(paying: DraftRoster, line: ListLine, place: int, amount: int, category: str) -> None:
    """Pay a pupil under one more program: in the line that the roster has for the pupil, else in one of its own."""
    on_roster = next((one for one in paying.lines if one.person.number == line.person.number), None)
    if on_roster is None:
        alone = tuple(amount if i == place else None for i in range(len(paying.codes)))
        paying.lines.append(replace(line, amounts_fen=alone, category=category))
    else:
        together = tuple(amount if i == place else fen for i, fen in enumerate(on_roster.amounts_fen))
        paying.lines[paying.lines.index(on_roster)] = replace(on_roster, amounts_fen=together)


def _eligible(program: Program, period: Period, line: ListLine) -> bool:
    """Whether a program covers a pupil's grade and year of entry."""
    standard = program.standard_for(period)
    of_grade = standard is None or not standard.grades or line.grade + 1 in standard.grades
    return of_grade and (program.entry_years is None or line.entry_year in program.entry_years)
