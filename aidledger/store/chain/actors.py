"""People and their roles, kept in the chain of events."""

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
class RoleAssignment:
    """A person with a role; ``at``: since when (UTC), ``by``: who named them."""

    actor: str
    role: Role
    at: str
    by: str


def named(books: Connection) -> dict[str, RoleAssignment]:
    """People with roles, by ``same_name``, in the order of naming.

    Raises ValueError, LookupError or TypeError if somebody tampered with an event.
    """
    known: dict[str, RoleAssignment] = {}
    for row in books.execute(_NAMINGS):
        facts = json.loads(row.facts)
        actor = str(facts["actor"])
        known.pop(same_name(actor), None)
        if row.action == _NAME:
            known[same_name(actor)] = RoleAssignment(actor, facts["role"], row.at, row.actor)
    return known


def name(books: Connection, moment: str, by: str, actor: str, role: Role) -> None:
    """Give somebody a role, in place of any earlier one."""
    events.record(books, moment, by, _NAME, {"actor": actor, "role": role})


def dismiss(books: Connection, moment: str, by: str, actor: str) -> None:
    """Take somebody's role away."""
    events.record(books, moment, by, _DISMISS, {"actor": actor})
