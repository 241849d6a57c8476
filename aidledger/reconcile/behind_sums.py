"""The parts of sums: allotments and the entries beyond them, periods and schools of a published figure."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
from aidledger.reconcile.behind import Behind, entry_rows, of_entry
from aidledger.reconcile.line import Line
from aidledger.store.model.tables import Allotment, Batch, Entry, Listing, ProgramRow, School
from aidledger.store.postings.entries import batch_in_force, in_force
from aidledger.store.postings.person_times import CLAIM, surpluses


def beyond_allotment(books: Connection, line: Line) -> Iterator[Behind]:
    """The allotments of the line, then the entries beyond them in the order of posting.

    For the entry with which the money runs out, ``expected_fen`` is the part still covered; the excesses add up to the
    line's difference. A line by source shows the excess over all sources together, since payments belong to none.
    """
    documents = (
        select(
            Allotment.c.batch_id,
            Batch.c.file_name,
            Listing.c.sheet,
            Allotment.c.row,
            Allotment.c.document,
            Allotment.c.source,
            Allotment.c.amount_fen,
        )
        .join(Batch, Batch.c.id == Allotment.c.batch_id)
        .join(Listing, Listing.c.id == Allotment.c.listing_id)
        .join(ProgramRow, ProgramRow.c.id == Allotment.c.program_id)
        .where(ProgramRow.c.code == line.program, Allotment.c.period == line.period, batch_in_force(Batch))
        .order_by(Allotment.c.issued_on, Allotment.c.document, Allotment.c.id)
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
    for row in books.execute(entry_rows(line.program, line.period).where(in_force(Entry))):
        covered = min(row.amount_fen, left)
        left -= covered
        if covered < row.amount_fen:
            yield of_entry(row, "exceeds-allotment", period=line.period, expected_fen=covered)


def groups_of(books: Connection, report: PublishedReport, line: Line) -> Iterator[Behind]:
    """The ledger's figure for a published line, by period and school.

    People paid in several of them count in each.
    """
    entries = (
        select(School.c.name.label("school"), *(Entry.c[name] for name in (*CLAIM, "part", "amount_fen")))
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry), ProgramRow.c.code == line.program)
        .subquery()
    )
    cuts = entries.c.period, entries.c.school
    query = select(*cuts, func.count(), func.sum(entries.c.amount_fen)).group_by(*cuts)
    further = surpluses(books, entries, "period", "school")
    found = [
        (Period.parse(row[0]), row[1] or "", row)
        for row in books.execute(query)
        if within(Period.parse(row[0]), report.start, report.end)
    ]
    for _, _, (period, school, payments, amount) in sorted(found, key=lambda group: (group[0].sort_key, group[1])):
        times = payments - further.get((period, school), 0)
        yield Behind("makes-up-figure", amount_fen=int(amount), person_times=times, period=period, school=school)
