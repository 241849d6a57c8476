"""Summaries, the report's paragraph, comparisons with what was published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
from aidledger.reconcile.line import Line
from aidledger.reconcile.published import report_lines
from aidledger.reports import explaining, returns
from aidledger.reports import statement as statements
from aidledger.reports import summary as summaries
from aidledger.reports.cuts import Count, Dimension
from aidledger.reports.explaining import Explained
from aidledger.reports.paragraph import paragraph as paragraph_of
from aidledger.reports.paragraph import years_of
from aidledger.reports.returns import NationalReturn, Span
from aidledger.reports.statement import Statement
from aidledger.reports.summary import Summary
from aidledger.store.chain import events
from aidledger.store.ledger import Ledger
from aidledger.store.master.schools import school_named
from aidledger.store.postings import lookups


def summary(
    ledger: Ledger,
    catalogue: Catalogue,
    first: Period | None = None,
    last: Period | None = None,
    by: Sequence[Dimension] = (),
    count: Count = "posted",
) -> tuple[Summary, str]:
    """The figures of a span of periods, and the ledger's head for which they hold."""
    with ledger.reading() as books:
        return summaries.summary(books, catalogue, first, last, by, count), events.head(books)


def explain(ledger: Ledger, catalogue: Catalogue, figure: str) -> Explained:
    """The entries behind a figure, given as papers carry it; see reports.explaining for what is raised."""
    with ledger.reading() as books:
        return explaining.explain(books, catalogue, figure)


def national_return(ledger: Ledger, catalogue: Catalogue, span: Span) -> tuple[NationalReturn, str]:
    """The figures of the national returns for a span, and the ledger's head."""
    with ledger.reading() as books:
        return returns.national_return(books, catalogue, span), events.head(books)


def school_statement(
    ledger: Ledger, catalogue: Catalogue, school: str, first: Period | None = None, last: Period | None = None
) -> tuple[Statement, str]:
    """What a school got over a span of periods, and the ledger's head; raises UnknownSchool, with close names."""
    with ledger.reading() as books:
        number, name = school_named(books, school)
        return statements.statement(books, catalogue, number, name, first, last), events.head(books)


def paragraph(
    ledger: Ledger,
    catalogue: Catalogue,
    first: Period | None = None,
    last: Period | None = None,
    count: Count = "posted",
) -> str:
    """The report's paragraph for a span of periods."""
    with ledger.reading() as books:
        figures = summaries.summary(books, catalogue, first, last, count=count)
        periods = {
            code: [period for period in some if within(Period.parse(period), first, last)]
            for code, some in lookups.periods_by_program(books).items()
        }
    return paragraph_of(figures, catalogue, years_of(periods))


def published_report(catalogue: Catalogue, name: str) -> PublishedReport:
    """A published report by its code or in a file; raises UnknownReport, CatalogueError."""
    path = Path(name)
    if not path.is_file():
        return catalogue.report(path.stem)
    from aidledger.catalogue.loading import report_in  # noqa: PLC0415 - a YAML parser and pydantic, only where needed

    return report_in(path, catalogue)


def compare(ledger: Ledger, catalogue: Catalogue, report: PublishedReport) -> list[Line]:
    """The ledger against a published report."""
    with ledger.reading() as books:
        return report_lines(books, catalogue, report)
