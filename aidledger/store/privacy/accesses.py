"""The log of accesses to full ID and card numbers, and of removals on request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from aidledger.store.master.master_data import FORGET
from aidledger.store.model.tables import Event

REVEAL = "reveal"
# The first words of every recorded subject.
SEEN = (
    "pay export",
    "pay order",
    "sample",
    "audit",
    "finding",
    "findings",
    "reconcile",
    "batch",
    "delivery",
    "person",
    "export parquet",
    "export",
    "forget",
    "entry",
    "figure",
)


@dataclass(frozen=True, slots=True)
class Access:
    """One request for full numbers, or for a removal: when (UTC), by whom, of what (``seen``), and why."""

    event: int
    at: str
    actor: str
    seen: str
    reason: str

    @property
    def subject(self) -> tuple[str, str]:
        """The kind of subject, one of SEEN, and the rest of ``seen``; empty and all of it if there is no such kind."""
        for kind in SEEN:
            if self.seen == kind or self.seen.startswith(f"{kind} "):
                return kind, self.seen.removeprefix(kind).strip()
        return "", self.seen


def accesses(books: Connection, first: date | None, last: date | None, actor: str | None) -> list[Access]:
    """The requests in order, from the first to the last day (UTC), both included."""
    query = select(Event.c.id, Event.c.at, Event.c.actor, Event.c.facts)
    query = query.where(Event.c.action.in_([REVEAL, FORGET]))
    if first is not None:
        query = query.where(Event.c.at >= first.isoformat())
    if last is not None and last < date.max:
        query = query.where(Event.c.at < (last + timedelta(days=1)).isoformat())
    if actor is not None:
        query = query.where(Event.c.actor == actor)
    return [
        Access(number, at, by, *_facts(facts)) for number, at, by, facts in books.execute(query.order_by(Event.c.id))
    ]


def _facts(text: str) -> tuple[str, str]:
    """What was seen and why; empty if the facts are unreadable, which ``verify`` reports."""
    try:
        facts = json.loads(text)
    except ValueError:
        return "", ""
    if not isinstance(facts, dict):
        return "", ""
    seen = f"forget {facts['person']}" if "person" in facts else str(facts.get("seen", ""))
    return seen, str(facts.get("reason", ""))
