"""A roster's control totals against its rows."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import yuan_text
from aidledger.domain.part import person_times
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Declared, Roster, RosterFile, Table
from aidledger.i18n import N_


def check(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """declared-total-mismatch: totals and subtotals, in person-times and amounts."""
    for table in file.tables:
        for roster in table.rosters:
            if not roster.complete:
                continue  # the unreadable amount is reported; the wrong sum only follows from it
            for declared in (*roster.sections, *([roster.declared] if roster.declared else [])):
                yield from _compare(table, [roster], declared)
        if all(roster.complete for roster in table.rosters):
            for declared in table.declared:
                yield from _compare(table, table.rosters, declared)


def _compare(table: Table, rosters: list[Roster], declared: Declared) -> Iterator[Problem]:
    amounts = [
        amount
        for roster in rosters
        for amount in roster.amounts_fen[declared.first : declared.last]
        if amount is not None
    ]
    place = Place(table.sheet, declared.row, rosters[0].amount_column)
    if declared.amount_fen is not None and declared.amount_fen != sum(amounts):
        facts = {"declared": yuan_text(declared.amount_fen), "actual": yuan_text(sum(amounts)), "unit": N_("yuan")}
        yield Problem("declared-total-mismatch", place, facts)
    count = declared.person_times
    if count not in {None, len(amounts)} and count != _person_times(table, rosters, declared):
        facts = {"declared": str(count), "actual": str(len(amounts)), "unit": N_("person-times")}
        yield Problem("declared-total-mismatch", Place(table.sheet, declared.row), facts)


def _person_times(table: Table, rosters: list[Roster], declared: Declared) -> int:
    """The person-times of the rosters: where lines pay parts, a total may count these rather than the lines."""
    numbers = table.lines.numbers
    paid = (
        ((roster.program, roster.period, numbers[i]), roster.part(i))
        for roster in rosters
        for i in range(declared.first, declared.last)
        if roster.amounts_fen[i] is not None
    )
    return person_times(paid)
