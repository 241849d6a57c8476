"""What was posted, file by file; reversing a batch; checking the whole ledger."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from starlette.responses import RedirectResponse, Response

from aidledger.i18n import N_, translator
from aidledger.operations import facsimiles, ledgers
from aidledger.operations.views import Viewed
from aidledger.presentation.batches import batch_result, batches_result
from aidledger.presentation.verdicts import verdict_result, verdict_words
from aidledger.web.answering import answered, language_of, page, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.jobs import Job
from aidledger.web.sheets import draw_sheet, excerpt_of
from aidledger.web.tables import draw

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.store.verifying.verify import Verdict

VERIFYING = N_("Check of the whole ledger")


@endpoint
def batches(request: Request, _asked: Asked) -> Response:
    """All batches, the newest first, and the last check of the whole ledger."""
    site, translate = site_of(request), translator(language_of(request))
    records = sorted(
        site.kept(ledgers.batches, lambda: ledgers.batches(site.ledger)), key=lambda one: one.batch, reverse=True
    )
    job = site.jobs.last(VERIFYING)
    verdict = verdict_result(cast("Verdict", job.outcome), translate) if job and job.outcome else None
    checked = [draw(answer, 1, translate) for answer in verdict.answers()] if verdict else []
    return answered(
        request,
        batches_result(records),
        "batches",
        template="batches.html",
        heading=N_("Batches"),
        job=job,
        checked=checked,
    )


@endpoint
def batch(request: Request, asked: Asked) -> Response:
    """One batch's entries."""
    site, language = site_of(request), language_of(request)
    found = ledgers.batch(site.ledger, request.path_params["number"], asked.reveal())
    record = found.found.record
    result = batch_result(found, site.catalogue, language)
    return answered(
        request,
        result,
        f"batch-{record.batch}",
        template="batch.html",
        heading=N_("Batch"),
        record=record,
        reveals=True,
    )


@endpoint
def sheet(request: Request, asked: Asked) -> Response:
    """The file of a batch as it was sent, sheet by sheet."""
    site, language = site_of(request), language_of(request)
    excerpt = excerpt_of(asked)
    number = request.path_params["number"]
    found = facsimiles.of_batch(site.ledger, site.catalogue, number, excerpt, site.guard, asked.reveal())
    drawn = draw_sheet(Viewed(found.found.sheet, found.head, found.revealed), excerpt, (), site.catalogue, language)
    return page(
        request,
        "posted_file.html",
        heading=N_("File"),
        record=found.found.batch,
        sheet=drawn,
        revealed=found.revealed,
        row=asked.number("row", 0) or None,
    )


@endpoint
def reverse(request: Request, asked: Asked) -> Response:
    """Reverse a batch, for a reason; then show the batch that reverses it."""
    site = site_of(request)
    record, _ = ledgers.reverse(site.ledger, site.catalogue, request.path_params["number"], asked.reason())
    return RedirectResponse(f"/batches/{record.batch}", HTTPStatus.SEE_OTHER)


@endpoint
def verify(request: Request, _asked: Asked) -> Response:
    """Begin to recompute every digest and total."""
    site = site_of(request)
    job = Job(VERIFYING, site.ledger.actor, site.ledger.moment())

    def work(one: Job) -> Verdict:
        found = ledgers.verify(site.ledger, progress=one.progress)
        one.said, one.head = verdict_words(found), found.head
        return found

    site.jobs.start(job, work)
    return RedirectResponse("/batches", HTTPStatus.SEE_OTHER)
