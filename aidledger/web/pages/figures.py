"""The ledger's figures, the entries behind one, and an entry's row in the school's sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from aidledger.domain.term import in_order
from aidledger.i18n import N_, translator
from aidledger.operations import facsimiles, reporting, tracing
from aidledger.operations.views import Viewed
from aidledger.presentation.entries import entries_result
from aidledger.presentation.summaries import DIMENSION_TITLES, summary_result
from aidledger.presentation.traces import trace_result
from aidledger.reports.cuts import DIMENSIONS, Count, Dimension
from aidledger.sheets.facsimile import Excerpt, Facsimile
from aidledger.web.answering import Choice, answered, choices_of, language_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.charts import bars_of, stacks_of
from aidledger.web.endpoint import endpoint
from aidledger.web.sheets import draw_sheet

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from aidledger.operations.tracing import Trace

COUNTS: Sequence[Count] = get_args(Count)
COUNT_TITLES = {"posted": N_("all that was posted"), "paid": N_("only what was paid")}
_ROWS_AROUND = 8
_FIRST: Sequence[Dimension] = ("program",)


@endpoint
def summary(request: Request, asked: Asked) -> Response:
    """Sums by any dimensions."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    by = asked.texts("by", DIMENSIONS) or _FIRST
    first, last = asked.period("from"), asked.period("to")
    in_order(first, last)
    count = asked.word("count", COUNTS) or "posted"
    found = site.ask(reporting.summary, first, last, tuple(by), count)
    result = summary_result(found, site.catalogue, language)
    fields = (
        Choice("by", N_("Grouped by"), choices_of(DIMENSION_TITLES, translate), many=True),
        Choice("from", N_("From"), hint="2021-autumn"),
        Choice("to", N_("To"), hint="2022-spring"),
        Choice("count", N_("What counts"), choices_of(COUNT_TITLES, translate)),
    )
    chosen = {"by": by, "count": [count]}
    table = result.answers()[0]
    stacks = stacks_of(found.found, table, translate)
    return answered(
        request,
        result,
        "summary",
        heading=N_("Posted figures"),
        fields=fields,
        chosen=chosen,
        stacks=stacks,
        bars=[] if stacks else bars_of(table, translate),
    )


@endpoint
def entries(request: Request, asked: Asked) -> Response:
    """The entries behind a figure."""
    site, language = site_of(request), language_of(request)
    found = reporting.entries(site.ledger, site.catalogue, asked.text("figure") or "", asked.reveal())
    result = entries_result(found, site.catalogue, language)
    return answered(request, result, "entries", heading=N_("Entries behind a figure"), reveals=True)


@endpoint
def entry(request: Request, asked: Asked) -> Response:
    """An entry and the cells it came from, with its row in the school's sheet."""
    site, language = site_of(request), language_of(request)
    found = tracing.trace(site.ledger, request.path_params["number"], asked.reveal(), site.guard)
    origin = found.found.origin
    excerpt = Excerpt(origin.sheet, None, max(1, origin.row - _ROWS_AROUND), 2 * _ROWS_AROUND + 1)
    posted = facsimiles.of_batch(site.ledger, site.catalogue, origin.roster_batch, excerpt, site.guard)
    return answered(
        request,
        trace_result(found),
        "entry",
        template="entry.html",
        heading=N_("Entry"),
        reveals=True,
        batch=origin.roster_batch,
        sheet=draw_sheet(
            Viewed(posted.found.sheet, posted.head, posted.revealed), excerpt, (), site.catalogue, language
        ),
        row=origin.row,
        cell=_paying_cell(posted.found.sheet, found.found),
    )


def _paying_cell(sheet: Facsimile, traced: Trace) -> str | None:
    """The cell with the entry's amount, where one column holds its program's amounts."""
    origin = traced.origin
    meanings = sheet.meanings.get(origin.header_row, {})
    letters = [letter for letter, meaning in meanings.items() if meaning == origin.program]
    return f"{letters[0]}{origin.row}" if len(letters) == 1 else None
