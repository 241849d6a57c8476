"""Who imported what a payment order pays."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from aidledger.store.model.tables import Batch, Entry, PaymentOrderLine, RosterRow


def importers(books: Connection, order: int) -> list[tuple[int, str]]:
    """The batches that an order pays, each with the actor who posted it, in the order of posting.

    Reversing a new version enters payments of the earlier one again: those count for both batches.
    """
    query = (
        select(Batch.c.id, Batch.c.posted_by)
        .select_from(PaymentOrderLine)
        .join(Entry, Entry.c.id == PaymentOrderLine.c.entry_id)
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .join(Batch, or_(Batch.c.id == Entry.c.batch_id, Batch.c.id == RosterRow.c.batch_id))
        .where(PaymentOrderLine.c.order_id == order)
        .distinct()
        .order_by(Batch.c.id)
    )
    return [(number, maker) for number, maker in books.execute(query)]
