"""Removing a person's details on request: those that no entry or list depends on. The event records the row again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, union

from aidledger.domain.identity import RESIDENT_RULES
from aidledger.store.chain import events
from aidledger.store.database.bulk import chunks
from aidledger.store.master import master_data
from aidledger.store.master.master_data import FORGET
from aidledger.store.model.tables import Beneficiary, Entry, Event
from aidledger.store.postings.entries import in_batch
from aidledger.store.postings.listings import TABLES

_REQUESTS = (
    select(Event.c.id, Event.c.at, Event.c.actor, Event.c.facts).where(Event.c.action == FORGET).order_by(Event.c.id)
)


@dataclass(frozen=True, slots=True)
class ForgetRequest:
    """A request to remove a person's details: when, recorded by whom, the columns removed, and the reason."""

    event: int
    at: str
    by: str
    person: int
    removed: Sequence[str]
    reason: str


def removable(books: Connection, person: int) -> list[str]:
    """The columns that hold details of a person beyond their identity.

    Not the birth date, which the ledger only knows from a resident ID number; nor the sex, if that number tells it.
    """
    row = books.execute(select(Beneficiary).where(Beneficiary.c.id == person)).one()
    found = []
    if row.sex is not None and row.document_type not in RESIDENT_RULES:
        found.append("sex")
    if row.student_number is not None and row.student_number != row.number:
        found.append("student_number")
    return found


def forget(books: Connection, moment: str, actor: str, person: int, reason: str) -> list[str]:
    """Clear what is removable, and record which columns, never their values; returns the columns.

    SQLite's ``secure_delete`` overwrites the values in the file. Raises MasterDataAltered.
    """
    removed = removable(books, person)
    facts: dict[str, object] = {"person": person, "removed": removed, "reason": reason}
    if removed:
        facts |= master_data.update(books, Beneficiary, person, dict.fromkeys(removed))
    events.record(books, moment, actor, FORGET, facts)
    return removed


def requests(books: Connection, person: int | None = None) -> list[ForgetRequest]:
    """All requests in order, or those about one person; skips unreadable ones, which verify reports."""
    found = []
    for number, at, by, text in books.execute(_REQUESTS):
        with suppress(ValueError, LookupError, TypeError):
            facts = json.loads(text)
            if person in {None, facts["person"]}:
                found.append(
                    ForgetRequest(number, at, by, int(facts["person"]), facts["removed"], str(facts["reason"]))
                )
    return found


def asked_to_be_forgotten(books: Connection) -> frozenset[int]:
    """The people about whom there is a request: no entry takes in their student number any more."""
    return frozenset(request.person for request in requests(books))


def named_again(books: Connection, batch: int) -> int:
    """How many people with removed details a batch names again, with the details that its file states."""
    forgotten = sorted({request.person for request in requests(books) if request.removed})
    count = 0
    for people in chunks(forgotten):
        named = union(
            select(Entry.c.beneficiary_id).where(in_batch(Entry, batch), Entry.c.beneficiary_id.in_(people)),
            *(
                select(table.c.beneficiary_id).where(table.c.batch_id == batch, table.c.beneficiary_id.in_(people))
                for table in TABLES.values()
                if "beneficiary_id" in table.c
            ),
        ).subquery()
        count += books.execute(select(func.count()).select_from(named)).scalar_one()
    return count
