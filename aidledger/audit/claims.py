"""Payments as a standard judges them: those that are parts of one claim added up, all others one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Subquery, case, cast, func, literal_column, select, union_all

from aidledger.audit.rule import Scope
from aidledger.domain.term import Period
from aidledger.store.database.bulk import chunks
from aidledger.store.postings.person_times import CLAIM, NAMES_PARTS, in_parts, is_in_parts

# What all payments of a claim have in common.
_OF_CLAIM = frozenset({*CLAIM, "program", "stage"})


def names_parts(scope: Scope) -> bool:
    """Whether any payment is a part of a term."""
    return scope.books.execute(NAMES_PARTS).first() is not None


def claims(scope: Scope) -> Subquery:
    """The payments in force, with one row for all those of a claim of which some payment is a part.

    Columns: those of Scope.payments(). Of such a row (``in_parts`` 1) ``amount_fen`` is the sum and ``id`` that of the
    first payment; what its payments do not agree on is not stated.
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
    """What a column says of all payments of a claim together."""
    if column.name in _OF_CLAIM:
        return column
    # PostgreSQL's sum of whole numbers is of another type than they are.
    totals = {"id": func.min(column), "amount_fen": cast(func.sum(column), BigInteger)}
    agreed = case((func.min(column) == func.max(column), func.min(column)))
    return totals.get(column.name, agreed).label(column.name)


def entries_of(scope: Scope, found: Iterable[Any]) -> Mapping[int, tuple[int, ...]]:
    """Of some rows of ``claims``, by their ids, all payments that each stands for."""
    entries = {row.id: (row.id,) for row in found if not row.in_parts}
    ids = {tuple(getattr(row, name) for name in CLAIM): row.id for row in found if row.in_parts}
    parts: dict[int, list[int]] = defaultdict(list)
    paid = scope.payments()
    query = select(paid.c.id, *(paid.c[name] for name in CLAIM)).order_by(paid.c.id)
    for some in chunks(sorted({person for *_, person in ids}), scope.keys_at_once):
        for entry, *claim in scope.books.execute(query.where(paid.c.beneficiary_id.in_(some))):
            if tuple(claim) in ids:
                parts[ids[tuple(claim)]].append(entry)
    return entries | {number: tuple(one) for number, one in parts.items()}


def unfinished(scope: Scope, claim: Any) -> bool:  # noqa: ANN401 - a row of ``claims``, with its fee_school
    """Whether a claim in parts may still come to what is allowed: its term goes on, and it is not beyond that yet."""
    if not (claim.in_parts and is_running(scope, claim.period)):
        return False
    program, period = scope.catalogue.programs[claim.program], Period.parse(claim.period)
    rates = program.rates(period, claim.level, claim.boarding, claim.fee_school)
    return bool(claim.amount_fen <= max((rate.high_fen for rate in rates), default=0))


def is_running(scope: Scope, period: str) -> bool:
    """Whether a term has not ended yet."""
    return Period.parse(period).end >= scope.today
