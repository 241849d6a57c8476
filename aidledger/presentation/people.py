"""One person's aid as JSON and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.part import person_times
from aidledger.domain.table import Answer
from aidledger.i18n import N_, Language
from aidledger.presentation.columns import NAME, PERIOD, PROGRAM, Shape, counted
from aidledger.presentation.entries import ENTRY_COLUMNS, entry_cells, entry_shape
from aidledger.presentation.result import Result
from aidledger.reports.balances import BALANCE_COLUMNS, balance_cells, balance_value

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.people import PersonHistory
    from aidledger.operations.views import Viewed
    from aidledger.store.postings.lookups import EntryRecord


def people_result(viewed: Viewed[list[PersonHistory]], catalogue: Catalogue, language: Language) -> Result:
    """``person``."""
    found = viewed.found
    return Result(
        lambda: {"persons": [_shape(history, catalogue) for history in found]},
        lambda: [
            (N_("Entries"), _entries(found, catalogue, language)),
            (N_("Claims"), _claims(found, catalogue, language)),
        ],
        head=viewed.head,
        reveal=viewed.revealed,
    )


def _entries(found: Sequence[PersonHistory], catalogue: Catalogue, language: Language) -> Answer:
    """Everybody found, with all entries."""
    rows = [entry_cells(entry, catalogue, language) for history in found for entry in history.entries]
    in_force = [entry for history in found for entry in history.entries if entry.in_force]
    aid, loans = (
        [entry for entry in in_force if (catalogue.programs[entry.program].nature == "loan") is lent]
        for lent in (False, True)
    )
    facts = {
        "persons": len(found),
        "count": person_times_of(aid),
        "amount": yuan_text(sum(entry.amount_fen for entry in aid)),
        "lent": yuan_text(sum(entry.amount_fen for entry in loans)),
        "also": [one.number for history in found for one in history.also],
    }
    title = N_("{persons} person(s), {count} person-times in force, {amount} yuan")
    notes = [
        *([N_("Lent beside that: {lent} yuan")] if loans else []),
        *([N_("The same people under other ID numbers that were corrected: {also}")] if facts["also"] else []),
    ]
    return Answer(title, ENTRY_COLUMNS, rows, notes=notes, facts=facts)


def _claims(found: Sequence[PersonHistory], catalogue: Catalogue, language: Language) -> Answer:
    """The balance of each claim of the people found."""
    columns = (ENTRY_COLUMNS[1], NAME, PROGRAM, PERIOD, *BALANCE_COLUMNS)
    rows = [
        (
            history.person.person,
            history.person.name,
            catalogue.programs[str(row.program)].name(language),
            row.period,
            *balance_cells(row.balance),
        )
        for history in found
        for row in history.claims
    ]
    return Answer(N_("Claimed and paid (yuan)"), columns, rows)


def person_times_of(entries: Iterable[EntryRecord]) -> int:
    """The person-times of entries, each list being one person's."""
    return person_times(((one.person, one.program, one.period), one.part) for one in entries)


def _shape(history: PersonHistory, catalogue: Catalogue) -> Shape:
    """One person of ``person``; aid and loans are never added up."""
    who = history.person
    lent = {code for code, program in catalogue.programs.items() if program.nature == "loan"}
    aid, loans = (
        [entry for entry in history.entries if entry.in_force and (entry.program in lent) is of_loans]
        for of_loans in (False, True)
    )
    return {
        "document_type": who.document_type,
        "number": who.number,
        "name": who.name,
        "sex": who.sex,
        "student_number": who.student_number,
        "also": [one.number for one in history.also],
        **counted(person_times_of(aid), sum(entry.amount_fen for entry in aid)),
        "loans": counted(person_times_of(loans), sum(entry.amount_fen for entry in loans)),
        "claims": [
            {"program": row.program, "period": row.period, **balance_value(row.balance)} for row in history.claims
        ],
        "entries": [entry_shape(entry) for entry in history.entries],
    }
