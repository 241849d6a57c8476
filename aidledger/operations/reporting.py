"""Summaries, the report's paragraph, comparisons with published reports, the bridge between two cuts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.cut import Cut
from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.reconcile.bridge import Bridge, bridges
from aidledger.reconcile.line import Line
from aidledger.reconcile.published import report_lines
from aidledger.reports import explaining, returns
from aidledger.reports import statement as statements
from aidledger.reports import summary as summaries
from aidledger.reports.coverage import Coverage, coverage
from aidledger.reports.cuts import Count, Dimension
from aidledger.reports.explaining import Explained
from aidledger.reports.paragraph import paragraph as paragraph_of
from aidledger.reports.paragraph import years_of
from aidledger.reports.returns import NationalReturn, Span
from aidledger.reports.statement import Statement
from aidledger.reports.summary import Summary
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.schools import school_named
from aidledger.store.postings import lookups


def summary(
    ledger: Ledger,
    catalogue: Catalogue,
    first: Period | None = None,
    last: Period | None = None,
    by: Sequence[Dimension] = (),
    count: Count = "posted",
) -> Viewed[Summary]:
    """The figures of a span of periods."""
    return view(ledger, lambda books: summaries.summary(books, catalogue, first, last, by, count))


def entries(ledger: Ledger, catalogue: Catalogue, figure: str, reveal: Reveal | None = None) -> Viewed[Explained]:
    """The entries behind a figure, given as papers print it; raises as reports.explaining does."""
    return view(
        ledger,
        lambda books: explaining.explain(books, catalogue, figure),
        reveal,
        lambda found: f"figure {found.figure}",
    )


def coverage_by_stage(ledger: Ledger, period: Period) -> Viewed[Sequence[Coverage]]:
    """Pupils on the registers of a term, and how many of them are aided; empty without registers."""
    return view(ledger, lambda books: coverage(books, period))


def national_return(ledger: Ledger, catalogue: Catalogue, span: Span) -> Viewed[NationalReturn]:
    """The figures of the national returns for a span."""
    return view(ledger, lambda books: returns.national_return(books, catalogue, span))


def school_statement(
    ledger: Ledger, catalogue: Catalogue, school: str, first: Period | None = None, last: Period | None = None
) -> Viewed[Statement]:
    """A school's aid over a span of periods; raises UnknownSchool."""

    def read(books: Books) -> Statement:
        number, name = school_named(books, school)
        return statements.statement(books, catalogue, number, name, first, last)

    return view(ledger, read)


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


def compare(ledger: Ledger, catalogue: Catalogue, report: PublishedReport) -> Viewed[list[Line]]:
    """The ledger against a published report."""
    return view(ledger, lambda books: report_lines(books, catalogue, report))


def bridge(
    ledger: Ledger, catalogue: Catalogue, first: Cut, second: Cut, *, by_program: bool = False
) -> Viewed[list[Bridge]]:
    """The steps from the first cut's figures to the second's, for all aid and all loans or per program."""
    return view(ledger, lambda books: bridges(books, catalogue, first, second, by_program=by_program))
