"""A roster's own totals against the entries that its rows became."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, FromClause, func, or_, select, union_all

from aidledger.reconcile.line import Figures, Line
from aidledger.store.model.tables import Batch, Entry, KeptEntry, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import batch_in_force, in_force
from aidledger.store.postings.person_times import CLAIM, surpluses


def nearer_count(declared: int | None, payments: int, person_times: int) -> int:
    """What a roster's declared number is held against: its rows or, of parts of a term, its person-times.

    It is right to count either; where it is neither, the nearer is meant, and of no declared number person-times.
    """
    if declared is None:
        return person_times
    return min(person_times, payments, key=lambda count: abs(declared - count))


def declared_lines(books: Connection) -> list[Line]:
    """One line per program, period and school over all rosters that declare something and are in force.

    A roster that declares only one of the two figures counts with its own for the other.
    """
    paid = _paid_by_rosters()
    per_roster = (
        select(paid.c.roster_id, func.count().label("payments"), func.sum(paid.c.amount_fen).label("fen"))
        .group_by(paid.c.roster_id)
        .subquery()
    )
    query = (
        select(
            RosterRow.c.id,
            ProgramRow.c.code,
            RosterRow.c.period,
            School.c.name.label("school"),
            RosterRow.c.declared_person_times,
            RosterRow.c.declared_amount_fen,
            per_roster.c.payments,
            per_roster.c.fen,
        )
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(per_roster, per_roster.c.roster_id == RosterRow.c.id)
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .outerjoin(School, School.c.id == RosterRow.c.school_id)
        .where(or_(RosterRow.c.declared_person_times.is_not(None), RosterRow.c.declared_amount_fen.is_not(None)))
        .where(batch_in_force(Batch))
        .order_by(ProgramRow.c.id, RosterRow.c.period, School.c.name)
    )
    further = surpluses(books, paid, "roster_id")
    rows = books.execute(query)
    groups = groupby(rows, key=lambda row: (row.code, row.period, row.school))
    return [_line(of, _added_up(group, further)) for of, group in groups]


def _paid_by_rosters() -> FromClause:
    """What each roster pays: entries that its own batch posted, and those of another batch that it keeps."""
    columns = [Entry.c[name] for name in (*CLAIM, "part", "amount_fen")]
    own = (
        select(RosterRow.c.id.label("roster_id"), *columns)
        .join(Entry, (Entry.c.roster_id == RosterRow.c.id) & (Entry.c.batch_id == RosterRow.c.batch_id))
        .where(in_force(Entry))
    )
    kept = (
        select(KeptEntry.c.roster_id, *columns).join(Entry, Entry.c.id == KeptEntry.c.entry_id).where(in_force(Entry))
    )
    return union_all(own, kept).subquery("paid")


@dataclass(slots=True)
class _Sides:
    """What some rosters declare and pay: person-times and 分; whether each declares right; which of both any does."""

    declared: list[int] = field(default_factory=lambda: [0, 0])
    actual: list[int] = field(default_factory=lambda: [0, 0])
    right: bool = True
    says: set[int] = field(default_factory=set)


def _added_up(rosters: Iterable[Any], further: dict[tuple[Any, ...], int]) -> _Sides:
    sides = _Sides()
    for row in rosters:
        person_times = row.payments - further.get((row.id,), 0)
        count = nearer_count(row.declared_person_times, row.payments, person_times)
        told = (row.declared_person_times, count), (row.declared_amount_fen, int(row.fen))
        for at, (declared, actual) in enumerate(told):
            sides.declared[at] += actual if declared is None else declared
            sides.actual[at] += actual
            if declared is not None:
                sides.says.add(at)
                sides.right &= declared == actual
    return sides


def _line(of: tuple[str, str, str | None], sides: _Sides) -> Line:
    code, period, school = of
    persons, fen = (declared if at in sides.says else None for at, declared in enumerate(sides.declared))
    return Line("declared", code, period, school, sides.right, Figures(persons, fen), Figures(*sides.actual))
