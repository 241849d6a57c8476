"""The control totals of rosters against their entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from aidledger.domain.part import nearer_count
from aidledger.reconcile.line import Figures, Line
from aidledger.store.model.tables import Batch, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import batch_in_force
from aidledger.store.postings.person_times import CLAIM, surpluses
from aidledger.store.postings.rosters import declaring, of_rosters


def declared_lines(books: Connection) -> list[Line]:
    """One line per program, period and school, over all rosters in force with control totals.

    A roster that declares only one of the two figures counts with its actual one for the other.
    """
    paid = of_rosters(*CLAIM, "part", "amount_fen")
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
        .where(declaring(), batch_in_force(Batch))
        .order_by(ProgramRow.c.id, RosterRow.c.period, School.c.name)
    )
    further = surpluses(books, paid, "roster_id")
    rows = books.execute(query)
    groups = groupby(rows, key=lambda row: (row.code, row.period, row.school))
    return [_line(key, _added_up(group, further)) for key, group in groups]


@dataclass(slots=True)
class _Sides:
    """What rosters declare and pay, as [person-times, 分].

    ``right``: every roster declares its actual figures. ``stated``: the positions that any roster declares.
    """

    declared: list[int] = field(default_factory=lambda: [0, 0])
    actual: list[int] = field(default_factory=lambda: [0, 0])
    right: bool = True
    stated: set[int] = field(default_factory=set)


def _added_up(rosters: Iterable[Any], further: dict[tuple[Any, ...], int]) -> _Sides:
    sides = _Sides()
    for row in rosters:
        person_times = row.payments - further.get((row.id,), 0)
        count = nearer_count(row.declared_person_times, row.payments, person_times)
        pairs = (row.declared_person_times, count), (row.declared_amount_fen, int(row.fen))
        for at, (declared, actual) in enumerate(pairs):
            sides.declared[at] += actual if declared is None else declared
            sides.actual[at] += actual
            if declared is not None:
                sides.stated.add(at)
                sides.right &= declared == actual
    return sides


def _line(key: tuple[str, str, str | None], sides: _Sides) -> Line:
    code, period, school = key
    persons, fen = (declared if at in sides.stated else None for at, declared in enumerate(sides.declared))
    return Line("declared", code, period, school, sides.right, Figures(persons, fen), Figures(*sides.actual))
