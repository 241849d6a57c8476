"""Schools by program for one term, and a school's statement."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from aidledger.domain.term import Period, in_order
from aidledger.i18n import N_, translator
from aidledger.operations import reporting
from aidledger.presentation.coverages import coverage_result
from aidledger.presentation.matrices import matrix_result
from aidledger.presentation.statements import statement_result
from aidledger.web.answering import Choice, answered, language_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.charts import shares_of
from aidledger.web.endpoint import endpoint
from aidledger.web.tables import draw_all

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@endpoint
def schools(request: Request, asked: Asked) -> Response:
    """Person-times of each school by program in one term; a blank is a roster that did not come."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    terms = reporting.summary(site.ledger, site.catalogue, None, None, ("period",)).found
    held = sorted({str(group.by["period"]) for group in terms.groups}, reverse=True)
    period = asked.period("period") or (Period.parse(terms.last) if terms.last else None)
    found = reporting.summary(site.ledger, site.catalogue, period, period, ("school", "program"))
    result = matrix_result(found, period, site.catalogue, language)
    field = Choice("period", N_("Period"), [(code, Period.parse(code).label(translate)) for code in held])
    chosen = {"period": [period.code] if period else []}
    covered = reporting.coverage_by_stage(site.ledger, period) if period else None
    return answered(
        request,
        result,
        "schools",
        template="schools.html",
        heading=N_("Schools"),
        fields=(field,),
        chosen=chosen,
        shares=shares_of(covered.found, translate) if covered else [],
        covered=draw_all(coverage_result(covered, period), translate) if covered and period and covered.found else [],
    )


@endpoint
def statement(request: Request, asked: Asked) -> Response:
    """A school's aid and rosters."""
    site, language = site_of(request), language_of(request)
    name = asked.text("school")
    if name is None:
        return RedirectResponse("/schools", HTTPStatus.SEE_OTHER)
    first, last = asked.period("from"), asked.period("to")
    in_order(first, last)
    found = reporting.school_statement(site.ledger, site.catalogue, name, first, last)
    result = statement_result(found, site.catalogue, language)
    fields = (
        Choice("school", N_("School")),
        Choice("from", N_("From"), hint="2021-autumn"),
        Choice("to", N_("To"), hint="2022-spring"),
    )
    return answered(request, result, "statement", heading=N_("School"), fields=fields)
