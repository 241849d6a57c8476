"""Claims and payment orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from aidledger.i18n import N_, translator
from aidledger.operations import paying
from aidledger.presentation.paying import dues_result, order_result, orders_result
from aidledger.presentation.summaries import DIMENSION_TITLES
from aidledger.reports.dues import DUE_CUTS
from aidledger.web.answering import YES, Choice, answered, choices_of, language_of, programs_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.reports.dues import DueCut

_FIRST: Sequence[DueCut] = ("program", "period")
_CUTS: Mapping[str, str] = {name: {**DIMENSION_TITLES, "person": N_("Person")}[name] for name in DUE_CUTS}


@endpoint
def orders(request: Request, _asked: Asked) -> Response:
    """All payment orders, each with how far it is."""
    site, language = site_of(request), language_of(request)
    records = paying.orders(site.ledger)
    result = orders_result(records, site.catalogue, language)
    return answered(
        request, result, "orders", template="orders.html", heading=N_("Paying"), orders=list(reversed(records))
    )


@endpoint
def due(request: Request, asked: Asked) -> Response:
    """What is claimed, paid, under way, due, and to be claimed back."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    by = asked.texts("by", DUE_CUTS) or _FIRST
    programs = [code for code in [asked.text("program")] if code]
    found = paying.due(
        site.ledger,
        site.catalogue,
        programs,
        asked.period("period"),
        asked.text("school"),
        by,
        settled=bool(asked.text("all")),
        reveal=asked.reveal(),
    )
    fields = (
        Choice("by", N_("Grouped by"), choices_of(_CUTS, translate), many=True),
        Choice("program", N_("Program"), [("", translate(N_("all"))), *programs_of(site, language)]),
        Choice("period", N_("Period"), hint="2021-autumn"),
        Choice("school", N_("School")),
        Choice("all", N_("Also people for whom nothing is open"), YES, many=True),
    )
    result = dues_result(found, site.catalogue, language)
    return answered(request, result, "due", heading=N_("Due"), fields=fields, chosen={"by": by}, reveals="person" in by)


@endpoint
def order(request: Request, asked: Asked) -> Response:
    """One order: its lines, and what the bank answered."""
    site, language = site_of(request), language_of(request)
    found = paying.order(site.ledger, request.path_params["number"], asked.reveal())
    result = order_result(found, site.catalogue, language)
    record = found.found.record
    return answered(
        request,
        result,
        f"order-{record.order}",
        template="order.html",
        heading=N_("Payment order"),
        order=record,
        reveals=True,
    )


@endpoint
def withdraw(request: Request, asked: Asked) -> Response:
    """Withdraw an order that was not released, for a reason."""
    record = paying.withdraw(site_of(request).ledger, request.path_params["number"], asked.reason())
    return RedirectResponse(f"/payments/{record.order}", HTTPStatus.SEE_OTHER)
