"""What was posted against what the bank says it paid."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select

from aidledger.reconcile.line import Figures, Line
from aidledger.store.entries import batch_in_force, in_force
from aidledger.store.tables import BankReturn, Batch, Entry, ProgramRow, School


def payment_lines(books: Connection) -> list[Line]:
    """One line per program, period and school for which a bank has returned anything.

    Right is where every posted payment was made; a payment that the bank returned, or has not yet spoken of, is
    missing on its side.
    """
    said_paid = (
        select(BankReturn.c.id)
        .join(Batch, Batch.c.id == BankReturn.c.batch_id)
        .where(BankReturn.c.entry_id == Entry.c.id, BankReturn.c.outcome == "paid", batch_in_force(Batch))
        .exists()
    )
    spoken_of = (
        select(Entry.c.program_id, Entry.c.period, Entry.c.school_id)
        .join(BankReturn, BankReturn.c.entry_id == Entry.c.id)
        .join(Batch, Batch.c.id == BankReturn.c.batch_id)
        .where(batch_in_force(Batch), in_force(Entry))
        .distinct()
        .subquery()
    )
    made = case((said_paid, 1), else_=0)
    query = (
        select(
            ProgramRow.c.code,
            Entry.c.period,
            School.c.name,
            func.count(),
            func.sum(Entry.c.amount_fen),
            func.sum(made),
            func.sum(made * Entry.c.amount_fen),
        )
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(
            spoken_of,
            (spoken_of.c.program_id == Entry.c.program_id)
            & (spoken_of.c.period == Entry.c.period)
            & spoken_of.c.school_id.is_not_distinct_from(Entry.c.school_id),
        )
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry))
        .group_by(ProgramRow.c.id, ProgramRow.c.code, Entry.c.period, School.c.name)
        .order_by(ProgramRow.c.id, Entry.c.period, School.c.name)
    )
    lines = []
    for program, period, school, count, amount, paid, paid_amount in books.execute(query):
        posted, confirmed = Figures(count, int(amount)), Figures(int(paid), int(paid_amount))
        lines.append(Line("payment", program, period, school, posted == confirmed, posted, confirmed))
    return lines
