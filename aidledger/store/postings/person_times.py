"""Person-times in SQL: how many of some payments are further parts of a person-time that another payment counts for.

What domain.part.person_times says of payments, said of tables: payments less their surplus are person-times. Only
claims that name some part are looked at, by an index of theirs; a ledger that names none is asked once whether it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Executable, FromClause, Result, Select, and_, func, select, tuple_

from aidledger.store.model.tables import Entry
from aidledger.store.postings.entries import in_force

# What a person-time is of; that is the claim.
CLAIM = ("program_id", "period", "beneficiary_id")
# Finds something where any payment of a ledger names a part.
NAMES_PARTS = select(Entry.c.id).where(Entry.c.part.is_not(None)).limit(1)


class Asked(Protocol):
    """A ledger's connection, or the tables of a lake."""

    def execute(self, statement: Executable, /) -> Result[*tuple[Any, ...]]:
        """What a select finds."""


def in_parts(paid: FromClause, periods: Sequence[str] | None = None) -> ColumnElement[bool]:
    """Whether a payment is of a claim of which some payment in force names a part.

    It is a list, by which an engine finds the few that are. ``periods``: those of the payments, None for any.
    """
    entry = Entry.alias()
    return _among(paid, _named(entry, periods).where(in_force(entry)))


def is_in_parts(paid: FromClause) -> ColumnElement[bool]:
    """The same, asked of each payment: where some are looked at anyway, or those that are not."""
    entry = Entry.alias()
    same = and_(*(entry.c[name] == paid.c[name] for name in CLAIM))
    return select(entry.c.id).where(entry.c.part.is_not(None), in_force(entry), same).exists()


def surplus(paid: FromClause, *cuts: str, periods: Sequence[str] | None = None) -> Select[Any]:
    """By some cuts, how many payments are further parts of a person-time; what has none is left out.

    ``paid``: payments, with columns for the cuts, for their claim (CLAIM) and ``part``. A claim counts as often as its
    payments of one cell name the same part, that which they name most often.
    """
    keys = tuple(dict.fromkeys((*cuts, *CLAIM)))
    # Payments need not be in force by now: of those that were once, as many are of a claim that once named parts.
    named = _among(paid, _named(Entry.alias(), periods))
    by_part = _grouped(paid, keys, func.count().label("payments"), "part").where(named).subquery()
    further = func.sum(by_part.c.payments) - func.max(by_part.c.payments)
    by_claim = _grouped(by_part, keys, further.label("further")).subquery()
    total = func.sum(by_claim.c.further)
    return _grouped(by_claim, cuts, total.label("surplus")).having(total > 0)


def _named(entry: FromClause, periods: Sequence[str] | None) -> Select[Any]:
    """The claims of which a payment names, or named, a part."""
    named = select(*(entry.c[name] for name in CLAIM)).where(entry.c.part.is_not(None))
    return named if periods is None else named.where(entry.c.period.in_(list(periods)))


def _among(paid: FromClause, claims: Select[Any]) -> ColumnElement[bool]:
    return tuple_(*(paid.c[name] for name in CLAIM)).in_(claims)


def _grouped(rows: FromClause, keys: Sequence[str], figure: ColumnElement[Any], *more: str) -> Select[Any]:
    groups = (rows.c[name] for name in dict.fromkeys((*keys, *more)))
    return select(*(rows.c[name] for name in keys), figure).group_by(*groups)


def surpluses(
    books: Asked, paid: FromClause, *cuts: str, periods: Sequence[str] | None = None
) -> dict[tuple[Any, ...], int]:
    """The same, by the values of the cuts; empty where no payment of the ledger names a part."""
    if books.execute(NAMES_PARTS).first() is None:
        return {}
    found = books.execute(surplus(paid, *cuts, periods=periods))
    return {tuple(values): int(further) for *values, further in found}
