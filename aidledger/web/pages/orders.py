"""The way of a payment order: drafted, made, taken to the bank, released by a second person, answered, issued again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from aidledger.domain.money import grouped_yuan
from aidledger.domain.role import same_name
from aidledger.domain.term import Period
from aidledger.errors import (
    AidLedgerError,
    DraftOutdated,
    FileOfAnother,
    FormTooLarge,
    UnknownOrder,
    WorkCancelled,
)
from aidledger.i18n import N_, translator
from aidledger.operations import ordering, paying
from aidledger.operations.bank_files import BANK_FORMATS
from aidledger.operations.ordering import OrderScope
from aidledger.operations.views import Reveal, Viewed
from aidledger.presentation.failures import error_text
from aidledger.presentation.ordering import deviations_text, draft_result
from aidledger.presentation.paying import order_result
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.web.answering import (
    Choice,
    answered,
    language_of,
    programs_of,
    site_of,
    status_of,
)
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.following import fetched, followed
from aidledger.web.jobs import Job, MadeFile
from aidledger.web.remedies import ERRORS

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.web.site import Site


@endpoint
def draft(request: Request, asked: Asked) -> Response:
    """An order as it would be made, with the button that makes it."""
    return _drafted(request, asked)


def _drafted(request: Request, asked: Asked, error: AidLedgerError | None = None) -> Response:
    site, language = site_of(request), language_of(request)
    translate, scope = translator(language), _scope(asked)
    if scope is None:
        return RedirectResponse("/payments/due", HTTPStatus.SEE_OTHER)
    viewed = site.kept(("draft", str(scope)), lambda: ordering.draft(site.ledger, site.catalogue, scope))
    fields = (
        Choice("program", N_("Program"), [("", translate(N_("all"))), *programs_of(site, language)]),
        Choice("period", N_("Period"), hint="2021-autumn"),
        Choice("school", N_("School")),
    )
    return answered(
        request,
        draft_result(viewed, site.catalogue, language),
        f"draft-{viewed.found.order}",
        template="draft.html",
        status=status_of(error) if error else HTTPStatus.OK,
        heading=N_("New payment order"),
        path="/payments/draft",
        fields=() if scope.again else fields,
        draft=viewed.found,
        again=scope.again,
        failure=error_text(error, ERRORS, language) if error else None,
        target=f"/payments/make?{urlencode(_said(asked))}",
        yuan=grouped_yuan,
        may=ordering.may(site.ledger, "export"),
    )


_SCOPE = ("program", "period", "school", "again")


def _said(asked: Asked) -> dict[str, str]:
    return {name: value for name in _SCOPE if (value := asked.text(name))}


def _scope(asked: Asked) -> OrderScope | None:
    """What an order is to pay; None if neither a period nor an earlier order is named."""
    if asked.text("again"):
        return OrderScope(again=asked.number("again", 0))
    period, program = asked.period("period"), asked.text("program")
    return OrderScope([program] if program else [], period, asked.text("school")) if period else None


@endpoint
def make(request: Request, asked: Asked) -> Response:
    """Make the order that was shown; if it would be another one now, show that and make none."""
    site, scope = site_of(request), _scope(asked)
    if scope is None:
        return RedirectResponse("/payments/due", HTTPStatus.SEE_OTHER)
    shown, digest = asked.number("order", 0), asked.text("digest") or ""
    site.require("export")

    def work(job: Job) -> None:
        ordering.make(site.ledger, site.catalogue, scope, shown, digest, job.progress)
        job.said = ordering.told(ordering.MAKING, site.ledger, shown)

    job = site.jobs.finish(_about(site, ordering.MAKING, shown, digest), work)
    if isinstance(job.failure, DraftOutdated):
        return _drafted(request, asked, job.failure)
    return followed(job, f"/payments/{shown}")


def _about(site: Site, what: str, number: int, bound: str) -> Job:
    return Job(what, site.actor, site.ledger.moment(), number, bound=bound)


@endpoint
def order(request: Request, asked: Asked) -> Response:
    """One order: how far it is, its lines, what the bank answered, and what can be done."""
    return _shown(request, asked)


def _shown(request: Request, asked: Asked, error: AidLedgerError | None = None) -> Response:
    site, language = site_of(request), language_of(request)
    number = request.path_params["number"]
    reveal = None if error else asked.reveal()
    if reveal is None:
        found = site.kept((paying.order, number), lambda: paying.order(site.ledger, number))
    else:
        found = paying.order(site.ledger, number, reveal)
    record, lines = found.found.record, found.found.lines
    states = Counter(one.state for one in lines)
    amounts: Counter[str] = Counter()
    for one in lines:
        amounts[one.state] += one.line.amount_fen
    state = asked.word("state", list(states))
    kept = replace(found.found, lines=[one for one in lines if state in {None, one.state}])
    way = ordering.way(site.ledger, number)
    return answered(
        request,
        order_result(Viewed(kept, found.head, found.revealed), site.catalogue, language),
        f"order-{number}" if state is None else f"order-{number}-{state}",
        template="order.html",
        status=status_of(error) if error else HTTPStatus.OK,
        heading=N_("Payment order"),
        path=f"/payments/{number}",
        order=record,
        period=Period.parse(record.period).label(translator(language)),
        way=way,
        made={one.order: one for one in paying.orders(site.ledger)} if way.again else {},
        failure=error_text(error, ERRORS, language) if error else None,
        states=[(one, count, amounts[one]) for one, count in states.items()],
        state=state,
        unmatched=len(found.found.unmatched),
        yuan=grouped_yuan,
        own=same_name(record.exported_by) == same_name(site.ledger.actor),
        releases=ordering.may(site.ledger, "release"),
        sees=ordering.may(site.ledger, "reveal"),
        orders=ordering.may(site.ledger, "export"),
        reveals=True,
    )


@endpoint
def release(request: Request, asked: Asked) -> Response:
    """Release an order as it was shown; a refusal is shown on the order's page, as it is now."""
    site, number = site_of(request), request.path_params["number"]
    digest = asked.text("digest") or ""
    site.require("release")

    def work(job: Job) -> None:
        ordering.release_shown(site.ledger, number, digest, job.progress)
        job.said = ordering.told(ordering.RELEASING, site.ledger, number)

    job = site.jobs.finish(_about(site, ordering.RELEASING, number, digest), work)
    if job.failure is not None and not isinstance(job.failure, UnknownOrder | WorkCancelled):
        return _shown(request, asked, job.failure)
    return followed(job, f"/payments/{number}")


@endpoint
def withdraw(request: Request, asked: Asked) -> Response:
    """Withdraw an order that was not released, for a reason."""
    number, reason = request.path_params["number"], asked.reason()
    try:
        paying.withdraw(site_of(request).ledger, number, reason)
    except UnknownOrder:
        raise
    except AidLedgerError as error:
        return _shown(request, asked, error)
    return RedirectResponse(f"/payments/{number}", HTTPStatus.SEE_OTHER)


@endpoint
def bank_file(request: Request, asked: Asked) -> Response:
    """The order's file for the bank, for a reason that is logged with each download."""
    site, number = site_of(request), request.path_params["number"]
    form = asked.word("format", BANK_FORMATS) or BANK_FORMATS[0]
    reveal = Reveal(asked.text("why") or "")
    name = f"{translator(language_of(request))(N_('bank file'))}-{number:06d}"
    site.require("reveal")

    def work(job: Job) -> MadeFile:
        content = ordering.taken_out(site.ledger, site.catalogue, number, form, reveal, job.progress)
        return MadeFile(content, name, form, _Taking(site, number, reveal))

    return fetched(site, site.jobs.finish(_about(site, ordering.FILING, number, form), work))


@dataclass(slots=True)
class _Taking:
    """Who may take a file for the bank: who gave the reason. Each time after the first is logged anew."""

    site: Site
    number: int
    reveal: Reveal
    taken: bool = False

    def __call__(self, actor: str) -> None:
        if same_name(actor) != same_name(self.site.actor):
            raise FileOfAnother(by=self.site.actor)
        ordering.taken_again(self.site.ledger, self.number, self.reveal if self.taken else None)
        self.taken = True


async def compare(request: Request) -> Response:
    """Whether a file is the order's, in a sentence; nothing of the file is kept."""
    content, language = bytearray(), language_of(request)
    async for part in request.stream():
        content += part
        if len(content) > DEFAULT_LIMITS.file_size_max_bytes:
            return PlainTextResponse(error_text(FormTooLarge(), ERRORS, language), HTTPStatus.BAD_REQUEST)
    return await run_in_threadpool(_compared, request, bytes(content))


def _compared(request: Request, content: bytes) -> Response:
    number, language = request.path_params["number"], language_of(request)
    name = "file.xlsx" if content.startswith(b"PK") else "file.csv"
    try:
        shown = translator(language)(N_("The file"))
        found = ordering.compared(site_of(request).ledger, number, content, name, shown)
    except AidLedgerError as error:
        return PlainTextResponse(error_text(error, ERRORS, language), status_of(error))
    return PlainTextResponse(
        deviations_text(found, number, language), HTTPStatus.OK if found.agrees else HTTPStatus.CONFLICT
    )
