"""name-id-mismatch: one ID number under two names, both in force."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from aidledger.audit.rule import Contradiction
from aidledger.store.bulk import tables_of
from aidledger.store.entries import in_batch, in_force
from aidledger.store.tables import Beneficiary, Entry, RosterRow

_beneficiary, _entry, _roster = tables_of(Beneficiary, Entry, RosterRow)


def names(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Entries of a batch whose person stands under another name in another batch; one per row of the roster.

    The name first recorded for a person counts no more than any other: it may be the wrong one, taken back since.
    """
    other = _entry.alias("other")
    stated, elsewhere = (func.coalesce(entry.c.name_stated, _beneficiary.c.name) for entry in (_entry, other))
    query = (
        select(_entry.c.id, _entry.c.row, _roster.c.sheet, other.c.id.label("other"))
        .join(_roster, _roster.c.id == _entry.c.roster_id)
        .join(_beneficiary, _beneficiary.c.id == _entry.c.beneficiary_id)
        .join(other, (other.c.beneficiary_id == _entry.c.beneficiary_id) & (other.c.batch_id != _entry.c.batch_id))
        .where(in_batch(_entry, batch), stated != elsewhere)
        .where(in_force(_entry), in_force(other))
        .order_by(_entry.c.id)
    )
    seen = set()
    for row in books.execute(query):
        if (row.sheet, row.row) not in seen:
            seen.add((row.sheet, row.row))
            yield Contradiction("name-id-mismatch", row.id, row.sheet, row.row, {"where": ""}, row.other)
