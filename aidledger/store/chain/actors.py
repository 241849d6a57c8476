"""The people whom an office named, and as what. Namings live in the chain of events: by whom, when."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from aidledger.domain.role import Role, same_name
from aidledger.store.chain import events
from aidledger.store.model.tables import Event

_NAME, _DISMISS = "name-actor", "dismiss-actor"
_NAMINGS = (
    select(Event.c.at, Event.c.actor, Event.c.action, Event.c.facts)
    .where(Event.c.action.in_([_NAME, _DISMISS]))
    .order_by(Event.c.id)
)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is named as something: since when (UTC), and by whom."""

    actor: str
    role: Role
    at: str
    by: str


def named(books: Connection) -> dict[str, Named]:
    """Who is named now, by ``same_name``, in the order of naming. Raises what a tampered event makes of its facts."""
    known: dict[str, Named] = {}
    for row in books.execute(_NAMINGS):
        facts = json.loads(row.facts)
        actor = str(facts["actor"])
        known.pop(same_name(actor), None)
        if row.action == _NAME:
            known[same_name(actor)] = Named(actor, facts["role"], row.at, row.actor)
    return known


def name(books: Connection, moment: str, by: str, actor: str, role: Role) -> None:
    """Record that somebody is named as something, whatever he was before."""
    events.record(books, moment, by, _NAME, {"actor": actor, "role": role})


def dismiss(books: Connection, moment: str, by: str, actor: str) -> None:
    """Record that somebody is taken off the list."""
    events.record(books, moment, by, _DISMISS, {"actor": actor})
