"""Payments against allotments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from aidledger.domain.attribution import Fund, attributed
from aidledger.domain.listing import SOURCES, TOTAL
from aidledger.reconcile.line import Figures, Line
from aidledger.store.model.tables import Allotment, Batch, Entry, ProgramRow
from aidledger.store.postings.entries import batch_in_force, in_force
from aidledger.store.postings.person_times import CLAIM, surpluses

Part = Literal["document", "source"]
_SOURCES = (*SOURCES, TOTAL)


def allotment_lines(books: Connection, by: Collection[Part] = ()) -> list[Line]:
    """One line per program and period, for programs with any allotment.

    A line is right unless payments exceed the allotments; a negative difference is the remainder. ``source``: the
    documents. Payments belong to no document: several may fund one period. ``by`` document or source, there is a line
    for each instead, with its remainder; payments use them up in turn.
    """
    funds = _funds(books)
    programs = {program for program, _ in funds}
    paid = {key: figures for key, figures in _paid(books).items() if key[0] in programs}
    lines: list[Line] = []
    for program, period in sorted(funds.keys() | paid.keys()):
        allotted = funds.get((program, period), [])
        used = paid.get((program, period), Figures(0, 0))
        whole = _whole(program, period, allotted, used)
        lines += _parts(whole, allotted, by) if by else [whole]
    return lines


def _whole(program: str, period: str, funds: Sequence[Fund], used: Figures) -> Line:
    expected = Figures(None, sum(fund.allotted_fen for fund in funds))
    within = (used.amount_fen or 0) <= (expected.amount_fen or 0)
    documents = sorted({fund.document or "" for fund in funds})
    return Line("allotment", program, period, None, within, expected, used, source=", ".join(documents) or None)


def _parts(whole: Line, funds: Sequence[Fund], by: Collection[Part]) -> Iterator[Line]:
    """The line of a program and period split by document or source; without person-times, which belong to neither."""
    parts: dict[tuple[str | None, str | None], list[Fund]] = {}
    for fund in attributed(funds, whole.actual.amount_fen or 0):
        key = fund.document if "document" in by else None, fund.source if "source" in by else None
        parts.setdefault(key, []).append(fund)
    for (document, source), part in parts.items():
        allotted, used = sum(fund.allotted_fen for fund in part), sum(fund.used_fen for fund in part)
        yield replace(
            whole,
            ok=used <= allotted,
            expected=Figures(None, allotted),
            actual=Figures(None, used),
            source=document or whole.source,
            left_fen=allotted - used,
            document=document,
            funding=source,
        )


def _funds(books: Connection) -> dict[tuple[str, str], list[Fund]]:
    query = (
        select(
            ProgramRow.c.code,
            Allotment.c.period,
            Allotment.c.document,
            Allotment.c.source,
            func.min(Allotment.c.issued_on),
            func.sum(Allotment.c.amount_fen),
        )
        .join(ProgramRow, ProgramRow.c.id == Allotment.c.program_id)
        .join(Batch, Batch.c.id == Allotment.c.batch_id)
        .where(batch_in_force(Batch))
        .group_by(ProgramRow.c.code, Allotment.c.period, Allotment.c.document, Allotment.c.source)
    )
    funds: dict[tuple[str, str], list[Fund]] = {}
    for program, period, document, source, issued_on, amount in sorted(books.execute(query), key=_rank):
        funds.setdefault((program, period), []).append(Fund(document, issued_on, source, int(amount)))
    return funds


def _rank(row: Any) -> tuple[object, ...]:  # noqa: ANN401 - a row of the funds
    """Sources from central to county, whatever the database's collation."""
    return row[0], row[1], row[2], _SOURCES.index(row[3]) if row[3] in _SOURCES else len(_SOURCES), row[3]


def _paid(books: Connection) -> dict[tuple[str, str], Figures]:
    paid = select(ProgramRow.c.code.label("program"), *(Entry.c[name] for name in (*CLAIM, "part", "amount_fen"))).join(
        ProgramRow, ProgramRow.c.id == Entry.c.program_id
    )
    entries = paid.where(in_force(Entry)).subquery()
    cuts = entries.c.program, entries.c.period
    further = surpluses(books, entries, "program", "period")
    query = select(*cuts, func.count(), func.sum(entries.c.amount_fen)).group_by(*cuts)
    return {
        (program, period): Figures(payments - further.get((program, period), 0), int(amount))
        for program, period, payments, amount in books.execute(query)
    }
