"""Totals of what was paid, from the ledger's running totals: a few rows for millions of entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from aidledger.audit.claims import names_parts
from aidledger.audit.rule import Scope
from aidledger.store.model.tables import BatchTotal, ProgramRow, School
from aidledger.store.postings.person_times import surplus


class Total(NamedTuple):
    """Person-times and 分 in force of a program (its code), a period and, in ``totals_of_schools``, a school."""

    program: str
    period: str
    school: str | None
    person_times: int
    amount_fen: int


def totals(scope: Scope) -> Iterator[Total]:
    """What was paid under each program for each period with payments, in the order of both."""
    further = scope.once(_further)
    for program, period, payments, fen in scope.books.execute(_sums(scope)):
        yield Total(program, period, None, int(payments) - further.get((program, period), 0), int(fen))


def totals_of_schools(scope: Scope) -> Iterator[Total]:
    """The same by school; None stands for payments without a school."""
    further = scope.once(_further_at_schools)
    query = _sums(scope).outerjoin(School, School.c.id == BatchTotal.c.school_id)
    for program, period, payments, fen, school in scope.books.execute(
        query.add_columns(School.c.name).group_by(School.c.name).order_by(School.c.name)
    ):
        person_times = int(payments) - further.get((program, period, school), 0)
        yield Total(program, period, school, person_times, int(fen))


def _further(scope: Scope) -> dict[tuple[str | None, ...], int]:
    """The number of payments that are further parts of a person-time, by program and period."""
    return _surpluses(scope, "program", "period")


def _further_at_schools(scope: Scope) -> dict[tuple[str | None, ...], int]:
    """The same by program, period and school."""
    return _surpluses(scope, "program", "period", "school")


def _surpluses(scope: Scope, *cuts: str) -> dict[tuple[str | None, ...], int]:
    if not scope.once(names_parts):
        return {}
    periods = None if scope.period is None else [scope.period]
    found = scope.books.execute(surplus(scope.payments(), *cuts, periods=periods))
    return {tuple(values): int(further) for *values, further in found}


def _sums(scope: Scope) -> Select[Any]:
    cuts = (ProgramRow.c.code, BatchTotal.c.period)
    payments = func.sum(BatchTotal.c.payments)
    query = (
        select(*cuts, payments, func.sum(BatchTotal.c.amount_fen))
        .select_from(BatchTotal)
        .join(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id)
        .group_by(*cuts)
        # Drop what was reversed completely.
        .having(payments > 0)
        .order_by(*cuts)
    )
    return query.where(*scope.narrowed(ProgramRow.c.code, BatchTotal.c.period))
