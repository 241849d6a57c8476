"""People: found by number or name, which stays out of every URL; shown under the ledger's own number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.i18n import N_, translator
from aidledger.operations import people
from aidledger.presentation.people import movements_result, people_result
from aidledger.web.answering import answered, language_of, page, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.tables import draw_all

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@endpoint
def search(request: Request, asked: Asked) -> Response:
    """Ask for somebody; the answer comes to the form itself, so that nothing of it stands in a URL."""
    who = asked.text("who") if request.method == "POST" else None
    if who is None:
        return page(request, "people.html", heading=N_("People"))
    return _shown(request, asked, who)


@endpoint
def person(request: Request, asked: Asked) -> Response:
    """Somebody by the ledger's own number."""
    return _shown(request, asked, int(request.path_params["number"]))


def _shown(request: Request, asked: Asked, who: str | int) -> Response:
    site, language = site_of(request), language_of(request)
    found = people.person(site.ledger, site.catalogue, who, asked.reveal())
    result = people_result(found, site.catalogue, language)
    numbers = [history.person.person for history in found.found]
    return answered(
        request,
        result,
        "person",
        template="person.html",
        heading=N_("People"),
        people=numbers,
        payments=draw_all(movements_result(found, site.catalogue, language), translator(language)),
        reveals=request.method == "GET" or bool(asked.text("reveal")),
        exports=len(numbers) == 1 and request.url.path != "/people",
    )
