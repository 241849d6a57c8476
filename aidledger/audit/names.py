"""name-id-mismatch: an ID number under another name than the one it was first recorded with."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from aidledger.audit.rule import Contradiction
from aidledger.store.bulk import tables_of
from aidledger.store.entries import in_batch, in_force
from aidledger.store.tables import Entry, RosterRow

_entry, _roster = tables_of(Entry, RosterRow)


def names(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Entries of a batch whose stated name is not the beneficiary's; one per row of the roster."""
    query = (
        select(_entry.c.id, _entry.c.row, _roster.c.sheet)
        .join(_roster, _roster.c.id == _entry.c.roster_id)
        .where(in_batch(_entry, batch), _entry.c.name_stated.is_not(None))
        .where(in_force(_entry))
        .order_by(_entry.c.id)
    )
    seen = set()
    for row in books.execute(query):
        if (row.sheet, row.row) not in seen:
            seen.add((row.sheet, row.row))
            yield Contradiction("name-id-mismatch", row.id, row.sheet, row.row, {"where": ""})
