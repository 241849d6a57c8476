"""A roster's own totals against the entries that its rows became."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select, union_all

from aidledger.reconcile.line import Figures, Line
from aidledger.store.entries import batch_in_force, in_force
from aidledger.store.tables import Batch, Entry, KeptEntry, ProgramRow, RosterRow, School


def declared_lines(books: Connection) -> list[Line]:
    """One line per program, period and school over all rosters that declare something and are in force.

    A roster that declares only one of the two figures counts with its own for the other.
    """
    # What a roster pays: entries that its own batch posted, and those of another batch that it keeps.
    own = (
        select(RosterRow.c.id.label("roster_id"), Entry.c.amount_fen)
        .join(Entry, (Entry.c.roster_id == RosterRow.c.id) & (Entry.c.batch_id == RosterRow.c.batch_id))
        .where(in_force(Entry))
    )
    kept = (
        select(KeptEntry.c.roster_id, Entry.c.amount_fen)
        .join(Entry, Entry.c.id == KeptEntry.c.entry_id)
        .where(in_force(Entry))
    )
    paid = union_all(own, kept).subquery()
    per_roster = (
        select(paid.c.roster_id, func.count().label("person_times"), func.sum(paid.c.amount_fen).label("amount_fen"))
        .group_by(paid.c.roster_id)
        .subquery()
    )
    declared_persons = func.coalesce(RosterRow.c.declared_person_times, per_roster.c.person_times)
    declared_fen = func.coalesce(RosterRow.c.declared_amount_fen, per_roster.c.amount_fen)
    query = (
        select(
            ProgramRow.c.code,
            RosterRow.c.period,
            School.c.name.label("school"),
            func.sum(declared_persons).label("declared_persons"),
            func.sum(declared_fen).label("declared_fen"),
            func.sum(per_roster.c.person_times).label("persons"),
            func.sum(per_roster.c.amount_fen).label("fen"),
            func.count(RosterRow.c.declared_person_times).label("says_persons"),
            func.count(RosterRow.c.declared_amount_fen).label("says_fen"),
            func.sum(func.abs(declared_persons - per_roster.c.person_times)).label("persons_off"),
            func.sum(func.abs(declared_fen - per_roster.c.amount_fen)).label("fen_off"),
        )
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(per_roster, per_roster.c.roster_id == RosterRow.c.id)
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .outerjoin(School, School.c.id == RosterRow.c.school_id)
        .where(or_(RosterRow.c.declared_person_times.is_not(None), RosterRow.c.declared_amount_fen.is_not(None)))
        .where(batch_in_force(Batch))
        .group_by(ProgramRow.c.id, ProgramRow.c.code, RosterRow.c.period, School.c.name)
        .order_by(ProgramRow.c.id, RosterRow.c.period, School.c.name)
    )
    return [
        Line(
            check="declared",
            program=row.code,
            period=row.period,
            school=row.school,
            ok=row.persons_off == 0 and row.fen_off == 0,
            expected=Figures(
                int(row.declared_persons) if row.says_persons else None, int(row.declared_fen) if row.says_fen else None
            ),
            actual=Figures(int(row.persons), int(row.fen)),
        )
        for row in books.execute(query)
    ]
