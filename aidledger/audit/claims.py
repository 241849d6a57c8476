"""Payments as a standard judges them: the parts of a claim added up, all others one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Subquery, case, cast, func, literal_column, select, union_all

from aidledger.audit.rule import Scope
from aidledger.domain.term import Period
from aidledger.store.database.bulk import chunks
from aidledger.store.postings.person_times import CLAIM, NAMES_PARTS, in_parts, is_in_parts

# Columns in which all payments of a claim agree.
_OF_CLAIM = frozenset({*CLAIM, "program", "stage"})


def names_parts(scope: Scope) -> bool:
    """Whether any payment is a part of a period."""
    return scope.books.execute(NAMES_PARTS).first() is not None


def claims(scope: Scope) -> Subquery:
    """The payments in force, with one row for all payments of a claim in parts.

    Columns: those of Scope.payments() and ``in_parts``. In a row for a claim in parts (``in_parts`` 1), ``amount_fen``
    is the sum, ``id`` the first payment's, and columns in which its payments differ are NULL.
    """
    paid = scope.payments()
    if not scope.once(names_parts):
        return select(paid, literal_column("0", Integer).label("in_parts")).subquery("claim")
    alone = select(paid, literal_column("0", Integer).label("in_parts")).where(~is_in_parts(paid))
    columns = [_of_all(column) for column in paid.c]
    together = (
        select(*columns, literal_column("1", Integer).label("in_parts"))
        .where(in_parts(paid))
        .group_by(*(paid.c[name] for name in _OF_CLAIM))
    )
    return union_all(alone, together).subquery("claim")


def _of_all(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column's value for all payments of a claim together."""
    if column.name in _OF_CLAIM:
        return column
    # PostgreSQL's sum of integers is numeric.
    totals = {"id": func.min(column), "amount_fen": cast(func.sum(column), BigInteger)}
    agreed = case((func.min(column) == func.max(column), func.min(column)))
    return totals.get(column.name, agreed).label(column.name)


def entries_of(scope: Scope, found: Iterable[Any]) -> Mapping[int, tuple[int, ...]]:
    """The payments (ids) that rows of ``claims`` stand for, by the rows' ids."""
    entries = {row.id: (row.id,) for row in found if not row.in_parts}
    ids = {tuple(getattr(row, name) for name in CLAIM): row.id for row in found if row.in_parts}
    parts: dict[int, list[int]] = defaultdict(list)
    paid = scope.payments()
    query = select(paid.c.id, *(paid.c[name] for name in CLAIM)).order_by(paid.c.id)
    for people in chunks(sorted({person for *_, person in ids}), scope.keys_at_once):
        for entry, *claim in scope.books.execute(query.where(paid.c.beneficiary_id.in_(people))):
            if tuple(claim) in ids:
                parts[ids[tuple(claim)]].append(entry)
    return entries | {number: tuple(of_claim) for number, of_claim in parts.items()}


def unfinished(scope: Scope, claim: Any) -> bool:  # noqa: ANN401 - a row of ``claims``, with its fee_school
    """Whether a claim in parts may still reach a rate: its period has not ended, and no rate is exceeded yet."""
    if not (claim.in_parts and is_running(scope, claim.period)):
        return False
    program, period = scope.catalogue.programs[claim.program], Period.parse(claim.period)
    rates = program.rates(period, claim.level, claim.boarding, claim.fee_school)
    return bool(claim.amount_fen <= max((rate.high_fen for rate in rates), default=0))


def is_running(scope: Scope, period: str) -> bool:
    """Whether a period has not ended yet."""
    return Period.parse(period).end >= scope.today
