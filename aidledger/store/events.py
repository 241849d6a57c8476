"""The chain of events: who did what when, each link holding the one before."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from aidledger.store.bulk import insert_row, table_of
from aidledger.store.digests import GENESIS, event_digest, facts_text
from aidledger.store.tables import Event

_event = table_of(Event)
_LAST = select(_event.c.id, _event.c.digest).order_by(_event.c.id.desc()).limit(1)


def head(books: Connection) -> str:
    """What stands for the whole ledger up to now."""
    last = books.execute(_LAST).first()
    return last.digest if last else GENESIS


def record(
    books: Connection, moment: str, actor: str, action: str, facts: Mapping[str, object], batch_id: int | None = None
) -> str:
    """Add a link; returns the new head."""
    last = books.execute(_LAST).first()
    number, before = (last.id + 1, last.digest) if last else (1, GENESIS)
    text = facts_text(facts)
    digest = event_digest(before, (number, moment, actor, action, batch_id, text))
    insert_row(
        books, Event, id=number, at=moment, actor=actor, action=action, batch_id=batch_id, facts=text, digest=digest
    )
    return digest
