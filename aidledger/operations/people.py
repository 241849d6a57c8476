"""One person's aid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aidledger.catalogue.catalogue import Catalogue
from aidledger.errors import UnknownPerson
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.reports.dues import DueRow, dues
from aidledger.reports.movements import Movement, movements_of
from aidledger.sheets.recognition.cells import name_of, number_of
from aidledger.store.ledger import Books, Ledger
from aidledger.store.payables.claims import ClaimScope, LinkedBeneficiaries
from aidledger.store.postings import lookups
from aidledger.store.postings.lookups import EntryRecord, PersonRecord

# Larger numbers are not person numbers, and may exceed a database's integers.
_OWN_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person with all entries, including reversals, the balance of each claim, and what was paid.

    ``also``: the same person under other ID numbers, corrected by new versions of rosters.
    """

    person: PersonRecord
    also: Sequence[PersonRecord]
    entries: Sequence[EntryRecord]
    claims: Sequence[DueRow]
    movements: Sequence[Movement] = ()


def named(books: Books, text: str) -> list[PersonRecord]:
    """People by document or student number, name, or the ledger's own number; raises UnknownPerson."""
    digits = text.strip()
    own = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _OWN_DIGITS_MAX else None
    found = lookups.people(books, number_of(text)[0], name_of(text), own)
    if not found:
        raise UnknownPerson
    return found


def _numbered(books: Books, own: int) -> list[PersonRecord]:
    """The person with the ledger's own number; raises UnknownPerson."""
    found = lookups.people_by_id(books, [own])
    if not found:
        raise UnknownPerson
    return found


def person(
    ledger: Ledger, catalogue: Catalogue, number_or_name: str | int, reveal: Reveal | None = None
) -> Viewed[list[PersonHistory]]:
    """Everybody with this number or name, each with corrected numbers; raises UnknownPerson.

    A whole number is the ledger's own for one person.
    """

    def read(books: Books) -> list[PersonHistory]:
        people = LinkedBeneficiaries(books)
        same: dict[int, PersonRecord] = {}
        asked_for = number_or_name
        for who in _numbered(books, asked_for) if isinstance(asked_for, int) else named(books, asked_for):
            same.setdefault(people.first(who.person), who)
        return [_history(books, catalogue, who, people.same(who.person)) for who in same.values()]

    def seen(found: list[PersonHistory]) -> str:
        return f"person {', '.join(str(history.person.person) for history in found)}"

    return view(ledger, read, reveal, seen)


def _history(books: Books, catalogue: Catalogue, who: PersonRecord, same: frozenset[int]) -> PersonHistory:
    also = [one for one in lookups.people_by_id(books, same) if one.person != who.person]
    entries = lookups.entries_for(books, sorted(same))
    scope = ClaimScope(persons=same)
    found = dues(books, catalogue, scope, ("program", "period", "person"), rows="all")
    return PersonHistory(who, also, entries, found.rows, movements_of(books, same))
