"""One person's aid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aidledger.errors import UnknownPerson
from aidledger.sheets.cells import name_of, number_of
from aidledger.store import lookups
from aidledger.store.ledger import Ledger
from aidledger.store.lookups import EntryRecord, PersonRecord


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person and all entries for it, reversals among them."""

    person: PersonRecord
    entries: Sequence[EntryRecord]


def person(ledger: Ledger, number_or_name: str) -> list[PersonHistory]:
    """Everybody with this number or name; raises UnknownPerson."""
    with ledger.reading() as books:
        found = lookups.people(books, number_of(number_or_name)[0], name_of(number_or_name))
        entries = lookups.entries_for(books, [record.person for record in found])
    if not found:
        raise UnknownPerson
    return [PersonHistory(who, [entry for entry in entries if entry.person == who.person]) for who in found]
