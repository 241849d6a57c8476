"""Schools by program for one term: what came and what did not; reminders; blank rosters; a school's statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from aidledger.domain.term import in_order, semester_of
from aidledger.errors import NothingToSend
from aidledger.i18n import N_, Translate, translator
from aidledger.operations import gathering, reporting
from aidledger.operations import templates as blanks
from aidledger.operations.sides import inbox_of
from aidledger.presentation.coverages import coverage_result
from aidledger.presentation.matrices import matrix_result, owing_result, reminders, standing
from aidledger.presentation.statements import statement_result
from aidledger.reports.figures import figure_text
from aidledger.web.answering import Choice, answered, download, language_of, programs_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.charts import shares_of
from aidledger.web.endpoint import endpoint
from aidledger.web.jobs import Job
from aidledger.web.links import entries_of
from aidledger.web.pages.inbox import CHECKING
from aidledger.web.tables import UNITS, DrawnCell, DrawnTable, draw, draw_all

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from aidledger.operations.gathering import Gathered
    from aidledger.operations.inbox import Checked
    from aidledger.operations.templates import BlankRosters
    from aidledger.operations.views import Viewed
    from aidledger.web.site import Site

TEMPLATING = N_("Making of blank rosters")


@endpoint
def schools(request: Request, asked: Asked) -> Response:
    """Each school by program in one term: posted, sent, returned or missing, each in words."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    viewed = _gathered(site, asked)
    found = viewed.found
    result = matrix_result(viewed, site.catalogue, language)
    number, unit = asked.number("page", 1), asked.word("unit", UNITS) or "yuan"
    tables = [
        _led(draw(answer, number, translate, unit=unit), found, found.programs(site.catalogue))
        for answer in result.answers()
    ]
    covered = site.kept(
        (reporting.coverage_by_stage, found.period.code),
        lambda: reporting.coverage_by_stage(site.ledger, found.period),
    )
    return answered(
        request,
        result,
        "schools",
        template="schools.html",
        heading=N_("Schools"),
        tables=tables,
        period=found.period.code,
        missing=sum(found.missing((school, code)) for school in found.schools for code in site.catalogue.programs),
        owing=sum(found.owed((school, code)) for school in found.schools for code in site.catalogue.programs),
        names=found.schools,
        programs=programs_of(site, language),
        job=site.jobs.last(TEMPLATING),
        made=_made(site),
        shares=shares_of(covered.found, translate),
        covered=draw_all(coverage_result(covered, found.period), translate) if covered.found else [],
        **_period_field(found, site, translate),
    )


@endpoint
def owing(request: Request, asked: Asked) -> Response:
    """Schools that owe rosters, with a text for each to copy."""
    site, language = site_of(request), language_of(request)
    viewed = _gathered(site, asked)
    return answered(
        request,
        owing_result(viewed, site.catalogue, language),
        f"reminders-{viewed.found.period.code}",
        template="owing.html",
        heading=N_("Rosters that schools owe"),
        reminders=reminders(viewed.found, site.catalogue, language),
        period=viewed.found.period.code,
        **_period_field(viewed.found, site, translator(language)),
    )


@endpoint
def template(request: Request, asked: Asked) -> Response:
    """A blank roster of one program, for one school or for any."""
    site, language = site_of(request), language_of(request)
    program = site.catalogue.program(asked.text("program") or "")
    period = blanks.period_of(program, asked.period("period") or semester_of(site.today))
    school = site.catalogue.school(asked.text("school"))
    content = blanks.blank_workbook(site.catalogue, program.code, period, school, language)
    name = " ".join(filter(None, (school, program.name(language), period.code)))
    return download(content, blanks.file_name(name), "xlsx")


@endpoint
def make_templates(request: Request, asked: Asked) -> Response:
    """Begin to make blank rosters for all schools of a term: of the programs that each has, or of one program."""
    site, language = site_of(request), language_of(request)
    found = _gathered(site, asked).found
    code = asked.text("program")
    wanted = found.wanted(None if code is None else site.catalogue.program(code).code)
    if not wanted:
        raise NothingToSend
    job = Job(TEMPLATING, site.ledger.actor, site.ledger.moment())
    site.jobs.start(
        job, lambda one: blanks.blank_workbooks(site.catalogue, found.period, wanted, language, one.progress)
    )
    return RedirectResponse(f"/schools?{urlencode({'period': found.period.code})}", HTTPStatus.SEE_OTHER)


@endpoint
def templates(request: Request, _asked: Asked) -> Response:
    """The blank rosters that were made last."""
    made = _made(site_of(request))
    if made is None:
        raise NothingToSend
    translate = translator(language_of(request))
    return download(made.content, f"{translate(N_('blank rosters'))} {made.period.code}", "zip")


def _made(site: Site) -> BlankRosters | None:
    job = site.jobs.last(TEMPLATING)
    return cast("BlankRosters | None", job.outcome) if job else None


@endpoint
def statement(request: Request, asked: Asked) -> Response:
    """A school's aid and rosters."""
    site, language = site_of(request), language_of(request)
    name = asked.text("school")
    if name is None:
        return RedirectResponse("/schools", HTTPStatus.SEE_OTHER)
    first, last = asked.period("from"), asked.period("to")
    in_order(first, last)
    found = site.ask(reporting.school_statement, name, first, last)
    result = statement_result(found, site.catalogue, language)
    fields = (
        Choice("school", N_("School")),
        Choice("from", N_("From"), hint="2021-autumn"),
        Choice("to", N_("To"), hint="2022-spring"),
    )
    return answered(request, result, "statement", heading=N_("School"), fields=fields)


def _gathered(site: Site, asked: Asked) -> Viewed[Gathered]:
    jobs = [site.jobs.last(CHECKING, one.id) for one in inbox_of(site.ledger).deliveries()]
    checks = [cast("Checked", job.outcome) for job in jobs if job and job.outcome]
    if checks:
        return gathering.gathered(site.ledger, site.catalogue, asked.period("period"), checks)
    return site.ask(gathering.gathered, asked.period("period"))


def _period_field(found: Gathered, site: Site, translate: Translate) -> dict[str, Any]:
    """The choice of a term: those for which anything was posted, the present one, and the one that is shown."""
    periods = {one.code: one for one in (*found.held, semester_of(site.today), found.period)}
    newest = sorted(periods.values(), key=lambda one: one.sort_key, reverse=True)
    field = Choice("period", N_("Period"), [(one.code, one.label(translate)) for one in newest])
    return {"fields": (field,), "chosen": {"period": [found.period.code]}}


def _led(drawn: DrawnTable, found: Gathered, programs: Sequence[str]) -> DrawnTable:
    """The matrix with a class for how each cell stands, and where it leads: to its entries, its files, a template."""
    known = {school for school, _ in (*found.posted, *found.expected)}
    rows = []
    for row in drawn.rows:
        school = row[0].text
        cells = [row[0] if school in known else replace(row[0], href=None)]
        cells += [_cell(cell, found, school, code) for cell, code in zip(row[1:], programs, strict=False)]
        rows.append([*cells, *row[len(cells) :]])
    return replace(drawn, rows=rows)


def _cell(cell: DrawnCell, found: Gathered, school: str, code: str) -> DrawnCell:
    pair = school, code
    stands = standing(found, pair)
    if stands in {"posted", "none"}:
        return cell
    term = found.period.code
    waiting = found.returned(pair) or found.sent(pair)
    href = None
    if pair in found.posted:
        href = entries_of(figure_text({"from": term, "to": term, "school": school, "program": code}))
    elif waiting:
        href = f"/inbox/{waiting[0].delivery}"
    return DrawnCell(cell.text, f"figure {stands}", href)
