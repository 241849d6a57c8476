"""Who brought in what a payment order pays."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from aidledger.store.tables import Batch, Entry, PaymentOrderLine, RosterRow

_batch, _entry, _line, _roster = (Batch, Entry, PaymentOrderLine, RosterRow)


def importers(books: Connection, order: int) -> list[tuple[int, str]]:
    """The batches that an order pays and who posted each, in the order of posting.

    A payment that a new version's reversal entered again is of two: the batch that did so, and the roster's own.
    """
    query = (
        select(_batch.c.id, _batch.c.posted_by)
        .select_from(_line)
        .join(_entry, _entry.c.id == _line.c.entry_id)
        .join(_roster, _roster.c.id == _entry.c.roster_id)
        .join(_batch, or_(_batch.c.id == _entry.c.batch_id, _batch.c.id == _roster.c.batch_id))
        .where(_line.c.order_id == order)
        .distinct()
        .order_by(_batch.c.id)
    )
    return [(number, maker) for number, maker in books.execute(query)]
