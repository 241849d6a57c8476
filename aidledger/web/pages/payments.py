"""What is open of all claims and payment orders, what is due, and what banks answered to no payment of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aidledger.domain.money import grouped_yuan
from aidledger.domain.term import Period
from aidledger.i18n import N_, translator
from aidledger.operations import ordering, paying
from aidledger.presentation.ordering import unmatched_result
from aidledger.presentation.paying import dues_result, orders_result
from aidledger.presentation.summaries import DIMENSION_TITLES
from aidledger.reports.dues import DUE_CUTS, DUE_FIGURES
from aidledger.web.answering import YES, Choice, answered, choices_of, language_of, programs_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from aidledger.operations.views import Reveal, Viewed
    from aidledger.reports.dues import DueCut, DueRows, Dues
    from aidledger.web.site import Site
    from aidledger.web.tables import Leads

# Programs, period and school.
_Scope = tuple[Sequence[str], Period | None, str | None]
_FIRST: Sequence[DueCut] = ("program", "period")
_CUTS: Mapping[str, str] = {name: {**DIMENSION_TITLES, "person": N_("Person")}[name] for name in DUE_CUTS}
FIGURES: Mapping[str, str] = {
    "due": N_("only what is due"),
    "under_way": N_("only what is under way"),
    "to_claim_back": N_("only what is to be claimed back"),
}


@endpoint
def orders(request: Request, _asked: Asked) -> Response:
    """What waits at each step of an order's way, and all payment orders."""
    site, language = site_of(request), language_of(request)
    found = site.ask(ordering.state).found
    balances = [row.balance for row in found.dues.rows]
    return answered(
        request,
        orders_result(found.orders, site.catalogue, language),
        "orders",
        template="orders.html",
        heading=N_("Paying"),
        yuan=grouped_yuan,
        due=(sum(one.due_fen > 0 for one in balances), sum(one.due_fen for one in balances)),
        way=(
            sum(one.open for one in found.orders if one.state != "withdrawn"),
            sum(one.under_way_fen for one in balances),
        ),
        unmatched=found.unmatched,
        back=(found.owing, sum(one.to_claim_back_fen for one in balances)),
        exported=[one for one in found.orders if one.state == "exported"],
        unanswered=[one for one in found.orders if one.state == "released" and one.open],
        again=found.again.values(),
        lists={figure: _list_of(figure) for figure in DUE_FIGURES},
    )


def _list_of(figure: str | None, **narrowed: str | None) -> str:
    """The page of the claims behind a figure of balances; None: of all, settled or not."""
    query = [("by", cut) for cut in DUE_CUTS] + [("only", figure) if figure else ("all", "yes")]
    return f"/payments/due?{urlencode([*query, *((name, value) for name, value in narrowed.items() if value)])}"


@endpoint
def due(request: Request, asked: Asked) -> Response:
    """What is claimed, paid, under way, due, and to be claimed back; and the orders that can be made of it."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    only = asked.word("only", DUE_FIGURES)
    by = asked.texts("by", DUE_CUTS) or (DUE_CUTS if only else _FIRST)
    scope: _Scope = (
        *([code] if (code := asked.text("program")) else [],),
        asked.period("period"),
        asked.text("school"),
    )
    found = _dues(site, scope, by, only or ("all" if asked.text("all") else "open"), asked.reveal())
    fields = (
        Choice("by", N_("Grouped by"), choices_of(_CUTS, translate), many=True),
        Choice("program", N_("Program"), [("", translate(N_("all"))), *programs_of(site, language)]),
        Choice("period", N_("Period"), hint="2021-autumn"),
        Choice("school", N_("School")),
        Choice("only", N_("Claims"), [("", translate(N_("all"))), *choices_of(FIGURES, translate)]),
        Choice("all", N_("Also people for whom nothing is open"), YES, many=True),
    )
    return answered(
        request,
        dues_result(found, site.catalogue, language),
        "due",
        template="due.html",
        leads=_leads(found.found, asked),
        heading=N_("Due"),
        fields=fields,
        chosen={"by": by},
        reveals="person" in by,
        yuan=grouped_yuan,
        only=only,
        drafts=_drafts(site, asked, scope) if only in {None, "due"} and ordering.may(site.ledger, "export") else [],
    )


def _dues(site: Site, scope: _Scope, by: Sequence[DueCut], rows: DueRows, reveal: Reveal | None) -> Viewed[Dues]:
    if reveal or ("person" in by and scope[2] is None):  # the people of all schools are too many to keep
        return paying.due(site.ledger, site.catalogue, *scope, by, rows=rows, reveal=reveal)
    key = (paying.due, str(scope), tuple(by), rows)
    return site.kept(key, lambda: paying.due(site.ledger, site.catalogue, *scope, by, rows=rows))


def _leads(found: Dues, asked: Asked) -> Leads | None:
    """A figure leads to the claims behind it, person by person; one of a person leads nowhere further."""
    if "person" in found.by:
        return None
    figures: Mapping[str, str | None] = {"claimed": None, "paid": None, **{one: one for one in DUE_FIGURES}}
    narrowed = {name: asked.text(name) for name in ("program", "period", "school")}

    def lead(line: int, column: str) -> str | None:
        row = found.rows[line]
        told = {name: getattr(row, name) for name in narrowed if name in found.by}
        if column not in figures or (told.get("school") is None and "school" in told):
            return None
        return _list_of(figures[column], **(narrowed | told))

    return lead


def _drafts(site: Site, asked: Asked, scope: _Scope) -> list[tuple[Period, int, str]]:
    """The periods in which something is due under the filters: the period, the amount (分), and its order's page."""
    found = _dues(site, scope, ("period",), "open", None).found
    kept = {name: value for name in ("program", "school") if (value := asked.text(name))}
    return [
        (Period.parse(row.period), row.balance.due_fen, f"/payments/draft?{urlencode({**kept, 'period': row.period})}")
        for row in found.rows
        if row.period and row.balance.due_fen
    ]


@endpoint
def unmatched(request: Request, _asked: Asked) -> Response:
    """Lines of bank returns that match no payment."""
    result = unmatched_result(ordering.unmatched(site_of(request).ledger))
    return answered(request, result, "unmatched", heading=N_("Unmatched bank returns"))
