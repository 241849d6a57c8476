"""Judging payments by kind: Python judges each distinct combination of columns, and SQL finds its rows."""

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
Verdict = TypeVar("Verdict")
# The columns by which payments are judged.
_KIND = (
    *("program", "period", "level", "boarding", "fee_school", "amount_fen", "grade", "entry_year", "category"),
    "in_parts",
)
# Combinations per statement: of up to ten columns, well below the parameter limits.
_AT_ONCE = 200
# More per statement for an engine without indexes, which scans all payments each time.
_JOINED_AT_ONCE = 1_000


def judged(scope: Scope, keys: Sequence[str], judge: Callable[[Any], Facts | None]) -> list[tuple[Row[Any], Facts]]:
    """The payments against whose combination of ``keys`` the judge has facts, with those facts, in the order of ids."""
    return alike(scope, payments_by_fee(scope), keys, _against(scope.once(kinds), keys, judge))


def judged_claims(
    scope: Scope, keys: Sequence[str], judge: Callable[[Any], Facts | None]
) -> list[tuple[Row[Any], Facts]]:
    """The same for claims: parts of a claim are judged once, by their sum."""
    return alike(scope, claims_by_fee(scope), keys, against(scope, keys, judge))


def against(scope: Scope, keys: Sequence[str], judge: Callable[[Any], Facts | None]) -> dict[Combination, Facts]:
    """The combinations of ``keys`` (from ``_KIND``) in claims against which the judge has facts, and those facts."""
    return _against(scope.once(claim_kinds), keys, judge)


def _against(
    found: Sequence[Row[Any]], keys: Sequence[str], judge: Callable[[Any], Facts | None]
) -> dict[Combination, Facts]:
    combinations = {tuple(getattr(kind, name) for name in keys): kind for kind in found}
    judgements = ((combination, judge(kind)) for combination, kind in combinations.items())
    return {combination: facts for combination, facts in judgements if facts is not None}


def kinds(scope: Scope) -> Sequence[Row[Any]]:
    """The distinct combinations in payments: some thousands, for millions of payments."""
    return _kinds(scope, payments_by_fee(scope))


def claim_kinds(scope: Scope) -> Sequence[Row[Any]]:
    """The same for claims; without parts, claims are judged as payments."""
    return _kinds(scope, claims_by_fee(scope)) if scope.once(names_parts) else scope.once(kinds)


def _kinds(scope: Scope, paid: Subquery) -> Sequence[Row[Any]]:
    return scope.books.execute(select(*(paid.c[name] for name in _KIND)).distinct()).all()


def alike(
    scope: Scope,
    paid: Subquery,
    keys: Sequence[str],
    combinations: Mapping[Combination, Verdict],
    *further: ColumnElement[bool],
) -> list[tuple[Row[Any], Verdict]]:
    """The payments with one of these combinations of ``keys``, each with its verdict, in the order of ids.

    ``further``: additional conditions on ``paid``.
    """
    columns = [paid.c[name] for name in keys]
    query, at_once = (_rows, _AT_ONCE) if scope.kept is None else (_joined, _JOINED_AT_ONCE)
    rows = [
        row
        for chunk in chunks(list(combinations), at_once)
        for row in scope.books.execute(query(paid, columns, chunk, further))
    ]
    rows.sort(key=lambda row: row.id)
    return [(row, combinations[tuple(getattr(row, name) for name in keys)]) for row in rows]


def payments_by_fee(scope: Scope) -> Subquery:
    """The payments with ``fee_school``: the school if the catalogue lists its own fee, else NULL.

    Rates depend on no other school, so thousands of schools make no more combinations than one.
    """
    paid = scope.payments()
    return _by_fee(scope, select(paid, literal_column("0", Integer).label("in_parts")).subquery("alone"))


def claims_by_fee(scope: Scope) -> Subquery:
    """The same for claims."""
    return _by_fee(scope, claims(scope))


def _by_fee(scope: Scope, paid: Subquery) -> Subquery:
    listed = scope.once(_schools_with_fee)
    school = case((paid.c.school.in_(sorted(listed)), paid.c.school)) if listed else cast(null(), Text)
    return select(paid, school.label("fee_school")).subquery("by_fee")


def fee_school(scope: Scope) -> Callable[[str | None], str | None]:
    """A function from a school's name to its ``fee_school``."""
    listed = scope.once(_schools_with_fee)
    return lambda school: school if school in listed else None


def _schools_with_fee(scope: Scope) -> frozenset[str]:
    return frozenset(fee.school for program in scope.catalogue.programs.values() for fee in program.fees)


def _joined(paid: Subquery, columns: Sequence[Any], chunk: Sequence[Any], further: Sequence[Any]) -> Any:  # noqa: ANN401
    """The query of ``_rows`` as a join, for an engine that scans all payments anyway."""
    judged = values(*(column(own.name, own.type) for own in columns), name="wanted").data(list(map(tuple, chunk)))
    members = zip(columns, zip(*chunk, strict=True), strict=True)
    same = [_is_same(own, cast(judged.c[own.name], own.type), nullable=None in wanted) for own, wanted in members]
    return select(paid).join(judged, and_(*same)).where(*further)


def _is_same(own: ColumnElement[Any], wanted: ColumnElement[Any], *, nullable: bool) -> ColumnElement[bool]:
    """Whether a column has the wanted value; only where some of them are NULL, NULL equals NULL.

    By equality all engines join through a hash table; Sail compares what is not distinct row by row.
    """
    return own.is_not_distinct_from(wanted) if nullable else own == wanted


def _rows(paid: Subquery, columns: Sequence[Any], chunk: Sequence[Any], further: Sequence[Any]) -> Any:  # noqa: ANN401
    # With ORs, the engine can use its index on program and period; NULL equals NULL here.
    either = [
        and_(
            *(own.is_(None) if value is None else own == value for own, value in zip(columns, combination, strict=True))
        )
        for combination in chunk
    ]
    return select(paid).where(or_(*either), *further)
