"""What is removed of a person on request: what no entry and no list rests on; the event tells the row anew."""

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
from aidledger.store.model.tables import Beneficiary, Certification, Enrolment, Entry, Event, Recovery
from aidledger.store.postings.entries import in_batch

_REQUESTS = (
    select(Event.c.id, Event.c.at, Event.c.actor, Event.c.facts).where(Event.c.action == FORGET).order_by(Event.c.id)
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to remove what is held of a person: when, by whom recorded, what was removed, and the reason."""

    event: int
    at: str
    by: str
    person: int
    removed: Sequence[str]
    reason: str


def removable(books: Connection, person: int) -> list[str]:
    """The columns that hold something of a person beside who it is.

    The birth date is none of them: it is only known where it stands in the number, and so is the sex there.
    """
    row = books.execute(select(Beneficiary).where(Beneficiary.c.id == person)).one()
    found = []
    if row.sex is not None and row.document_type not in RESIDENT_RULES:
        found.append("sex")
    if row.student_number is not None and row.student_number != row.number:
        found.append("student_number")
    return found


def forget(books: Connection, moment: str, actor: str, person: int, reason: str) -> list[str]:
    """Remove it, and record what was removed, never what stood there. ``secure_delete`` overwrites it in the file.

    Raises MasterDataAltered.
    """
    removed = removable(books, person)
    facts: dict[str, object] = {"person": person, "removed": removed, "reason": reason}
    if removed:
        facts |= master_data.update(books, Beneficiary, person, dict.fromkeys(removed))
    events.record(books, moment, actor, FORGET, facts)
    return removed


def requests(books: Connection, person: int | None = None) -> list[Request]:
    """All such requests, or those about one person, in their order; without what was tampered with (see verify)."""
    found = []
    for number, at, by, text in books.execute(_REQUESTS):
        with suppress(ValueError, LookupError, TypeError):
            facts = json.loads(text)
            if person in {None, facts["person"]}:
                found.append(Request(number, at, by, int(facts["person"]), facts["removed"], str(facts["reason"])))
    return found


def named_again(books: Connection, batch: int) -> int:
    """How many of whom something was removed a batch names again, with whatever its file says of them."""
    forgotten = sorted({one.person for one in requests(books) if one.removed})
    count = 0
    for some in chunks(forgotten):
        named = union(
            select(Entry.c.beneficiary_id).where(in_batch(Entry, batch), Entry.c.beneficiary_id.in_(some)),
            *(
                select(table.c.beneficiary_id).where(table.c.batch_id == batch, table.c.beneficiary_id.in_(some))
                for table in (Certification, Enrolment, Recovery)
            ),
        ).subquery()
        count += books.execute(select(func.count()).select_from(named)).scalar_one()
    return count
