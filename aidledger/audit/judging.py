"""Judging payments by what they have in common, so that Python judges combinations and SQL finds the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Subquery,
    Text,
    and_,
    case,
    cast,
    column,
    literal_column,
    null,
    or_,
    select,
    values,
)

from aidledger.audit.claims import claims, names_parts
from aidledger.audit.rule import Scope
from aidledger.store.database.bulk import chunks

Facts = Mapping[str, object]
Combination = tuple[Any, ...]
Said = TypeVar("Said")
# What a payment is judged by, by itself or with the lists that its person is on.
_KIND = (
    *("program", "period", "level", "boarding", "fee_school", "amount_fen", "grade", "entry_year", "category"),
    "in_parts",
)
# Combinations of seven columns asked for at once: well below what a statement may hold of parameters.
_AT_ONCE = 200
# Each time an engine without an index goes through all payments.
_JOINED_AT_ONCE = 1_000


def judged(scope: Scope, keys: Sequence[str], judge: Callable[[Any], Facts | None]) -> list[tuple[Row[Any], Facts]]:
    """The payments whose combination of ``keys`` the judge has facts against, with the facts; in the order of ids."""
    return alike(scope, payments_by_fee(scope), keys, _against(scope.once(kinds), keys, judge))


def judged_claims(
    scope: Scope, keys: Sequence[str], judge: Callable[[Any], Facts | None]
) -> list[tuple[Row[Any], Facts]]:
    """The same of claims: parts of a term are judged by their sum, once."""
    return alike(scope, claims_by_fee(scope), keys, against(scope, keys, judge))


def against(scope: Scope, keys: Sequence[str], judge: Callable[[Any], Facts | None]) -> dict[Combination, Facts]:
    """The combinations of ``keys`` (some of ``_KIND``) of claims that the judge has facts against, and the facts."""
    return _against(scope.once(claim_kinds), keys, judge)


def _against(
    found: Sequence[Row[Any]], keys: Sequence[str], judge: Callable[[Any], Facts | None]
) -> dict[Combination, Facts]:
    combinations = {tuple(getattr(kind, name) for name in keys): kind for kind in found}
    judgements = ((combination, judge(kind)) for combination, kind in combinations.items())
    return {combination: facts for combination, facts in judgements if facts is not None}


def kinds(scope: Scope) -> Sequence[Row[Any]]:
    """What payments have in common, each combination once: some thousands, of millions of payments."""
    return _kinds(scope, payments_by_fee(scope))


def claim_kinds(scope: Scope) -> Sequence[Row[Any]]:
    """The same of claims: where no payment is a part of a term, each payment is one."""
    return _kinds(scope, claims_by_fee(scope)) if scope.once(names_parts) else scope.once(kinds)


def _kinds(scope: Scope, paid: Subquery) -> Sequence[Row[Any]]:
    return scope.books.execute(select(*(paid.c[name] for name in _KIND)).distinct()).all()


def alike(
    scope: Scope,
    paid: Subquery,
    keys: Sequence[str],
    combinations: Mapping[Combination, Said],
    *further: ColumnElement[bool],
) -> list[tuple[Row[Any], Said]]:
    """The payments with one of some combinations of ``keys``, and what is said of it; in the order of ids.

    ``further``: conditions on ``paid`` that a payment must meet besides.
    """
    columns = [paid.c[name] for name in keys]
    ask, at_once = (_rows, _AT_ONCE) if scope.kept is None else (_joined, _JOINED_AT_ONCE)
    rows = [
        row
        for some in chunks(list(combinations), at_once)
        for row in scope.books.execute(ask(paid, columns, some, further))
    ]
    rows.sort(key=lambda row: row.id)
    return [(row, combinations[tuple(getattr(row, name) for name in keys)]) for row in rows]


def payments_by_fee(scope: Scope) -> Subquery:
    """The payments, with ``fee_school``: the school where a fee of its own is listed; rates ask for no other.

    So thousands of schools make no more combinations to judge than one.
    """
    paid = scope.payments()
    return _by_fee(scope, select(paid, literal_column("0", Integer).label("in_parts")).subquery("alone"))


def claims_by_fee(scope: Scope) -> Subquery:
    """The same of claims."""
    return _by_fee(scope, claims(scope))


def _by_fee(scope: Scope, paid: Subquery) -> Subquery:
    listed = scope.once(_schools_with_fee)
    school = case((paid.c.school.in_(sorted(listed)), paid.c.school)) if listed else cast(null(), Text)
    return select(paid, school.label("fee_school")).subquery("by_fee")


def fee_school(scope: Scope) -> Callable[[str | None], str | None]:
    """The same of one school: its name where a fee of its own is listed, else None."""
    listed = scope.once(_schools_with_fee)
    return lambda school: school if school in listed else None


def _schools_with_fee(scope: Scope) -> frozenset[str]:
    return frozenset(fee.school for program in scope.catalogue.programs.values() for fee in program.fees)


def _joined(paid: Subquery, columns: Sequence[Any], some: Sequence[Any], further: Sequence[Any]) -> Any:  # noqa: ANN401
    """As ``_rows`` asks, for an engine that goes through all payments anyway: it looks each one up in a list."""
    wanted = values(*(column(one.name, one.type) for one in columns), name="wanted").data([tuple(one) for one in some])
    alike = [one.is_not_distinct_from(cast(wanted.c[one.name], one.type)) for one in columns]
    return select(paid).join(wanted, and_(*alike)).where(*further)


def _rows(paid: Subquery, columns: Sequence[Any], some: Sequence[Any], further: Sequence[Any]) -> Any:  # noqa: ANN401
    # Written out with ORs the engine can use its index on what the payment is for; NULLs are compared as such.
    either = [
        and_(*(own.is_(None) if value is None else own == value for own, value in zip(columns, one, strict=True)))
        for one in some
    ]
    return select(paid).where(or_(*either), *further)
