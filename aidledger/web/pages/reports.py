"""Reports: the paragraph, the national return, published figures, bridges."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from aidledger.domain.cut import Cut
from aidledger.domain.term import in_order
from aidledger.i18n import N_, translator
from aidledger.operations import reporting
from aidledger.presentation.bridges import bridges_result
from aidledger.presentation.comparisons import compared_result
from aidledger.presentation.returns import return_result
from aidledger.presentation.summaries import paragraph_result
from aidledger.reports.returns import Span
from aidledger.web.answering import YES, Choice, answered, choices_of, language_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.charts import pairs_of
from aidledger.web.endpoint import endpoint
from aidledger.web.pages.figures import COUNT_TITLES, COUNTS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_FROM, _TO = Choice("from", N_("From"), hint="2021-autumn"), Choice("to", N_("To"), hint="2022-spring")


@endpoint
def reports(request: Request, asked: Asked) -> Response:
    """The paragraph of the report, to copy, and the way to the others."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    first, last = asked.period("from"), asked.period("to")
    in_order(first, last)
    count = asked.word("count", COUNTS) or "posted"
    text = site.ask(reporting.paragraph, first, last, count)
    fields = (_FROM, _TO, Choice("count", N_("What counts"), choices_of(COUNT_TITLES, translate)))
    return answered(
        request,
        paragraph_result(text),
        "paragraph",
        template="reports.html",
        heading=N_("Reports"),
        fields=fields,
        chosen={"count": [count]},
        published=list(site.catalogue.reports),
        exports=False,
    )


@endpoint
def returns(request: Request, asked: Asked) -> Response:
    """The figures of the national return."""
    site, language = site_of(request), language_of(request)
    first, last = asked.period("from"), asked.period("to")
    in_order(first, last)
    found = site.ask(reporting.national_return, Span(first=first, last=last))
    result = return_result(found, site.catalogue, language)
    return answered(request, result, "returns", heading=N_("National return"), fields=(_FROM, _TO))


@endpoint
def published(request: Request, asked: Asked) -> Response:
    """Published totals beside the ledger's, at the precision they were printed with."""
    site, language = site_of(request), language_of(request)
    name = asked.text("report")
    if name is None:
        return RedirectResponse("/reports", HTTPStatus.SEE_OTHER)
    report = site.catalogue.report(name)  # never a file, which the terminal takes
    lines = site.kept((reporting.compare, name), lambda: reporting.compare(site.ledger, site.catalogue, report))
    result = compared_result(lines, report, site.catalogue, language)
    names = [(name, name) for name in site.catalogue.reports]
    fields = (Choice("report", N_("Report"), names),)
    pairs = pairs_of(result.answers()[0], translator(language))
    return answered(request, result, "published", heading=N_("Published figures"), fields=fields, pairs=pairs)


@endpoint
def bridge(request: Request, asked: Asked) -> Response:
    """Why two cuts of the same money differ."""
    site, language = site_of(request), language_of(request)
    first, second = asked.text("from-cut"), asked.text("to-cut")
    fields = (
        Choice("from-cut", N_("First cut"), hint="calendar-year:2021"),
        Choice("to-cut", N_("Second cut"), hint="school-year:2021"),
        Choice("each", N_("One bridge per program"), YES, many=True),
    )
    if first is None or second is None:
        from aidledger.presentation.result import Result  # noqa: PLC0415

        return answered(request, Result(dict), "bridge", heading=N_("Bridge"), fields=fields, exports=False)
    cuts = Cut.parse(first), Cut.parse(second)
    found = reporting.bridge(site.ledger, site.catalogue, *cuts, by_program=bool(asked.text("each")))
    result = bridges_result(found, *cuts, site.catalogue, language)
    return answered(request, result, "bridge", heading=N_("Bridge"), fields=fields)
