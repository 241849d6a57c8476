"""The application: every route, and what becomes of errors."""

from __future__ import annotations

import sys
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from aidledger.domain.identity import masked_words
from aidledger.errors import AidLedgerError
from aidledger.i18n import N_
from aidledger.web.admitting import admit
from aidledger.web.answering import page, refused
from aidledger.web.assets import static
from aidledger.web.door import Door
from aidledger.web.pages import (
    batches,
    comparisons,
    figures,
    files,
    findings,
    home,
    inbox,
    jobs,
    opening,
    orders,
    papers,
    payments,
    people,
    reports,
    schools,
    settings,
    signing,
    successions,
)
from aidledger.web.protection import Protected
from aidledger.web.running import another_start
from aidledger.web.site import Site, Unopened

if TYPE_CHECKING:
    from starlette.requests import Request


class _Ours(IntegerConvertor):
    """A number of the ledger's own; none is longer, and a database takes no larger ones."""

    regex = "[1-9][0-9]{0,17}"


register_url_convertor("ours", _Ours())
ROUTES = (
    Route("/static/{name}", static),
    Route("/enter/{token}", signing.enter),
    Route("/another-start", another_start, methods=["POST"]),
    Route("/key", opening.key, methods=["GET", "POST"]),
    Route("/new", opening.new, methods=["GET", "POST"]),
    Route("/sign-in", signing.sign_in, methods=["GET", "POST"]),
    Route("/sign-out", signing.sign_out, methods=["POST"]),
    Route("/password/{token}", signing.first_password, methods=["GET", "POST"]),
    Route("/", home.home),
    Route("/inbox", inbox.inbox),
    Route("/inbox/announce", inbox.announce, methods=["POST"]),
    Route("/inbox/{delivery:ours}", inbox.delivery),
    Route("/inbox/{delivery:ours}/{number:ours}", inbox.receive, methods=["PUT"]),
    Route("/inbox/{delivery:ours}/files/{key}", files.file, methods=["GET", "POST"]),
    Route("/inbox/{delivery:ours}/files/{key}/instruct", files.instruct, methods=["POST"]),
    Route("/inbox/{delivery:ours}/files/{key}/post", files.post, methods=["POST"]),
    Route("/inbox/{delivery:ours}/files/{key}/copy", files.copy, methods=["POST"]),
    Route("/inbox/{delivery:ours}/check", inbox.check, methods=["POST"]),
    Route("/inbox/{delivery:ours}/post", inbox.post, methods=["POST"]),
    Route("/inbox/{delivery:ours}/schools", inbox.to_schools),
    Route("/inbox/{delivery:ours}/copies", inbox.copies, methods=["POST"]),
    Route("/inbox/{delivery:ours}/remove", inbox.remove, methods=["POST"]),
    Route("/figures", figures.summary),
    Route("/entries", figures.entries, methods=["GET", "POST"]),
    Route("/entries/{number:ours}", figures.entry, methods=["GET", "POST"]),
    Route("/comparisons", comparisons.reconcile, methods=["GET", "POST"]),
    Route("/findings", findings.findings),
    Route("/findings/run", findings.run, methods=["POST"]),
    Route("/findings/decide", findings.decide_several, methods=["POST"]),
    Route("/findings/answers", papers.answers),
    Route("/findings/answers", papers.receive, methods=["PUT"]),
    Route("/findings/answers", papers.record, methods=["POST"]),
    Route("/findings/{number}", findings.finding, methods=["GET", "POST"]),
    Route("/findings/{number}/decide", findings.decide, methods=["POST"]),
    Route("/payments", payments.orders),
    Route("/payments/due", payments.due, methods=["GET", "POST"]),
    Route("/payments/unmatched", payments.unmatched),
    Route("/payments/draft", orders.draft),
    Route("/payments/make", orders.make, methods=["POST"]),
    Route("/payments/{number:ours}", orders.order, methods=["GET", "POST"]),
    Route("/payments/{number:ours}/file", orders.bank_file, methods=["POST"]),
    Route("/payments/{number:ours}/compare", orders.compare, methods=["PUT"]),
    Route("/payments/{number:ours}/release", orders.release, methods=["POST"]),
    Route("/payments/{number:ours}/withdraw", orders.withdraw, methods=["POST"]),
    Route("/schools", schools.schools),
    Route("/schools/statement", schools.statement),
    Route("/schools/owing", schools.owing),
    Route("/schools/template", schools.template),
    Route("/schools/templates", schools.templates),
    Route("/schools/templates", schools.make_templates, methods=["POST"]),
    Route("/people", people.search, methods=["GET", "POST"]),
    Route("/people/{number:ours}", people.person, methods=["GET", "POST"]),
    Route("/reports", reports.reports),
    Route("/reports/returns", reports.returns),
    Route("/reports/published", reports.published),
    Route("/reports/bridge", reports.bridge),
    Route("/batches", batches.batches),
    Route("/batches/{number:ours}", batches.batch, methods=["GET", "POST"]),
    Route("/batches/{number:ours}/sheet", batches.sheet, methods=["GET", "POST"]),
    Route("/batches/{number:ours}/reverse", batches.reverse, methods=["POST"]),
    Route("/batches/verify", batches.verify, methods=["POST"]),
    Route("/jobs", jobs.jobs),
    Route("/jobs/{number:ours}", jobs.job),
    Route("/jobs/{number:ours}/cancel", jobs.cancel, methods=["POST"]),
    Route("/jobs/{number:ours}/file", jobs.file, methods=["POST"]),
    Route("/settings", settings.settings),
    Route("/settings/programs", settings.programs),
    Route("/settings/programs", settings.change_programs, methods=["POST"]),
    Route("/settings/schools", successions.schools),
    Route("/settings/schools", successions.join, methods=["POST"]),
    Route("/settings/rules", settings.rules),
    Route("/settings/accesses", settings.accesses),
    Route("/settings/sign-ins", settings.sign_ins),
    Route("/settings/roles", signing.assign, methods=["POST"]),
    Route("/settings/roles/remove", signing.dismiss, methods=["POST"]),
    Route("/settings/password-link", signing.password_link, methods=["POST"]),
    Route("/settings/password", signing.change_password, methods=["POST"]),
    Route("/settings/sessions/{number:ours}/end", signing.end_session, methods=["POST"]),
    Route("/settings/language", settings.language, methods=["POST"]),
    Route("/settings/quit", settings.leave, methods=["POST"]),
)


def application(site: Site | Unopened, door: Door) -> Starlette:
    """The page of a site, behind a door; raises SideDataUnreadable if it cannot be told who has a password."""
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Protected, door=door)],
        exception_handlers={
            AidLedgerError: _refused,
            HTTPStatus.NOT_FOUND: _not_found,
            HTTPStatus.INTERNAL_SERVER_ERROR: _fault,
        },
    )
    app.state.door = door
    app.state.site = None
    app.state.unopened = site if isinstance(site, Unopened) else None
    if isinstance(site, Site):
        admit(app, site)
    return app


def _refused(request: Request, error: Exception) -> Response:
    return refused(request, cast("AidLedgerError", error))


def _not_found(request: Request, _error: Exception) -> Response:
    if request.url.path != "/" and request.url.path.endswith("/"):
        return RedirectResponse(f"/{request.url.path.strip('/')}")
    message = N_("There is no such page.")
    return page(request, "refused.html", HTTPStatus.NOT_FOUND, message=message, heading=N_("Not found"))


def _fault(request: Request, error: Exception) -> Response:
    """A bug: the traceback goes to the terminal, without full numbers; the page says that nothing was kept."""
    sys.stderr.write(masked_words("".join(traceback.format_exception(error))))
    message = N_("An unexpected error occurred. Your request was not carried out, and nothing was saved.")
    return page(request, "refused.html", HTTPStatus.INTERNAL_SERVER_ERROR, message=message, heading=N_("Fault"))
