"""Reconciliation: the chosen comparisons, grouped and explained."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.cut import YearCut
from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.reconcile.allotment import Part, allotment_lines
from aidledger.reconcile.declared import declared_lines
from aidledger.reconcile.explaining import explained
from aidledger.reconcile.grouping import grouped
from aidledger.reconcile.line import Comparison, Line
from aidledger.reconcile.payment import payment_lines
from aidledger.reconcile.published import covers, report_lines
from aidledger.reconcile.standard import Judge, standard_lines
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.schools import school_named


@dataclass(frozen=True, slots=True)
class ComparisonScope:
    """Which lines to show: of one program, one period (its code), a span of periods, one school.

    A published figure is shown if its whole span is. With one school, comparisons that do not distinguish schools are
    left out. ``cut``: combines the lines of several periods.
    """

    program: str | None = None
    period: str | None = None
    first: Period | None = None
    last: Period | None = None
    school: str | None = None
    cut: YearCut | None = None

    def takes(self, line: Line) -> bool:
        """Whether a line is shown."""
        return (
            self.program in {None, line.program}
            and self.period in {None, line.period}
            and self.school in {None, line.school}
            and all(within(Period.parse(code), self.first, self.last) for code in line.period.split("/"))
        )


def reconcile(
    ledger: Ledger,
    catalogue: Catalogue,
    checks: Sequence[Comparison],
    reports: Sequence[PublishedReport] | None = None,
    scope: ComparisonScope | None = None,
    *,
    by: Collection[Part] = (),
    details: bool = False,
    reveal: Reveal | None = None,
) -> Viewed[list[Line]]:
    """The chosen comparisons, in one consistent view of the ledger.

    ``reports`` None: those of the office's own district that the ledger covers, that is, of whose every count it holds
    at least half. So an incomplete ledger is not compared with a finished report. ``by``: allotments by document or
    source. ``details``: each line that differs carries the rows behind it.
    Raises UnknownProgram, UnknownSchool.
    """
    requested, judge = scope or ComparisonScope(), Judge(catalogue, ledger.clock().date())

    def read(books: Books) -> list[Line]:
        scope = _named(books, catalogue, requested)
        lines: list[Line] = []
        if "declared" in checks:
            lines += declared_lines(books)
        if "standard" in checks:
            lines += standard_lines(books, judge)
        if "allotment" in checks:
            lines += allotment_lines(books, by)
        if "payment" in checks:
            lines += payment_lines(books)
        if "report" in checks:
            lines += _published(books, catalogue, reports)
        lines = [line for line in lines if scope.takes(line)]
        if details:
            lines = explained(books, judge, lines, _by_code(catalogue, reports))
        return grouped(lines, scope.cut) if scope.cut else lines

    return view(ledger, read, reveal if details else None, lambda _: "reconcile")


def _named(books: Books, catalogue: Catalogue, scope: ComparisonScope) -> ComparisonScope:
    """A scope with the program's code and the school's name in the ledger; raises UnknownProgram, UnknownSchool."""
    program = None if scope.program is None else catalogue.program(scope.program).code
    school = None if scope.school is None else school_named(books, catalogue.school(scope.school) or scope.school)[1]
    return replace(scope, program=program, school=school)


def _published(books: Books, catalogue: Catalogue, reports: Sequence[PublishedReport] | None) -> list[Line]:
    if reports is not None:
        return [line for report in reports for line in report_lines(books, catalogue, report)]
    own = [report for report in catalogue.reports.values() if report.district == catalogue.district]
    compared = [report_lines(books, catalogue, report) for report in own]
    return [line for some in compared if covers(some) for line in some]


def _by_code(catalogue: Catalogue, reports: Sequence[PublishedReport] | None) -> Mapping[str, PublishedReport]:
    chosen = catalogue.reports.values() if reports is None else reports
    return {report.code: report for report in chosen}
