"""What banks said of payments, as rules ask for it: of a ledger, and of a lake, which has no payment orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Subquery, select

from aidledger.audit.rule import Scope
from aidledger.store.model.tables import BankReturn
from aidledger.store.payables.claims import People, placed
from aidledger.store.postings.entries import current


def answers(_scope: Scope) -> Subquery:
    """What bank returns in force say of payments that are known, with the place of each answer (1: it counts).

    A payment is told by its entry and the order that the answer names: of answers without an order, all to one entry
    are of one payment.
    """
    names = ("id", "batch_id", "order_id", "entry_id", "outcome", "amount_fen", "reason", "paid_on")
    given = select(*(BankReturn.c[name] for name in names))
    return placed(given.where(BankReturn.c.entry_id.is_not(None), current(BankReturn)))


def same_people(scope: Scope) -> Callable[[int], int]:
    """Who is the same person under a corrected number, where the ledger tells it."""
    if "payment-orders" not in scope.holds:
        return int
    return People(cast("Connection", scope.books)).first


def narrowed(scope: Scope, program: ColumnElement[Any], period: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """What a question is narrowed to, as conditions on the columns of the program's code and the period."""
    asked = []
    if scope.program is not None:
        asked.append(program == scope.program)
    if scope.period is not None:
        asked.append(period == scope.period)
    return asked
