"""``reconcile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import PERIOD, SENTENCE, ByType, WordType, option, result_options, reveal_options
from aidledger.cli.paths import NameToRead
from aidledger.domain.term import in_order
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.domain.cut import YearCut
    from aidledger.domain.term import Period
    from aidledger.operations.views import Reveal

CHECKS = ("declared", "standard", "allotment", "payment", "report")
CUTS = ("calendar-year", "school-year", "term")
PARTS = ("document", "source")


@click.command(cls=Command)
@option("--check", "checks", multiple=True, type=WordType(CHECKS), help=N_("Only this comparison."))
@option("--program", metavar="CODE", help=N_("Only this program."))
@option("--period", type=PERIOD, help=N_("Only this period."))
@option("--from", "first", type=PERIOD, help=N_("The first period."))
@option("--to", "last", type=PERIOD, help=N_("The last period."))
@option("--school", type=SENTENCE, metavar="NAME", help=N_("Only this school."))
@option("--cut", type=WordType(CUTS), help=N_("Combine terms by year. Default: each term by itself."))
@option(
    "--report",
    "reports",
    type=NameToRead(),
    multiple=True,
    metavar="FILE",
    help=N_("Compare with this published report."),
)
@option("--all", "everything", is_flag=True, help=N_("Also show the lines that agree."))
@option(
    "--by",
    type=ByType(PARTS),
    default=(),
    metavar="BY",
    help=N_("Break allotments down by document, source or both, with the balance."),
)
@option("--details", is_flag=True, help=N_("Show the rows behind each difference: file, sheet, row, reason."))
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def reconcile(
    office: Office,
    checks: tuple[Any, ...],
    program: str | None,
    period: Period | None,
    first: Period | None,
    last: Period | None,
    school: str | None,
    cut: YearCut | None,
    reports: tuple[str, ...],
    everything: bool,
    by: tuple[Any, ...],
    details: bool,
    reveal: Reveal | None,
    form: str,
    output: Path | None,
) -> int:
    """Compare person-times and amounts in five ways. Checks: declared, standard, allotment, payment, report."""
    from aidledger.cli.output import emit
    from aidledger.operations import reconciling, reporting
    from aidledger.presentation.comparisons import reconciled_result

    in_order(first, last)
    catalogue = office.catalogue()
    published = [reporting.published_report(catalogue, name) for name in reports] or None
    ledger, catalogue = office.opened(catalogue)
    scope = reconciling.ComparisonScope(program, period.code if period else None, first, last, school, cut)
    found = reconciling.reconcile(
        ledger, catalogue, checks or CHECKS, published, scope, by=by, details=details, reveal=reveal
    )
    everything = everything or bool(by) or form != "table"
    details = details and (form != "table" or any(line.entries for line in found.found))
    result = reconciled_result(found, catalogue, office.language, everything=everything, details=details)
    emit(office, form, output, result)
    return 0 if all(line.ok for line in found.found) else 1
