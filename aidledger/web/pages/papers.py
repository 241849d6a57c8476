"""A filled-in working paper: sent in, shown as what it would record, then recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import JSONResponse, Response

from aidledger.domain.money import grouped_yuan
from aidledger.errors import AidLedgerError, AuditWanted, PaperOutdated, PaperUnreadable
from aidledger.i18n import N_
from aidledger.operations import answering, deciding
from aidledger.presentation.answers import answers_result
from aidledger.web.answering import answered, language_of, page, refused, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.pages.findings import narrowed

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.operations.answering import Answers
    from aidledger.web.pages.findings import Narrowed
    from aidledger.web.site import Site


async def receive(request: Request) -> Response:
    """Take in a working paper and keep it for its sender, instead of an earlier one; says where it is shown."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > answering.PAPER_MAX_BYTES:
            return refused(request, PaperUnreadable())
    site = site_of(request)
    try:
        await run_in_threadpool(_taken_in, site, bytes(content))
    except AidLedgerError as error:
        return refused(request, error)
    return JSONResponse({"at": "/findings/answers"})


def _taken_in(site: Site, content: bytes) -> None:
    answering.keep(site.ledger, answering.taken_in(site.ledger, content, answering.TRANSLATIONS))


@endpoint
def answers(request: Request, _asked: Asked) -> Response:
    """What the paper that was sent in would record, and which lines it would not; without one, how to send one."""
    site, language = site_of(request), language_of(request)
    deciding.may_decide(site.ledger)
    if answering.kept(site.ledger) is None:
        return page(request, "no_paper.html", heading=N_("Answers of a working paper"))
    found, _ = _judged(site)
    return answered(
        request,
        answers_result(found, language),
        "answers",
        template="paper.html",
        heading=N_("Answers of a working paper"),
        digest=found.digest if found.proposals else None,
        count=f"{len(found.proposals):,}",
        amount=grouped_yuan(found.amount_fen),
    )


@endpoint
def record(request: Request, asked: Asked) -> Response:
    """Record the decisions of the paper, if they are those that were shown."""
    site = site_of(request)
    deciding.may_decide(site.ledger)
    found, within = _judged(site)
    if not found.proposals or found.digest != asked.text("paper"):
        raise PaperOutdated
    decided = deciding.decide_together(site.ledger, site.catalogue, within.audited, found.proposals)
    answering.drop(site.ledger)
    return page(
        request,
        "decided.html",
        heading=N_("Decisions recorded"),
        count=f"{len(decided.findings):,}",
        amount=grouped_yuan(decided.amount_fen),
        left=len(found.refused),
        deed=None,
        head=decided.head,
        query="",
    )


def _judged(site: Site) -> tuple[Answers, Narrowed]:
    """The sender's paper against the last audit, with the decisions up to now; raises PaperOutdated, AuditWanted."""
    paper = answering.kept(site.ledger)
    if paper is None:
        raise PaperOutdated
    within = narrowed(site, Asked(ImmutableMultiDict()))
    if within is None:
        raise AuditWanted
    return answering.judged(site.ledger, paper, within.now.found, answering.TRANSLATIONS), within
