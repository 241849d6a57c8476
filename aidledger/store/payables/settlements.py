"""Releases and withdrawals of payment orders, kept in the chain of events."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from aidledger.domain.payment import OrderState
from aidledger.store.chain import events
from aidledger.store.model.tables import Event

_RELEASE, _WITHDRAW = "release-payment", "withdraw-payment"
# State, when, by whom.
Settlement = tuple[OrderState, str, str]


def settlements(books: Connection) -> dict[int, Settlement]:
    """Each order's last release or withdrawal, by order."""
    query = select(Event).where(Event.c.action.in_([_RELEASE, _WITHDRAW])).order_by(Event.c.id)
    found: dict[int, Settlement] = {}
    for event in books.execute(query):
        state: OrderState = "released" if event.action == _RELEASE else "withdrawn"
        found[int(json.loads(event.facts)["order"])] = state, event.at, event.actor
    return found


def reason_of(books: Connection, order: int) -> str | None:
    """Why an order was withdrawn."""
    query = select(Event.c.facts).where(Event.c.action == _WITHDRAW).order_by(Event.c.id)
    said = map(json.loads, books.execute(query).scalars())
    return next((str(one["reason"]) for one in said if one["order"] == order and one["reason"]), None)


def withdrawn(books: Connection) -> list[int]:
    """The orders (ids) that are withdrawn."""
    return [order for order, (state, _, _) in settlements(books).items() if state == "withdrawn"]


def settle(
    books: Connection,
    order: int,
    digest: str,
    state: OrderState,
    moment: str,
    actor: str,
    reason: str | None = None,
) -> None:
    """Record the release or withdrawal of an order, bound to its digest."""
    action = _RELEASE if state == "released" else _WITHDRAW
    events.record(books, moment, actor, action, {"order": order, "digest": digest, "reason": reason})
