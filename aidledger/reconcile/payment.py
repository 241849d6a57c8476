"""What was posted against what the bank says it paid."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select

from aidledger.reconcile.line import Figures, Line
from aidledger.store.entries import batch_in_force, in_force
from aidledger.store.tables import BankReturn, Batch, Entry, ProgramRow, School

_bank_return, _batch, _entry, _program, _school = (BankReturn, Batch, Entry, ProgramRow, School)


def payment_lines(books: Connection) -> list[Line]:
    """One line per program, period and school for which a bank has returned anything.

    Right is where every posted payment was made; a payment that the bank returned, or has not yet spoken of, is
    missing on its side.
    """
    said_paid = (
        select(_bank_return.c.id)
        .join(_batch, _batch.c.id == _bank_return.c.batch_id)
        .where(_bank_return.c.entry_id == _entry.c.id, _bank_return.c.outcome == "paid", batch_in_force(_batch))
        .exists()
    )
    spoken_of = (
        select(_entry.c.program_id, _entry.c.period, _entry.c.school_id)
        .join(_bank_return, _bank_return.c.entry_id == _entry.c.id)
        .join(_batch, _batch.c.id == _bank_return.c.batch_id)
        .where(batch_in_force(_batch), in_force(_entry))
        .distinct()
        .subquery()
    )
    made = case((said_paid, 1), else_=0)
    query = (
        select(
            _program.c.code,
            _entry.c.period,
            _school.c.name,
            func.count(),
            func.sum(_entry.c.amount_fen),
            func.sum(made),
            func.sum(made * _entry.c.amount_fen),
        )
        .join(_program, _program.c.id == _entry.c.program_id)
        .join(
            spoken_of,
            (spoken_of.c.program_id == _entry.c.program_id)
            & (spoken_of.c.period == _entry.c.period)
            & spoken_of.c.school_id.is_not_distinct_from(_entry.c.school_id),
        )
        .outerjoin(_school, _school.c.id == _entry.c.school_id)
        .where(in_force(_entry))
        .group_by(_program.c.id, _program.c.code, _entry.c.period, _school.c.name)
        .order_by(_program.c.id, _entry.c.period, _school.c.name)
    )
    lines = []
    for program, period, school, count, amount, paid, paid_amount in books.execute(query):
        posted, confirmed = Figures(count, int(amount)), Figures(int(paid), int(paid_amount))
        lines.append(Line("payment", program, period, school, posted == confirmed, posted, confirmed))
    return lines
