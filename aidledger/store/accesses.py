"""Who was shown full ID and card numbers: the ``reveal`` events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from aidledger.store.bulk import table_of
from aidledger.store.tables import Event

REVEAL = "reveal"
_event = table_of(Event)


@dataclass(frozen=True, slots=True)
class Access:
    """One request for full numbers: when (UTC), by whom, of what, and the reason given."""

    event: int
    at: str
    actor: str
    seen: str
    reason: str


def accesses(books: Connection, first: date | None, last: date | None, actor: str | None) -> list[Access]:
    """The requests from a day to a day (UTC), both included, in the order in which they came."""
    query = select(_event.c.id, _event.c.at, _event.c.actor, _event.c.facts).where(_event.c.action == REVEAL)
    if first is not None:
        query = query.where(_event.c.at >= first.isoformat())
    if last is not None and last < date.max:
        query = query.where(_event.c.at < (last + timedelta(days=1)).isoformat())
    if actor is not None:
        query = query.where(_event.c.actor == actor)
    return [
        Access(number, at, by, *_facts(facts)) for number, at, by, facts in books.execute(query.order_by(_event.c.id))
    ]


def _facts(text: str) -> tuple[str, str]:
    """What was seen and why; empty where the facts were tampered with, which ``verify`` names."""
    try:
        facts = json.loads(text)
    except ValueError:
        return "", ""
    if not isinstance(facts, dict):
        return "", ""
    return str(facts.get("seen", "")), str(facts.get("reason", ""))
