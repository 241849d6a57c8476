"""duplicate-disbursement: one person, one program, one period, more than one entry in force."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from aidledger.audit.rule import Contradiction
from aidledger.store.bulk import tables_of
from aidledger.store.entries import in_batch, in_force
from aidledger.store.tables import Entry, ProgramRow, RosterRow, School

_entry, _program, _roster, _school = tables_of(Entry, ProgramRow, RosterRow, School)


def duplicates(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Entries of a batch whose person was paid the same by an earlier batch; one for each, with the first payment."""
    first = _entry.alias("first")
    query = (
        select(
            _entry.c.id,
            _entry.c.row,
            _roster.c.sheet,
            _program.c.code,
            _entry.c.period,
            first.c.batch_id,
            first.c.id.label("first"),
            first.c.row.label("first_row"),
            _school.c.name.label("school"),
        )
        .join(_roster, _roster.c.id == _entry.c.roster_id)
        .join(_program, _program.c.id == _entry.c.program_id)
        .join(
            first,
            (first.c.program_id == _entry.c.program_id)
            & (first.c.period == _entry.c.period)
            & (first.c.beneficiary_id == _entry.c.beneficiary_id),
        )
        .outerjoin(_school, _school.c.id == first.c.school_id)
        .where(in_batch(_entry, batch), first.c.batch_id < batch)
        .where(in_force(_entry), in_force(first))
        .order_by(_entry.c.id, first.c.id)
    )
    seen = set()
    for row in books.execute(query):
        if row.id not in seen:
            seen.add(row.id)
            facts = {
                "program": row.code,
                "period": row.period,
                "batch": row.batch_id,
                "first_row": row.first_row,
                "school": row.school or "-",
            }
            yield Contradiction("duplicate-disbursement", row.sheet, row.row, facts, row.first)
