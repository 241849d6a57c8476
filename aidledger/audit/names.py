"""name-id-mismatch: one ID number under two names, both in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, func, select

from aidledger.audit.rule import Contradiction
from aidledger.store.bulk import tables_of
from aidledger.store.entries import batch_in_force, in_batch, in_force
from aidledger.store.tables import Batch, Beneficiary, Certification, Enrolment, Entry, Listing, RosterRow

_batch, _beneficiary, _certification, _enrolment, _entry, _listing, _roster = tables_of(
    Batch, Beneficiary, Certification, Enrolment, Entry, Listing, RosterRow
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A table whose rows say under which name somebody stands, and the table that knows their sheet."""

    table: Table
    sheets: Table
    sheet_id: str

    def current(self, row: FromClause) -> ColumnElement[bool]:
        if self.table is _entry:
            return in_force(row)
        of_row = _batch.alias()
        return select(of_row.c.id).where(of_row.c.id == row.c.batch_id, batch_in_force(of_row)).exists()

    def of_batch(self, number: int) -> ColumnElement[bool]:
        return in_batch(self.table, number) if self.table is _entry else self.table.c.batch_id == number


_STATEMENTS = (
    _Statement(_entry, _roster, "roster_id"),
    _Statement(_certification, _listing, "listing_id"),
    _Statement(_enrolment, _listing, "listing_id"),
)


def names(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Rows of a batch whose person stands under another name in another batch; one per row of the file.

    The name first recorded for a person counts no more than any other: it may be the wrong one, taken back since.
    """
    seen = set()
    for mine in _STATEMENTS:
        for others in _STATEMENTS:
            for row in books.execute(_differing(mine, others, batch)):
                if (row.sheet, row.row) not in seen:
                    seen.add((row.sheet, row.row))
                    yield Contradiction("name-id-mismatch", row.sheet, row.row, {"where": ""})


def _differing(mine: _Statement, others: _Statement, batch: int) -> Select[Any]:
    own, other = mine.table, others.table.alias("other")
    stated, elsewhere = (func.coalesce(row.c.name_stated, _beneficiary.c.name) for row in (own, other))
    return (
        select(own.c.row, mine.sheets.c.sheet)
        .join(mine.sheets, mine.sheets.c.id == own.c[mine.sheet_id])
        .join(_beneficiary, _beneficiary.c.id == own.c.beneficiary_id)
        .join(other, (other.c.beneficiary_id == own.c.beneficiary_id) & (other.c.batch_id != own.c.batch_id))
        .where(mine.of_batch(batch), stated != elsewhere, mine.current(own), others.current(other))
        .order_by(own.c.id)
    )
