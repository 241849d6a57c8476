"""The ledger against published totals, at the precision in which they were printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import wan_decimals, wan_rounded
from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
from aidledger.reconcile.line import Figures, Line
from aidledger.store.postings import totals

if TYPE_CHECKING:
    from sqlalchemy import Connection


def report_lines(books: Connection, catalogue: Catalogue, report: PublishedReport) -> list[Line]:
    """One line per program of the report, for the periods that begin in the report's span."""
    periods = [code for code in totals.periods(books) if within(Period.parse(code), report.start, report.end)]
    found = totals.paid(books, periods).programs
    lines = []
    for published in report.lines:
        paid = found.get(published.program, totals.LedgerFigures())
        by_person = catalogue.program(published.program).unit == "persons"
        count, amount = paid.persons if by_person else paid.person_times, paid.amount_fen
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
    """Whether the ledger has at least half of every published count; a new ledger is not worth comparing."""
    return all(2 * (line.actual.person_times or 0) >= (line.expected.person_times or 0) for line in lines)
