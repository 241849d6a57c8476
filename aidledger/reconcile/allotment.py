"""What was paid against what documents allot."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, func, select

from aidledger.reconcile.line import Figures, Line
from aidledger.store.bulk import tables_of
from aidledger.store.entries import batch_in_force, in_force
from aidledger.store.tables import Allotment, Batch, Entry, ProgramRow

_allotment, _batch, _entry, _program = tables_of(Allotment, Batch, Entry, ProgramRow)


def allotment_lines(books: Connection) -> list[Line]:
    """One line per program and period, of programs to which some document allots money.

    Right is what does not exceed the allotted money; a negative difference is what is left of it. ``source``: the
    documents. A payment is not tied to one document: several may pay for one term.
    """
    allotted: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    query = (
        select(_program.c.code, _allotment.c.period, _allotment.c.document, func.sum(_allotment.c.amount_fen))
        .join(_program, _program.c.id == _allotment.c.program_id)
        .join(_batch, _batch.c.id == _allotment.c.batch_id)
        .where(batch_in_force(_batch))
        .group_by(_program.c.code, _allotment.c.period, _allotment.c.document)
        .order_by(_program.c.code, _allotment.c.period, _allotment.c.document)
    )
    for program, period, document, amount in books.execute(query):
        allotted[program, period][document] = int(amount)
    programs = {program for program, _ in allotted}
    paid = {key: figures for key, figures in _paid(books).items() if key[0] in programs}
    lines = []
    for program, period in sorted(allotted.keys() | paid.keys()):
        documents = allotted.get((program, period), {})
        expected = Figures(None, sum(documents.values()))
        actual = paid.get((program, period), Figures(0, 0))
        within = (actual.amount_fen or 0) <= (expected.amount_fen or 0)
        source = ", ".join(documents) or None
        lines.append(Line("allotment", program, period, None, within, expected, actual, source=source))
    return lines


def _paid(books: Connection) -> dict[tuple[str, str], Figures]:
    query = (
        select(_program.c.code, _entry.c.period, func.count(), func.sum(_entry.c.amount_fen))
        .join(_program, _program.c.id == _entry.c.program_id)
        .where(in_force(_entry))
        .group_by(_program.c.code, _entry.c.period)
    )
    return {(program, period): Figures(count, int(amount)) for program, period, count, amount in books.execute(query)}
