"""What sums are made of: documents and what exceeds them, periods and schools of a published figure."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
from aidledger.reconcile.behind import Behind, entry_rows, of_entry
from aidledger.reconcile.line import Line
from aidledger.store.entries import batch_in_force, in_force
from aidledger.store.tables import Allotment, Batch, Entry, Listing, ProgramRow, School

_allotment, _batch, _entry, _listing, _program, _school = (Allotment, Batch, Entry, Listing, ProgramRow, School)


def beyond_allotment(books: Connection, line: Line) -> Iterator[Behind]:
    """Which rows of which documents allot the money, then the entries beyond it, in the order they were posted.

    Of the entry with which the money runs out, ``expected_fen`` is what was still covered; what the entries exceed
    it by adds up to the line's difference. A line by source shows what exceeds the money of all sources together: no
    payment is out of one of them.
    """
    documents = (
        select(
            _allotment.c.batch_id,
            _batch.c.file_name,
            _listing.c.sheet,
            _allotment.c.row,
            _allotment.c.document,
            _allotment.c.source,
            _allotment.c.amount_fen,
        )
        .join(_batch, _batch.c.id == _allotment.c.batch_id)
        .join(_listing, _listing.c.id == _allotment.c.listing_id)
        .join(_program, _program.c.id == _allotment.c.program_id)
        .where(_program.c.code == line.program, _allotment.c.period == line.period, batch_in_force(_batch))
        .order_by(_allotment.c.issued_on, _allotment.c.document, _allotment.c.id)
    )
    allotted = 0
    for row in books.execute(documents):
        allotted += row.amount_fen
        if line.document not in {None, row.document} or line.funding not in {None, row.source}:
            continue
        yield Behind(
            "allotted",
            batch=row.batch_id,
            file=row.file_name,
            sheet=row.sheet,
            row=row.row,
            amount_fen=row.amount_fen,
            period=line.period,
            remark=row.document,
            source=row.source,
        )
    left = max(allotted, 0)
    for row in books.execute(entry_rows(line.program, line.period).where(in_force(_entry))):
        covered = min(row.amount_fen, left)
        left -= covered
        if covered < row.amount_fen:
            yield of_entry(row, "exceeds-allotment", period=line.period, expected_fen=covered)


def groups_of(books: Connection, report: PublishedReport, line: Line) -> Iterator[Behind]:
    """The ledger's figure of a published line by period and school.

    Persons who are paid in several of them are counted in each.
    """
    query = (
        select(_entry.c.period, _school.c.name, func.count(), func.sum(_entry.c.amount_fen))
        .select_from(_entry)
        .join(_program, _program.c.id == _entry.c.program_id)
        .outerjoin(_school, _school.c.id == _entry.c.school_id)
        .where(in_force(_entry), _program.c.code == line.program)
        .group_by(_entry.c.period, _school.c.name)
    )
    found = [
        (Period.parse(row[0]), row[1] or "", row)
        for row in books.execute(query)
        if within(Period.parse(row[0]), report.start, report.end)
    ]
    for _, _, (period, school, count, amount) in sorted(found, key=lambda one: (one[0].sort_key, one[1])):
        yield Behind("makes-up-figure", amount_fen=int(amount), person_times=count, period=period, school=school)
