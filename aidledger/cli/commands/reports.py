"""``report summary``, ``report compare``, ``report bridge``."""

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

# As in reports.cuts, which takes longer to load than to say.
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
    """Totals per program, and comparisons with published ones."""


@report.command(cls=Command)
@option("--from", "first", type=PERIOD, help=N_("The first period."))
@option("--to", "last", type=PERIOD, help=N_("The last period."))
@option(
    "--by",
    type=ByType(DIMENSIONS),
    default=None,
    metavar="BY",
    help=N_(
        "Any of program,school,period,calendar-year,school-year,term,stage,level,tier,grade,category,source,"
        "payment,part; several with commas."
    ),
)
@option(
    "--count",
    type=WordType(("posted", "paid")),
    default="posted",
    help=N_("All that was posted, or only what has arrived; default: posted."),
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
    """Totals per program; as text, the report's paragraph."""
    from aidledger.cli import shapes
    from aidledger.cli.output import emit, finished
    from aidledger.operations import reporting
    from aidledger.reports.answers import group_answer, program_answer

    in_order(first, last)
    catalogue = office.catalogue()
    ledger = office.ledger_with(catalogue)
    if form == "text":
        emit(office, form, output, text=lambda: reporting.paragraph(ledger, catalogue, first, last, count))
        return
    figures, head = reporting.summary(ledger, catalogue, first, last, by or (), count)
    make = group_answer if by else program_answer

    def workbook() -> bytes:
        from aidledger.reports.charts import chart_sheet
        from aidledger.reports.summary_workbook import summary_workbook

        answer = finished(make(figures, catalogue, office.language), head)
        extra = chart_sheet(figures, catalogue, office.language)
        return summary_workbook(answer, office._, catalogue.district, chart=not by, extra=extra)

    emit(
        office,
        form,
        output,
        answer=lambda: make(figures, catalogue, office.language),
        value=lambda: shapes.summary_shape(figures, catalogue, office.language),
        workbook=workbook,
        head=head,
    )


@report.command(cls=Command)
@click.argument("figure", metavar="KEY=VALUE,…")
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def explain(office: Office, figure: str, reveal: bool, reason: str | None, form: str, output: Path | None) -> None:
    """The entries behind a figure: program=CODE,period=PERIOD,school=NAME and so on, as papers carry it."""
    from aidledger.cli import entries
    from aidledger.cli.output import emit_answer
    from aidledger.cli.revealing import log, require_reason
    from aidledger.operations import reporting

    require_reason(reveal=reveal, reason=reason)
    catalogue = office.catalogue()
    ledger = office.ledger_with(catalogue)
    with ledger.view() as (view, head):
        found = reporting.explain(view, catalogue, figure)
    log(ledger, f"figure {found.figure}", reveal=reveal, reason=reason)
    answer = entries.explained(found, catalogue, office.language, reveal=reveal)
    shape = entries.explained_shape
    emit_answer(office, form, output, answer, lambda: shape(found, reveal=reveal), head=head, reveal=reveal)


@report.command(cls=Command)
@click.argument("name", metavar="SCHOOL")
@option("--from", "first", type=PERIOD, help=N_("The first period."))
@option("--to", "last", type=PERIOD, help=N_("The last period."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def school(
    office: Office, name: str, first: Period | None, last: Period | None, form: str, output: Path | None
) -> None:
    """A school's statement: what it got by program and period, and the rosters that say so."""
    from aidledger.cli.output import emit_answers
    from aidledger.operations import reporting
    from aidledger.reports.statement_answers import SHEETS, statement_answers, statement_value

    in_order(first, last)
    catalogue = office.catalogue()
    found, head = reporting.school_statement(office.ledger_with(catalogue), catalogue, name, first, last)
    answers = statement_answers(found, catalogue, office.language)
    named = list(zip(SHEETS, answers, strict=True))
    emit_answers(office, form, output, named, lambda: statement_value(found), head=head)


@report.command(cls=Command)
@option("--year", type=click.IntRange(1990, 2099), help=N_("The year: its spring and its autumn."))
@option("--school-year", is_flag=True, help=N_("The school year that begins in --year: its autumn, then spring."))
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
    """What the national returns ask: persons, person-times and money by program, category and source."""
    from aidledger.cli.output import emit_answer
    from aidledger.errors import OneSpan
    from aidledger.operations import reporting
    from aidledger.reports.return_answers import return_answer, return_value
    from aidledger.reports.returns import Span

    if (year is not None and (first or last)) or (school_year and year is None):
        raise OneSpan
    in_order(first, last)
    catalogue = office.catalogue()
    span = Span(year, school_year, first, last)
    found, head = reporting.national_return(office.ledger_with(catalogue), catalogue, span)
    answer = return_answer(found, catalogue, office.language)
    emit_answer(office, form, output, answer, lambda: return_value(found), head=head)


@report.command(cls=Command)
@click.argument("file", type=NameToRead(), metavar="FILE")
@result_options("table", "json", "csv", "xlsx")
@pass_office
def compare(office: Office, file: str, form: str, output: Path | None) -> int:
    """The ledger beside a report's published totals, at the precision they were printed with."""
    from aidledger.cli import comparisons
    from aidledger.cli.output import emit_answer
    from aidledger.operations import reporting

    catalogue = office.catalogue()
    published = reporting.published_report(catalogue, file)
    with office.ledger_with(catalogue).view() as (view, head):
        lines = reporting.compare(view, catalogue, published)
    answer = comparisons.comparison(lines, published, catalogue, office.language)
    emit_answer(office, form, output, answer, lambda: comparisons.lines_shape(lines), head=head)
    return 0 if all(line.ok for line in lines) else 1


@report.command(cls=Command)
@option(
    "--from-cut",
    "first",
    type=CUT,
    required=True,
    help=N_(
        "The cut to begin with: calendar-year:2021, school-year:2021, term:2021-autumn, span:2021-autumn..2022-spring, "
        "or by the days of posting (Beijing time), posted:2021-09-01..2022-01-31."
    ),
)
@option("--to-cut", "second", type=CUT, required=True, help=N_("The cut to arrive at, such as school-year:2021."))
@option("--by", type=WordType(["program"]), help=N_("A bridge for every program, not for all aid together."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def bridge(office: Office, first: Cut, second: Cut, by: str | None, form: str, output: Path | None) -> None:
    """What lies between two cuts: terms that only one takes in, payments posted or taken back on other days."""
    from aidledger.cli.bridges import bridges_answer, bridges_shape
    from aidledger.cli.output import emit_answer
    from aidledger.operations import bridging

    catalogue = office.catalogue()
    with office.ledger_with(catalogue).view() as (view, head):
        found = bridging.bridge(view, catalogue, first, second, by_program=by is not None)
    answer = bridges_answer(found, first, second, catalogue, office.language)
    emit_answer(office, form, output, answer, lambda: bridges_shape(found, first, second), head=head)


report.add_command(person)  # one of the papers, too


@report.command(cls=Command)
@option("--program", metavar="CODE", required=True, help=N_("The program that is paid."))
@option("--period", type=PERIOD, required=True, help=N_("The semester or year that it is paid for."))
@option("--school", type=SENTENCE, metavar="NAME", help=N_("Only this school's pupils."))
@option("--from", "first", type=DAY, required=True, metavar="DATE", help=N_("The first day of the notice."))
@option("--to", "last", type=DAY, required=True, metavar="DATE", help=N_("The last day: 5 working days at least."))
@option("--preview", is_flag=True, help=N_("Only look at it; nothing is recorded."))
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
) -> None:
    """The public notice of who is paid: name, school, grade, class and nothing else; recorded."""
    from aidledger.cli import notices
    from aidledger.cli.output import emit_answer
    from aidledger.domain.notice import NoticeTerm
    from aidledger.errors import OutputMissing
    from aidledger.operations import announcing

    if form == "xlsx" and output is None:
        raise OutputMissing
    catalogue = office.catalogue()
    term = NoticeTerm(first.date(), last.date())
    made = announcing.announce(office.ledger_with(catalogue), catalogue, program, period, term, school, preview=preview)
    answer = notices.notice_answer(made, catalogue, office.language)
    emit_answer(office, form, output, answer, lambda: notices.notice_shape(made), head=made.head)
