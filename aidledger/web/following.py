"""Where somebody goes who began work: to what came of it, or, while it runs, to its page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from aidledger.errors import NoFileMade
from aidledger.web.answering import download
from aidledger.web.jobs import Job, MadeFile

if TYPE_CHECKING:
    from aidledger.web.site import Site


def followed(job: Job, done: str) -> Response:
    """To the page of what came of it, or to the job's while it runs or was cancelled; raises why it failed."""
    if job.state == "failed" and job.failure is not None:
        raise job.failure
    return RedirectResponse(done if job.state == "done" else f"/jobs/{job.id}", HTTPStatus.SEE_OTHER)


def fetched(site: Site, job: Job) -> Response:
    """The file that a job made, or the job's page while it makes it; raises why it failed, and what forbids it."""
    if job.state != "done":
        return followed(job, "")
    if not isinstance(job.outcome, MadeFile):
        raise NoFileMade
    job.outcome.take(site.actor)
    return download(job.outcome.content, job.outcome.name, job.outcome.form)
