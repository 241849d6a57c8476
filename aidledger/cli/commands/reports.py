"""``report`` and its commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidledger.cli.commands.people import person
from aidledger.cli.localized import Command, Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import CUT, DAY, PERIOD, SENTENCE, ByType, WordType, option, result_options, reveal_options
from aidledger.cli.paths import NameToRead
from aidledger.domain.term import in_order
from aidledger.i18n import N_

if TYPE_CHECKING:
    from datetime import datetime

    from aidledger.domain.cut import Cut
    from aidledger.domain.term import Period
    from aidledger.operations.views import Reveal

# As in reports.cuts, repeated here because that module is slow to load.
DIMENSIONS = (
    "program",
    "school",
    "period",
    "calendar-year",
    "school-year",
    "term",
    "stage",
    "level",
    "tier",
    "grade",
    "category",
    "source",
    "payment",
    "part",
)


@click.group(cls=Group)
def report() -> None:
    """Print summaries, statements, returns, notices and comparisons."""


@report.command(cls=Command)
@option("--from", "first", type=PERIOD, help=N_("The first period."))
@option("--to", "last", type=PERIOD, help=N_("The last period."))
@option(
    "--by",
    type=ByType(DIMENSIONS),
    default=None,
    metavar="BY",
    help=N_(
        "Any of "
        "program,school,period,calendar-year,school-year,term,stage,level,tier,grade,category,source,payment,part, "
        "separated by commas."
    ),
)
@option(
    "--count",
    type=WordType(("posted", "paid")),
    default="posted",
    help=N_("Count all that was posted, or only what was paid. Default: posted."),
)
@result_options("table", "json", "csv", "xlsx", "text")
@pass_office
def summary(
    office: Office,
    first: Period | None,
    last: Period | None,
    by: tuple[Any, ...] | None,
    count: Any,  # noqa: ANN401
    form: str,
    output: Path | None,
) -> None:
    """Sum up by program, or print the report's paragraph."""
    from aidledger.cli.output import emit
    from aidledger.operations import reporting
    from aidledger.presentation.summaries import paragraph_result, summary_result

    in_order(first, last)
    ledger, catalogue = office.opened(office.catalogue())
    if form == "text":
        emit(office, form, output, paragraph_result(reporting.paragraph(ledger, catalogue, first, last, count)))
        return
    figures = reporting.summary(ledger, catalogue, first, last, by or (), count)
    emit(office, form, output, summary_result(figures, catalogue, office.language))


@report.command(cls=Command)
@click.argument("figure", metavar="KEY=VALUE,…")
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def entries(office: Office, figure: str, reveal: Reveal | None, form: str, output: Path | None) -> None:
    """List the entries behind a figure. As papers print it: program=CODE,period=PERIOD,school=NAME and so on."""
    from aidledger.cli.output import emit
    from aidledger.operations import reporting
    from aidledger.presentation.entries import entries_result

    ledger, catalogue = office.opened(office.catalogue())
    found = reporting.entries(ledger, catalogue, figure, reveal)
    emit(office, form, output, entries_result(found, catalogue, office.language))


@report.command(cls=Command)
@click.argument("name", metavar="SCHOOL")
@option("--from", "first", type=PERIOD, help=N_("The first period."))
@option("--to", "last", type=PERIOD, help=N_("The last period."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def school(
    office: Office, name: str, first: Period | None, last: Period | None, form: str, output: Path | None
) -> None:
    """Print a school's statement: its aid and its rosters."""
    from aidledger.cli.output import emit
    from aidledger.operations import reporting
    from aidledger.presentation.statements import statement_result

    in_order(first, last)
    ledger, catalogue = office.opened(office.catalogue())
    found = reporting.school_statement(ledger, catalogue, name, first, last)
    emit(office, form, output, statement_result(found, catalogue, office.language))


@report.command(cls=Command)
@option("--year", type=click.IntRange(1990, 2099), help=N_("Calendar year: its spring and autumn."))
@option("--school-year", is_flag=True, help=N_("Use the school year that begins in --year: autumn, then spring."))
@option("--from", "first", type=PERIOD, help=N_("The first period."))
@option("--to", "last", type=PERIOD, help=N_("The last period."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def returns(
    office: Office,
    year: int | None,
    school_year: bool,
    first: Period | None,
    last: Period | None,
    form: str,
    output: Path | None,
) -> None:
    """Print the figures of the national return. Persons, person-times and money by program, category and source."""
    from aidledger.cli.output import emit
    from aidledger.errors import OneSpan
    from aidledger.operations import reporting
    from aidledger.presentation.returns import return_result
    from aidledger.reports.returns import Span

    if (year is not None and (first or last)) or (school_year and year is None):
        raise OneSpan
    in_order(first, last)
    ledger, catalogue = office.opened(office.catalogue())
    span = Span(year, school_year, first, last)
    found = reporting.national_return(ledger, catalogue, span)
    emit(office, form, output, return_result(found, catalogue, office.language))


@report.command(cls=Command)
@click.argument("file", type=NameToRead(), metavar="FILE")
@result_options("table", "json", "csv", "xlsx")
@pass_office
def compare(office: Office, file: str, form: str, output: Path | None) -> int:
    """Compare the ledger with a report's published totals. At the precision they were printed with."""
    from aidledger.cli.output import emit
    from aidledger.operations import reporting
    from aidledger.presentation.comparisons import compared_result

    ledger, catalogue = office.opened(office.catalogue())
    published = reporting.published_report(catalogue, file)
    lines = reporting.compare(ledger, catalogue, published)
    emit(office, form, output, compared_result(lines, published, catalogue, office.language))
    return 0 if all(line.ok for line in lines.found) else 1


@report.command(cls=Command)
@option(
    "--from-cut",
    "first",
    type=CUT,
    required=True,
    help=N_(
        "First cut: calendar-year:2021, school-year:2021, term:2021-autumn, span:2021-autumn..2022-spring, or by "
        "date of posting (Beijing time), posted:2021-09-01..2022-01-31."
    ),
)
@option("--to-cut", "second", type=CUT, required=True, help=N_("Second cut, such as school-year:2021."))
@option("--by", type=WordType(["program"]), help=N_("One bridge per program instead of one for all aid."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def bridge(office: Office, first: Cut, second: Cut, by: str | None, form: str, output: Path | None) -> None:
    """Explain the difference between two cuts. By terms that only one includes, and by dates of posting."""
    from aidledger.cli.output import emit
    from aidledger.operations import reporting
    from aidledger.presentation.bridges import bridges_result

    ledger, catalogue = office.opened(office.catalogue())
    found = reporting.bridge(ledger, catalogue, first, second, by_program=by is not None)
    emit(office, form, output, bridges_result(found, first, second, catalogue, office.language))


report.add_command(person)  # a report, too


@report.command(cls=Command)
@option("--program", metavar="CODE", required=True, help=N_("The program that is paid."))
@option("--period", type=PERIOD, required=True, help=N_("Semester or year that is paid for."))
@option("--school", type=SENTENCE, metavar="NAME", help=N_("Only pupils of this school."))
@option("--from", "first", type=DAY, required=True, metavar="DATE", help=N_("The first day of the notice."))
@option(
    "--to",
    "last",
    type=DAY,
    required=True,
    metavar="DATE",
    help=N_("The last day; at least 5 working days after the first."),
)
@option("--preview", is_flag=True, help=N_("Preview only; nothing is recorded."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def notice(
    office: Office,
    program: str,
    period: Period,
    school: str | None,
    first: datetime,
    last: datetime,
    preview: bool,
    form: str,
    output: Path | None,
) -> int:
    """Print the public notice and record it. It lists name, school, grade and class, and nothing else."""
    from aidledger.cli.output import emit
    from aidledger.domain.notice import WORKING_DAYS_MIN, NoticeTerm
    from aidledger.errors import OutputMissing
    from aidledger.operations import announcing
    from aidledger.presentation.notices import notice_result

    if form == "xlsx" and output is None:
        raise OutputMissing
    ledger, catalogue = office.opened(office.catalogue())
    term = NoticeTerm(first.date(), last.date())
    made = announcing.announce(ledger, catalogue, program, period, term, school, preview=preview)
    emit(office, form, output, notice_result(made, catalogue, office.language))
    if made.working_days >= WORKING_DAYS_MIN:
        return 0
    message = N_("Holidays leave only {days} working days from {first} to {last}; a notice needs {wanted}.")
    facts = {"days": made.working_days, "first": term.first, "last": term.last, "wanted": WORKING_DAYS_MIN}
    click.echo(office._(message).format(**facts), err=True)
    return 1
