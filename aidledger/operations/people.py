"""One person's aid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aidledger.errors import UnknownPerson
from aidledger.sheets.cells import name_of, number_of
from aidledger.store import lookups
from aidledger.store.ledger import Books, Ledger
from aidledger.store.lookups import EntryRecord, PersonRecord

# More digits than that are no number of ours, and none that a database counts to.
_OWN_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person and all entries for it, reversals among them."""

    person: PersonRecord
    entries: Sequence[EntryRecord]


def named(books: Books, said: str) -> list[PersonRecord]:
    """Who is meant by a number of a document or of a student, a name, the ledger's own number; raises UnknownPerson."""
    digits = said.strip()
    own = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _OWN_DIGITS_MAX else None
    found = lookups.people(books, number_of(said)[0], name_of(said), own)
    if not found:
        raise UnknownPerson
    return found


def person(ledger: Ledger, number_or_name: str) -> list[PersonHistory]:
    """Everybody with this number or name; raises UnknownPerson."""
    with ledger.reading() as books:
        found = named(books, number_or_name)
        entries = lookups.entries_for(books, [record.person for record in found])
    return [PersonHistory(who, [entry for entry in entries if entry.person == who.person]) for who in found]
