"""Entries behind differences: amounts that no rate allows, payments that no bank confirmed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.program import nearest_fen
from aidledger.domain.term import Period
from aidledger.reconcile.behind import Behind, of_entry, rows_of
from aidledger.reconcile.line import Line
from aidledger.store.entries import batch_in_force, in_force
from aidledger.store.tables import BankReturn, Batch, Entry


def off_standard(books: Connection, catalogue: Catalogue, line: Line) -> Iterator[Behind]:
    """The entries whose amount no rate allows, with the nearest that one does; every entry where there is no standard.

    What they differ by adds up to the line's difference.
    """
    program, period = catalogue.program(line.program), Period.parse(line.period)
    known = program.standard_for(period) is not None
    for row in books.execute(rows_of(line.program, line.period, line.school).where(in_force(Entry))):
        near = nearest_fen(program.rates(period, row.level, row.boarding, line.school), row.amount_fen)
        if not known:
            yield of_entry(row, "no-standard-known", period=line.period)
        elif near != row.amount_fen:
            yield of_entry(row, "no-rate-allows-it", period=line.period, expected_fen=near)


def not_confirmed(books: Connection, line: Line) -> Iterator[Behind]:
    """The entries that were posted and that no bank says it paid; what they add up to is missing on its side.

    Where a bank spoke of one more than once, what it said last counts.
    """
    by_bank, returned = BankReturn.alias("by_bank"), Batch.alias("returned")
    spoken = (
        select(by_bank.c.id)
        .join(returned, returned.c.id == by_bank.c.batch_id)
        .where(by_bank.c.entry_id == Entry.c.id, batch_in_force(returned))
    )
    last = spoken.with_only_columns(func.max(by_bank.c.id)).correlate(Entry).scalar_subquery()
    query = (
        rows_of(line.program, line.period, line.school)
        .add_columns(BankReturn.c.id.label("said"), BankReturn.c.reason)
        .outerjoin(BankReturn, BankReturn.c.id == last)
        .where(in_force(Entry), ~spoken.where(by_bank.c.outcome == "paid").correlate(Entry).exists())
    )
    for row in books.execute(query):
        if row.said is None:
            yield of_entry(row, "bank-silent", period=line.period)
        else:
            yield of_entry(row, "returned-by-bank", period=line.period, remark=row.reason)
