"""The ledger against totals that were published, at the precision they were printed with."""

from __future__ import annotations

from sqlalchemy import Connection, distinct, func, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import wan_decimals, wan_rounded
from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
from aidledger.reconcile.line import Figures, Line
from aidledger.store.bulk import tables_of
from aidledger.store.entries import in_force
from aidledger.store.tables import Entry, ProgramRow

_entry, _program = tables_of(Entry, ProgramRow)


def report_lines(books: Connection, catalogue: Catalogue, report: PublishedReport) -> list[Line]:
    """One line per program of the report, for the periods that begin in the report's span."""
    periods = [
        code
        for code in books.execute(select(_entry.c.period).distinct()).scalars()
        if within(Period.parse(code), report.start, report.end)
    ]
    query = (
        select(
            _program.c.code,
            func.count().label("person_times"),
            func.count(distinct(_entry.c.beneficiary_id)).label("persons"),
            func.sum(_entry.c.amount_fen).label("amount_fen"),
        )
        .select_from(_entry)
        .join(_program, _program.c.id == _entry.c.program_id)
        .where(in_force(_entry), _entry.c.period.in_(periods))
        .group_by(_program.c.code)
    )
    found = {row.code: row for row in books.execute(query)}
    lines = []
    for published in report.lines:
        row = found.get(published.program)
        by_person = catalogue.program(published.program).unit == "persons"
        count = int((row.persons if by_person else row.person_times) if row else 0)
        amount = int(row.amount_fen) if row else 0
        printed = wan_rounded(amount, wan_decimals(published.amount_wan))
        lines.append(
            Line(
                check="report",
                program=published.program,
                period=f"{report.start}/{report.end}",
                school=None,
                ok=count == published.count and printed == published.amount_wan,
                expected=Figures(published.count, published.amount_fen),
                actual=Figures(count, amount),
                printed_wan=published.amount_wan,
                source=report.code,
            )
        )
    return lines


def covers(lines: list[Line]) -> bool:
    """Whether the ledger holds at least half of every figure's count: a ledger only begun has nothing to compare."""
    return all(2 * (line.actual.person_times or 0) >= (line.expected.person_times or 0) for line in lines)
