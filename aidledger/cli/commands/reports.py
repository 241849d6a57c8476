"""``report summary``, ``report compare``, ``reconcile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidledger.cli.localized import Command, Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import PERIOD, ByType, option, result_options, reveal_options
from aidledger.i18n import N_

if TYPE_CHECKING:
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
)
CHECKS = ("declared", "standard", "allotment", "payment", "report")


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
        "Any of program,school,period,calendar-year,school-year,term,stage,level,tier,grade,category,source; "
        "several with commas."
    ),
)
@result_options("table", "json", "csv", "xlsx", "text")
@pass_office
def summary(
    office: Office,
    first: Period | None,
    last: Period | None,
    by: tuple[Any, ...] | None,
    form: str,
    output: Path | None,
) -> None:
    """Totals per program; as text, the report's paragraph."""
    from aidledger.cli import shapes
    from aidledger.cli.output import emit
    from aidledger.operations import reporting
    from aidledger.reports.answers import group_answer, program_answer
    from aidledger.reports.charts import chart_sheet
    from aidledger.reports.summary_workbook import write_summary

    catalogue = office.catalogue()
    ledger = office.ledger_with(catalogue)
    if form == "text":
        emit(office, form, output, text=lambda: reporting.paragraph(ledger, catalogue, first, last))
        return
    figures, head = reporting.summary(ledger, catalogue, first, last, by or ())
    make = group_answer if by else program_answer
    emit(
        office,
        form,
        output,
        answer=lambda: make(figures, catalogue, office.language),
        value=lambda: shapes.summary_shape(figures, catalogue, office.language) | {"head": head},
        workbook=lambda path: write_summary(
            path,
            make(figures, catalogue, office.language),
            office._,
            catalogue.district,
            head,
            chart=not by,
            extra=chart_sheet(figures, catalogue, office.language),
        ),
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
    found = reporting.explain(ledger, catalogue, figure)
    log(ledger, f"figure {found.figure}", reveal=reveal, reason=reason)
    answer = entries.explained(found, catalogue, office.language, reveal=reveal)
    emit_answer(office, form, output, answer, lambda: entries.explained_shape(found, reveal=reveal))


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

    catalogue = office.catalogue()
    found, head = reporting.school_statement(office.ledger_with(catalogue), catalogue, name, first, last)
    answers = statement_answers(found, catalogue, office.language, head)
    named = list(zip(SHEETS, answers, strict=True))
    emit_answers(office, form, output, named, lambda: statement_value(found) | {"head": head})


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
    catalogue = office.catalogue()
    span = Span(year, school_year, first, last)
    found, head = reporting.national_return(office.ledger_with(catalogue), catalogue, span)
    answer = return_answer(found, catalogue, office.language, head)
    emit_answer(office, form, output, answer, lambda: return_value(found) | {"head": head})


@report.command(cls=Command)
@click.argument("file", metavar="FILE")
@result_options("table", "json", "csv", "xlsx")
@pass_office
def compare(office: Office, file: str, form: str, output: Path | None) -> int:
    """The ledger beside a report's published totals, at the precision they were printed with."""
    from aidledger.cli import answers, shapes
    from aidledger.cli.output import emit_answer
    from aidledger.operations import reporting

    catalogue = office.catalogue()
    published = reporting.published_report(catalogue, file)
    lines = reporting.compare(office.ledger_with(catalogue), catalogue, published)
    answer = answers.comparison(lines, published, catalogue, office.language)
    emit_answer(office, form, output, answer, lambda: shapes.lines_shape(lines))
    return 0 if all(line.ok for line in lines) else 1


@click.command(cls=Command)
@option("--check", "checks", multiple=True, type=click.Choice(CHECKS), help=N_("Only this comparison."))
@option("--program", metavar="CODE", help=N_("Only this program."))
@option("--period", type=PERIOD, help=N_("Only this period."))
@option("--report", "reports", multiple=True, metavar="FILE", help=N_("Compare with this published report."))
@option("--all", "everything", is_flag=True, help=N_("Show also the lines that are right."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def reconcile(
    office: Office,
    checks: tuple[Any, ...],
    program: str | None,
    period: Period | None,
    reports: tuple[str, ...],
    everything: bool,
    form: str,
    output: Path | None,
) -> int:
    """Person-times against amounts: declared, standard, allotment, payment, report."""
    from aidledger.cli import answers, shapes
    from aidledger.cli.output import emit_answer
    from aidledger.operations import reporting

    catalogue = office.catalogue()
    if program is not None:
        catalogue.program(program)
    published = [reporting.published_report(catalogue, name) for name in reports] or None
    lines = [
        line
        for line in reporting.reconcile(office.ledger_with(catalogue), catalogue, checks or CHECKS, published)
        if program in {None, line.program} and (period is None or line.period == period.code)
    ]
    answer = answers.reconciliation(lines, catalogue, office.language, everything=everything or form != "table")
    emit_answer(office, form, output, answer, lambda: shapes.lines_shape(lines))
    return 0 if all(line.ok for line in lines) else 1
