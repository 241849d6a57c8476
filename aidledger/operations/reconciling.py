"""Reconciliation: the comparisons asked for, cut and explained as asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.cut import YearCut
from aidledger.domain.published import PublishedReport
from aidledger.domain.term import Period, within
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
class Scope:
    """Which lines are wanted: of one program, one period (its code), the periods of a span, one school.

    A published figure is wanted where its whole span is. What is compared without regard to schools is not wanted
    where one school is.
    """

    program: str | None = None
    period: str | None = None
    first: Period | None = None
    last: Period | None = None
    school: str | None = None

    def takes(self, line: Line) -> bool:
        """Whether a line is wanted."""
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
    scope: Scope | None = None,
    *,
    by: Collection[Part] = (),
    cut: YearCut | None = None,
    explain: bool = False,
) -> list[Line]:
    """The comparisons asked for, in one consistent view of the ledger.

    ``reports`` None: those of the office's own district that the ledger covers, that is, of whose every count it
    holds at least half. A ledger that was only begun is not held against a finished report. ``by``: allotted money
    by document or source. ``explain``: each line that is not right carries the rows behind it.
    ``cut``: lines of several periods are put together by it. Raises UnknownSchool.
    """
    wanted, judge = scope or Scope(), Judge(catalogue, ledger.clock().date())
    with ledger.reading() as books:
        if wanted.school is not None:
            wanted = replace(wanted, school=school_named(books, wanted.school)[1])
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
        lines = [line for line in lines if wanted.takes(line)]
        if explain:
            lines = explained(books, judge, lines, _by_code(catalogue, reports))
    return grouped(lines, cut) if cut else lines


def _published(books: Books, catalogue: Catalogue, reports: Sequence[PublishedReport] | None) -> list[Line]:
    if reports is not None:
        return [line for report in reports for line in report_lines(books, catalogue, report)]
    own = [report for report in catalogue.reports.values() if report.district == catalogue.district]
    compared = [report_lines(books, catalogue, report) for report in own]
    return [line for some in compared if covers(some) for line in some]


def _by_code(catalogue: Catalogue, reports: Sequence[PublishedReport] | None) -> Mapping[str, PublishedReport]:
    chosen = catalogue.reports.values() if reports is None else reports
    return {report.code: report for report in chosen}
