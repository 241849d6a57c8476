"""Bank returns for rules, both of a ledger and of a lake, which has no payment orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from sqlalchemy import Connection, Subquery, select

from aidledger.audit.rule import Scope
from aidledger.store.model.tables import BankReturn
from aidledger.store.payables.claims import LinkedBeneficiaries, placed
from aidledger.store.postings.entries import current


def answers(_scope: Scope) -> Subquery:
    """Bank returns in force that answer a payment, with each answer's place (1: it counts).

    A payment is identified by its entry and the order that the answer names; without an order, all answers to one entry
    belong to one payment.
    """
    names = ("id", "batch_id", "order_id", "entry_id", "outcome", "amount_fen", "reason", "paid_on")
    given = select(*(BankReturn.c[name] for name in names))
    return placed(given.where(BankReturn.c.entry_id.is_not(None), current(BankReturn)))


def same_people(scope: Scope) -> Callable[[int], int]:
    """A function from a beneficiary to the first recorded one of the same person; a lake knows no corrected numbers."""
    if "payment-orders" not in scope.holds:
        return int
    return LinkedBeneficiaries(cast("Connection", scope.books)).first
