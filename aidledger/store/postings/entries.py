"""Conditions on entries, such as being in force, and the fields that their digests cover."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, literal_column, select

from aidledger.store.chain.digests import ENTRY_FIELDS
from aidledger.store.model.tables import Batch, Beneficiary, Entry, KeptEntry, ProgramRow, RosterRow, School

_ELSEWHERE = {
    "program": ProgramRow.c.code,
    "document_type": Beneficiary.c.document_type,
    "number": Beneficiary.c.number,
    "name": Beneficiary.c.name,
    "school": School.c.name,
}


def in_force(entry: Table | FromClause) -> ColumnElement[bool]:
    """Whether an entry is a payment that was not reversed.

    Tests the occurrence, which is negative for reversals, because it is in an index with person, program and period.
    """
    reversal = Entry.alias()
    reversed_ids = select(reversal.c.id).where(reversal.c.reversal_of == entry.c.id)
    return (entry.c.occurrence > literal_column("0")) & ~reversed_ids.exists()


def batch_in_force(batch: Table | FromClause) -> ColumnElement[bool]:
    """Whether a batch was neither reversed nor superseded by one that is in force."""
    return _in_force(batch.c.id)


def current(record: Table | FromClause) -> ColumnElement[bool]:
    """Whether a list's record is in force: whether its batch is."""
    return _in_force(record.c.batch_id)


def _in_force(batch: ColumnElement[int]) -> ColumnElement[bool]:
    """Two short uncorrelated subqueries: an engine evaluates each once and needs no join."""
    reversal, later, undone = Batch.alias(), Batch.alias(), Batch.alias()
    reversed_batches = select(reversal.c.reverses).where(reversal.c.reverses.is_not(None))
    reversed_later = select(undone.c.reverses).where(undone.c.reverses.is_not(None))
    superseded = select(later.c.supersedes).where(later.c.supersedes.is_not(None), later.c.id.not_in(reversed_later))
    return batch.not_in(reversed_batches) & batch.not_in(superseded)


def in_version(entry: Table | FromClause, number: int) -> ColumnElement[bool]:
    """Whether an entry belongs to a batch's rosters: posted with the batch, or kept (see KeptEntry)."""
    kept = (
        select(KeptEntry.c.entry_id)
        .join(RosterRow, RosterRow.c.id == KeptEntry.c.roster_id)
        .where(RosterRow.c.batch_id == number)
    )
    return in_batch(entry, number) | entry.c.id.in_(kept)


def in_batch(entry: Table | FromClause, number: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a batch posted an entry: compares the batch's run of ids, so entries need no index on their batch."""
    first = select(Batch.c.first_entry).where(Batch.c.id == number).scalar_subquery()
    end = select(Batch.c.first_entry + Batch.c.entries).where(Batch.c.id == number).scalar_subquery()
    return (entry.c.id >= first) & (entry.c.id < end)


def covered_by_digest() -> Select[Any]:
    """The fields of entries that their digests cover, in the order of ENTRY_FIELDS."""
    columns = [_ELSEWHERE[name] if name in _ELSEWHERE else Entry.c[name] for name in ENTRY_FIELDS]
    return (
        select(*columns)
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
    )
