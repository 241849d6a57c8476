"""Rosters and the entries in force of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, or_, select, union_all

from aidledger.store.model.tables import Batch, Entry, KeptEntry, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import batch_in_force, in_force


def of_rosters(*columns: str) -> FromClause:
    """The entries in force of each roster: posted with its own batch, or kept from another one.

    Columns: ``roster_id`` and those of the entry.
    """
    wanted = [Entry.c[name] for name in columns]
    own = (
        select(RosterRow.c.id.label("roster_id"), *wanted)
        .join(Entry, (Entry.c.roster_id == RosterRow.c.id) & (Entry.c.batch_id == RosterRow.c.batch_id))
        .where(in_force(Entry))
    )
    kept = select(KeptEntry.c.roster_id, *wanted).join(Entry, Entry.c.id == KeptEntry.c.entry_id).where(in_force(Entry))
    return union_all(own, kept).subquery("paid")


def declaring() -> ColumnElement[bool]:
    """Whether a roster states a total of its own."""
    return or_(RosterRow.c.declared_person_times.is_not(None), RosterRow.c.declared_amount_fen.is_not(None))


def declared_by(
    books: Connection, periods: Sequence[str], program: str | None, school: str | None
) -> Mapping[int, int | None]:
    """The rosters (ids) in force of a school (None: without one) that state totals, with the number each states."""
    query = (
        select(RosterRow.c.id, RosterRow.c.declared_person_times)
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .outerjoin(School, School.c.id == RosterRow.c.school_id)
        .where(declaring(), batch_in_force(Batch), RosterRow.c.period.in_(list(periods)))
        .where(School.c.name.is_not_distinct_from(school))
    )
    if program is not None:
        query = query.where(ProgramRow.c.code == program)
    return {row.id: row.declared_person_times for row in books.execute(query)}


def paid_by(rosters: Collection[int]) -> ColumnElement[bool]:
    """Whether an entry belongs to one of some rosters, as in ``of_rosters``."""
    own = RosterRow.alias()  # the query around it may name rosters, too
    own_batch = select(own.c.batch_id).where(own.c.id == Entry.c.roster_id).scalar_subquery()
    posted = Entry.c.roster_id.in_(sorted(rosters)) & (Entry.c.batch_id == own_batch)
    kept = select(KeptEntry.c.entry_id).where(KeptEntry.c.roster_id.in_(sorted(rosters)))
    return posted | Entry.c.id.in_(kept)


def numbered(books: Connection, batches: Collection[int]) -> dict[int, str]:
    """The rosters of batches by id, each as its batch and its place there: 3.1 is the first of batch 3."""
    query = select(RosterRow.c.id, RosterRow.c.batch_id).where(RosterRow.c.batch_id.in_(sorted(batches)))
    places: dict[int, int] = {}
    found: dict[int, str] = {}
    for row in books.execute(query.order_by(RosterRow.c.id)):
        places[row.batch_id] = places.get(row.batch_id, 0) + 1
        found[row.id] = f"{row.batch_id}.{places[row.batch_id]}"
    return found


def rosters_paying(books: Connection, rosters: Collection[int]) -> Sequence[Any]:
    """The entries in force of some rosters: roster_id, id, beneficiary_id, program_id, period, part."""
    paid = of_rosters("id", "beneficiary_id", "program_id", "period", "part")
    return books.execute(select(paid).where(paid.c.roster_id.in_(sorted(rosters)))).all()
