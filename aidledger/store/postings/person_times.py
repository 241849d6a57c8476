"""Person-times in SQL: domain.part.person_times for tables.

Person-times are payments less their surplus: the payments that are further parts of a person-time already counted.
Only claims that name a part are examined, through a partial index; a ledger without parts costs one look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, select, tuple_

from aidledger.store.database.queryable import Queryable
from aidledger.store.model.tables import Entry
from aidledger.store.postings.entries import in_force

# The columns that identify a claim, and so a person-time.
CLAIM = ("program_id", "period", "beneficiary_id")
# Finds a row if any payment names a part.
NAMES_PARTS = select(Entry.c.id).where(Entry.c.part.is_not(None)).limit(1)


def in_parts(paid: FromClause, periods: Sequence[str] | None = None) -> ColumnElement[bool]:
    """Whether any payment in force of a payment's claim names a part, as an IN over those claims.

    Use it to find the few payments in parts. ``periods``: those of the payments, None for any.
    """
    entry = Entry.alias()
    return _among(paid, _named(entry, periods).where(in_force(entry)))


def is_in_parts(paid: FromClause) -> ColumnElement[bool]:
    """The same as a correlated EXISTS: for payments that are read anyway, or to exclude payments in parts."""
    entry = Entry.alias()
    same = and_(*(entry.c[name] == paid.c[name] for name in CLAIM))
    return select(entry.c.id).where(entry.c.part.is_not(None), in_force(entry), same).exists()


def surplus(paid: FromClause, *cuts: str, periods: Sequence[str] | None = None) -> Select[Any]:
    """By these columns, how many payments are further parts of a person-time; groups with none are left out.

    ``paid``: payments, with columns for the cuts, for their claim (CLAIM) and ``part``. Within a group, a claim counts
    as many person-times as it has payments of its most frequent part.
    """
    keys = tuple(dict.fromkeys((*cuts, *CLAIM)))
    # Not only entries in force: ``paid`` may hold payments of an earlier moment that were reversed since.
    named = _among(paid, _named(Entry.alias(), periods))
    by_part = _grouped(paid, keys, func.count().label("payments"), "part").where(named).subquery()
    further = func.sum(by_part.c.payments) - func.max(by_part.c.payments)
    by_claim = _grouped(by_part, keys, further.label("further")).subquery()
    total = func.sum(by_claim.c.further)
    return _grouped(by_claim, cuts, total.label("surplus")).having(total > 0)


def _named(entry: FromClause, periods: Sequence[str] | None) -> Select[Any]:
    """Claims with an entry that names a part, reversed or not."""
    named = select(*(entry.c[name] for name in CLAIM)).where(entry.c.part.is_not(None))
    return named if periods is None else named.where(entry.c.period.in_(list(periods)))


def _among(paid: FromClause, claims: Select[Any]) -> ColumnElement[bool]:
    return tuple_(*(paid.c[name] for name in CLAIM)).in_(claims)


def _grouped(rows: FromClause, keys: Sequence[str], figure: ColumnElement[Any], *more: str) -> Select[Any]:
    groups = (rows.c[name] for name in dict.fromkeys((*keys, *more)))
    return select(*(rows.c[name] for name in keys), figure).group_by(*groups)


def surpluses(
    books: Queryable, paid: FromClause, *cuts: str, periods: Sequence[str] | None = None
) -> dict[tuple[Any, ...], int]:
    """The surplus by the values of the cuts; empty if no payment of the ledger names a part."""
    if books.execute(NAMES_PARTS).first() is None:
        return {}
    found = books.execute(surplus(paid, *cuts, periods=periods))
    return {tuple(values): int(further) for *values, further in found}
