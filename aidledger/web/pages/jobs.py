"""The page's long work: what runs, what ran, what was broken off; cancelling."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from aidledger.domain.role import Action
from aidledger.errors import NoFileMade
from aidledger.i18n import N_, translator
from aidledger.operations import jobs as kept
from aidledger.operations.ordering import ABOUT_ORDERS, FILING, MAKING, RELEASING
from aidledger.presentation.jobs import job_result, jobs_result
from aidledger.web.answering import answered, language_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.following import fetched
from aidledger.web.jobs import MadeFile
from aidledger.web.pages.batches import VERIFYING
from aidledger.web.pages.findings import AUDITING
from aidledger.web.pages.inbox import CHECKING, PACKING, POSTING
from aidledger.web.pages.schools import TEMPLATING

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.operations.jobs import JobRecord

# The page that shows a job, and the permission needed to cancel it.
_SHOWN: Mapping[str, tuple[str, Action]] = {
    CHECKING: ("/inbox/{of}", "import"),
    POSTING: ("/inbox/{of}", "import"),
    VERIFYING: ("/batches", "open"),
    AUDITING: ("/findings", "read"),
    TEMPLATING: ("/schools", "read"),
    PACKING: ("/jobs/{id}", "import"),
    MAKING: ("/jobs/{id}", "export"),
    RELEASING: ("/jobs/{id}", "release"),
    FILING: ("/jobs/{id}", "reveal"),
}


@endpoint
def jobs(request: Request, _asked: Asked) -> Response:
    """What runs and what ran, the newest first."""
    result = jobs_result(kept.jobs(site_of(request).ledger), language_of(request))
    return answered(request, result, "jobs", heading=N_("Jobs"))


@endpoint
def job(request: Request, _asked: Asked) -> Response:
    """One job: how it ended, and what of it stands in the ledger."""
    site = site_of(request)
    record = kept.job(site.ledger, request.path_params["number"])
    what = translator(language_of(request))(record.what)
    running = site.jobs.numbered(record.id)
    return answered(
        request,
        job_result(record, language_of(request)),
        f"job-{record.id}",
        template="job.html",
        heading=what,
        record=record,
        job=running if running is not None and not running.finished else None,
        ready=running is not None and isinstance(running.outcome, MadeFile),
        about=_about(record),
    )


def _about(record: JobRecord) -> tuple[str, str] | None:
    """The page of what a job is about, and what it is called."""
    if not record.of:
        return None
    if record.what not in ABOUT_ORDERS:
        return f"/inbox/{record.of}", N_("Delivery {number}")
    made = record.what != MAKING or record.state == "done"
    return (f"/payments/{record.of}", N_("Order {number}")) if made else ("/payments", N_("Paying"))


@endpoint
def file(request: Request, _asked: Asked) -> Response:
    """The file that a job made, for whom it was made."""
    site, number = site_of(request), request.path_params["number"]
    site.require("read")
    job = site.jobs.numbered(number)
    if job is None:
        raise NoFileMade
    return fetched(site, job)


@endpoint
def cancel(request: Request, _asked: Asked) -> Response:
    """Ask running work to end: whoever may do it may end it."""
    site, number = site_of(request), request.path_params["number"]
    running = site.jobs.running()
    page, action = _SHOWN.get(running.what if running else "", ("/jobs/{id}", "read"))
    site.require(action)
    asked = site.jobs.cancel(number, site.ledger.actor)
    return RedirectResponse(page.format(of=asked.of, id=asked.id), HTTPStatus.SEE_OTHER)
