"""The first page: what waits, this semester by program, the last batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.term import Period
from aidledger.i18n import N_, translator
from aidledger.operations import ledgers, paying, reporting
from aidledger.operations.sides import inbox_of
from aidledger.presentation.batches import batches_result
from aidledger.presentation.paying import dues_result
from aidledger.presentation.summaries import summary_result
from aidledger.web.answering import language_of, page, site_of
from aidledger.web.asked import Asked
from aidledger.web.charts import bars_of
from aidledger.web.endpoint import endpoint
from aidledger.web.tables import draw

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_LAST = 8


@endpoint
def home(request: Request, _asked: Asked) -> Response:
    """What waits for the reader, and what there is."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    records = site.kept(ledgers.batches, lambda: ledgers.batches(site.ledger))
    figures = site.ask(reporting.summary, None, None, ("period",))
    period = figures.found.last
    latest = None if period is None else Period.parse(period)
    term = site.ask(reporting.summary, latest, latest, ("program",)) if latest else None
    owed = site.ask(paying.due, (), None, None, ("program", "period"))
    orders = paying.orders(site.ledger)
    last = batches_result(sorted(records, key=lambda one: one.batch, reverse=True)[:_LAST])
    term_tables = summary_result(term, site.catalogue, language).answers() if term else []
    return page(
        request,
        "home.html",
        heading=N_("Home"),
        empty=not records,
        period=latest.label(translate) if latest else None,
        term=[draw(answer, 1, translate) for answer in term_tables],
        bars=bars_of(term_tables[0], translate) if term_tables else [],
        owed=[draw(answer, 1, translate) for answer in dues_result(owed, site.catalogue, language).answers()],
        deliveries=len(inbox_of(site.ledger).deliveries()),
        waiting=[order for order in orders if order.state == "exported"],
        batches=[draw(answer, 1, translate) for answer in last.answers()],
        head=figures.head,
    )
