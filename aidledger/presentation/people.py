"""One person's aid as JSON and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.part import person_times
from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Language
from aidledger.presentation.columns import BATCH, ENTRY, NAME, PERIOD, PROGRAM, STATE, Shape, counted
from aidledger.presentation.entries import ENTRY_COLUMNS, entry_cells, entry_shape
from aidledger.presentation.result import Result
from aidledger.reports.balances import BALANCE_COLUMNS, balance_cells, balance_value
from aidledger.reports.figures import figure_text

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.people import PersonHistory
    from aidledger.operations.views import Viewed
    from aidledger.store.postings.lookups import EntryRecord


_OUTCOMES = {
    "paid": N_("paid"),
    "failed": N_("failed"),
    "returned": N_("returned"),
    "came-back": N_("came back"),
}


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
    title = N_("Persons: {persons}; {count} person-times in force, {amount} yuan")
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
    traces = [
        figure_text({"person": str(history.person.person), "program": row.program, "period": row.period})
        for history in found
        for row in history.claims
    ]
    return Answer(N_("Claimed and paid (yuan)"), columns, rows, traces=traces)


def movements_result(viewed: Viewed[list[PersonHistory]], catalogue: Catalogue, language: Language) -> Result:
    """What the bank was asked to pay the people found, and what it answered; beside ``person`` on the page."""
    found = [(history.person, one) for history in viewed.found for one in history.movements]
    columns = (
        ENTRY_COLUMNS[1],
        NAME,
        PROGRAM,
        PERIOD,
        Column("order", N_("Order"), "count"),
        Column("serial", N_("Serial no.")),
        ENTRY,
        BATCH,
        Column("paid", N_("Paid"), "yuan"),
        Column("under_way", N_("Under way"), "yuan"),
        STATE,
        Column("day", N_("Date")),
        Column("reason", N_("Reason")),
    )
    rows = [
        (
            who.person,
            who.name,
            catalogue.programs[one.program].name(language),
            one.period,
            one.order,
            one.serial,
            one.entry,
            one.batch,
            one.paid_fen,
            one.under_way_fen,
            _OUTCOMES.get(one.outcome or "", N_("no-answer")),
            one.day,
            one.reason,
        )
        for who, one in found
    ]
    notes = (N_("Waivers are set off and loans are paid out by the bank that lends: neither is ordered here."),)
    answer = Answer(N_("Payments, and money that came back (yuan)"), columns, rows, notes=notes)
    return Result(lambda: {"payments": len(rows)}, lambda: [("", answer)], reveal=viewed.revealed)


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
