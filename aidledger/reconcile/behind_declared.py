"""Rosters whose control totals are not those of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from aidledger.domain.part import nearer_count, person_times
from aidledger.reconcile.behind import Behind, entry_rows, of_entry
from aidledger.reconcile.line import Line
from aidledger.store.model.tables import Batch, Entry, KeptEntry, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import batch_in_force, in_force
from aidledger.store.postings.rosters import declaring


def misdeclared(books: Connection, line: Line) -> Iterator[Behind]:
    """Each roster of the line with wrong control totals, followed by its rows.

    The rosters' differences add up to the line's. A row whose amount equals its roster's surplus is marked as the first
    to check.
    """
    rosters = (
        select(
            RosterRow.c.id,
            RosterRow.c.batch_id,
            Batch.c.file_name,
            RosterRow.c.sheet,
            RosterRow.c.declared_row,
            RosterRow.c.declared_person_times,
            RosterRow.c.declared_amount_fen,
        )
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .outerjoin(School, School.c.id == RosterRow.c.school_id)
        .where(ProgramRow.c.code == line.program, RosterRow.c.period == line.period)
        .where(School.c.name.is_not_distinct_from(line.school), batch_in_force(Batch), declaring())
        .order_by(RosterRow.c.id)
    )
    for roster in books.execute(rosters).all():
        yield from _roster_and_rows(books, line, roster)


def _roster_and_rows(books: Connection, line: Line, roster: Any) -> Iterator[Behind]:  # noqa: ANN401 - a row
    kept = select(KeptEntry.c.entry_id).where(KeptEntry.c.roster_id == roster.id)
    own = (Entry.c.roster_id == roster.id) & (Entry.c.batch_id == roster.batch_id)
    # By roster and not by school, because rows may name schools of their own.
    rows = books.execute(
        entry_rows(line.program, line.period)
        .add_columns(in_force(Entry).label("in_force"))
        .where(own | Entry.c.id.in_(kept))
    ).all()
    counted = [row for row in rows if row.in_force]
    amount = sum(row.amount_fen for row in counted)
    declared, persons = roster.declared_amount_fen, roster.declared_person_times
    times = person_times((row.beneficiary_id, row.part) for row in counted)
    count = nearer_count(persons, len(counted), times)
    if not counted or (declared in {None, amount} and persons in {None, count}):
        return
    yield Behind(
        "declares-otherwise",
        batch=roster.batch_id,
        file=roster.file_name,
        sheet=roster.sheet,
        row=roster.declared_row,
        amount_fen=amount,
        expected_fen=declared,
        person_times=count,
        expected_person_times=persons,
        period=line.period,
        school=line.school,
    )
    surplus = None if declared is None else amount - declared
    for row in rows:
        if not row.in_force:
            yield of_entry(row, "taken-back", period=line.period)
        else:
            same = surplus == row.amount_fen
            yield of_entry(row, "as-much-as-the-difference" if same else "counted", period=line.period)
