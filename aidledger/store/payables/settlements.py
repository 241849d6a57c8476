"""What was decided of payment orders: released to the bank, or withdrawn. Both are links of the chain."""

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
    """What was last decided of each order, when and by whom."""
    query = select(Event).where(Event.c.action.in_([_RELEASE, _WITHDRAW])).order_by(Event.c.id)
    found: dict[int, Settlement] = {}
    for event in books.execute(query):
        state: OrderState = "released" if event.action == _RELEASE else "withdrawn"
        found[int(json.loads(event.facts)["order"])] = state, event.at, event.actor
    return found


def withdrawn(books: Connection) -> list[int]:
    """The orders that were withdrawn."""
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
    """Record that an order was released or withdrawn, bound to its digest."""
    action = _RELEASE if state == "released" else _WITHDRAW
    events.record(books, moment, actor, action, {"order": order, "digest": digest, "reason": reason})
