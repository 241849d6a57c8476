"""Deliveries: a folder is dropped, received, checked, posted as checked; what is wrong goes back to the schools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from queue import Queue
from threading import Event
from typing import TYPE_CHECKING, Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from aidledger.domain.money import grouped_yuan
from aidledger.domain.problem import Severity
from aidledger.errors import AidLedgerError, AnnouncementUnreadable, CheckOutdated, FormTooLarge, JobRunning
from aidledger.i18n import N_, Language, translator
from aidledger.operations import inbox as deliveries
from aidledger.operations import ordering
from aidledger.operations.sides import inbox_of
from aidledger.presentation.deliveries import files_result, kinds_result
from aidledger.presentation.failures import error_text
from aidledger.presentation.feedback import feedback_for
from aidledger.presentation.jobs import said_text
from aidledger.presentation.letters import letters
from aidledger.presentation.receipts import file_line, passed_over_report, totals
from aidledger.web.answering import language_of, page, refused, site_of
from aidledger.web.asked import Asked
from aidledger.web.charts import problems_by_school
from aidledger.web.endpoint import endpoint
from aidledger.web.following import fetched
from aidledger.web.jobs import Job, MadeFile
from aidledger.web.remedies import ERRORS
from aidledger.web.tables import DrawnTable, draw

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.operations.inbox import Checked
    from aidledger.operations.results import FileResult, ImportResult
    from aidledger.web.site import Site

CHECKING, POSTING, PACKING = N_("Check of the files"), N_("Posting of the files"), N_("Marked copies")
_ANNOUNCED_MAX_BYTES = 2 * 1024 * 1024
_UNREAD = frozenset({"unreadable-file", "encrypted-file", "file-too-large", "no-header"})
# How files are sorted: the group, its heading, and what to do with it.
_GROUPS = {
    "right": N_("Can be posted"),
    "wrong": N_("Have errors"),
    "conflict": N_("Contradict the ledger"),
    "known": N_("Posted before"),
    "unread": N_("Cannot be read"),
}


@dataclass(frozen=True, slots=True)
class FileGroup:
    """The files of a group: its name, and their table."""

    name: str
    table: DrawnTable


@dataclass(frozen=True, slots=True)
class PostedFile:
    """A file of a receipt: one line, and the batch that it became."""

    line: str
    batch: int | None


@endpoint
def inbox(request: Request, _asked: Asked) -> Response:
    """What waits, and where a folder is dropped."""
    site = site_of(request)
    site.require("read")
    found = inbox_of(site.ledger).deliveries()
    return page(request, "inbox.html", heading=N_("Inbox"), deliveries=found, days=deliveries.DAYS_KEPT)


async def announce(request: Request) -> Response:
    """Open a delivery: the names and sizes of what will be sent."""
    sent = b""
    async for part in request.stream():
        sent += part
        if len(sent) > _ANNOUNCED_MAX_BYTES:
            return refused(request, FormTooLarge())
    try:
        files = [
            deliveries.AnnouncedFile(str(one["path"]), int(one["size"]), int(one.get("changed", 0)))
            for one in json.loads(sent)["files"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return refused(request, AnnouncementUnreadable())
    try:
        announced = await run_in_threadpool(deliveries.announce, site_of(request).ledger, files)
        wanted = [{"number": number, "given": given} for number, given in announced.missing]
        told = {"delivery": announced.delivery, "files": wanted, "passed_over": announced.passed_over}
        return JSONResponse(told)
    except AidLedgerError as error:
        return refused(request, error)


async def receive(request: Request) -> Response:
    """Take in one file, piece by piece; what comes is not kept in memory."""
    pieces: Queue[bytes | None] = Queue(maxsize=4)
    ledger = site_of(request).ledger
    delivery, number = request.path_params["delivery"], request.path_params["number"]

    ended = Event()

    def coming() -> Iterator[bytes]:
        while not ended.is_set():
            piece = pieces.get()
            if piece is None:
                ended.set()
            else:
                yield piece

    def taking() -> AidLedgerError | None:
        try:
            deliveries.receive(ledger, delivery, number, coming())
        except AidLedgerError as error:
            return error
        finally:
            for _ in coming():  # who sends waits for room
                pass
        return None

    async def sending() -> None:
        try:
            async for piece in request.stream():
                await run_in_threadpool(pieces.put, piece)
        finally:
            await run_in_threadpool(pieces.put, None)

    failure, _ = await asyncio.gather(run_in_threadpool(taking), sending())
    return Response(status_code=HTTPStatus.NO_CONTENT) if failure is None else refused(request, failure)


@endpoint
def delivery(request: Request, _asked: Asked) -> Response:
    """A delivery: what was received, what the check found, what can be done, what was posted."""
    site, language = site_of(request), language_of(request)
    number = request.path_params["delivery"]
    checking, posting = site.jobs.last(CHECKING, number), site.jobs.last(POSTING, number)
    site.require("read")
    box = inbox_of(site.ledger)
    waiting = next((one for one in box.deliveries() if one.id == number), None)
    if waiting is None and posting is None:
        box.delivery(number)  # raises
    if posting is None and _lost(site, checking):
        begin_check(site, number)
        checking = site.jobs.last(CHECKING, number)
    checked = checked_of(site, number)
    passed = [*(deliveries.passed_over(waiting) if waiting else ()), *(checked.result.passed_over if checked else ())]
    jobs = [job for job in (posting, checking) if job]
    return page(
        request,
        "delivery.html",
        heading=N_("Delivery"),
        number=number,
        delivery=waiting,
        days=deliveries.DAYS_KEPT,
        job=next((job for job in jobs if not job.finished), jobs[0] if jobs else None),
        failure=_failure(jobs, language),
        passed=passed_over_report(passed, language),
        **_as_checked(checked if posting is None else None, site, language),
        **_as_posted(posting, site, language),
    )


def _lost(site: Site, checking: Job | None) -> bool:
    """Whether a check has to run again: what it found ended with an earlier server, and nothing else runs."""
    lost = checking is not None and checking.state == "done" and checking.outcome is None
    return lost and site.jobs.running() is None and ordering.may(site.ledger, "import")


def _failure(jobs: Sequence[Job], language: Language) -> str | None:
    """Why the last work on a delivery failed."""
    failed = next((job.failure for job in jobs if job.state == "failed"), None)
    return error_text(failed, ERRORS, language) if failed else None


def _as_checked(checked: Checked | None, site: Site, language: Language) -> dict[str, Any]:
    """What a delivery's page shows of its check, until something of it is posted."""
    if checked is None:
        return {"groups": [], "bars": [], "kinds": [], "digest": None, "asks": "", "returns": 0}
    return {
        "groups": _groups(checked, site, language),
        "bars": problems_by_school(checked.result.files, translator(language)),
        "kinds": _kinds(checked, language),
        "digest": checked.digest if checked.postable else None,
        "asks": post_text(checked.postable, language),
        "returns": len(checked.result.counted("rejected")),
    }


def _as_posted(posting: Job | None, site: Site, language: Language) -> dict[str, Any]:
    """What it shows of its posting: the receipt; of one that was broken off or cancelled, file by file."""
    if posting is None:
        return {"receipt": None, "posted": [], "files": [], "head": None}
    result = cast("ImportResult | None", posting.outcome)
    whole = result is not None and not posting.stopped()
    lines = [PostedFile(file_line(one, site.catalogue, language), one.batch) for one in result.files] if result else []
    return {
        "receipt": said_text(posting.said, translator(language)) if posting.said else None,
        "posted": lines if whole else [],
        "files": [] if whole else posting.files,
        "head": posting.head,
    }


def checked_of(site: Site, delivery: int) -> Checked | None:
    """What the last check of a delivery found, if it has ended."""
    checking = site.jobs.last(CHECKING, delivery)
    return cast("Checked | None", checking.outcome) if checking else None


def post_text(right: Sequence[FileResult], language: Language) -> str:
    """What a button posts: files, person-times and yuan."""
    return translator(language)(N_("Post {files} files: {count} person-times, {amount} yuan")).format(
        files=len(right),
        count=f"{sum(file.person_times for file in right):,}",
        amount=grouped_yuan(sum(file.amount_fen for file in right)),
    )


def group_of(file: FileResult) -> str:
    """Which of the groups a checked file belongs to."""
    if file.outcome != "rejected":
        return "known" if file.outcome == "unchanged" else "right"
    if any(problem.code in _UNREAD for problem in file.problems):
        return "unread"
    errors = any(problem.severity is Severity.ERROR for problem in file.problems)
    return "wrong" if errors else "conflict"


def _groups(checked: Checked, site: Site, language: Language) -> list[FileGroup]:
    """The files by what can be done with them, each leading to its page."""
    found = []
    for name, title in _GROUPS.items():
        files = [file for file in checked.result.files if group_of(file) == name]
        if files:
            result = files_result(title, files, site.catalogue, language)
            drawn = draw(result.answers()[0], 1, translator(language), len(files))
            links = [f"/inbox/{checked.delivery}/files/{deliveries.file_key(file.path)}" for file in files]
            rows = [[replace(row[0], href=href), *row[1:]] for row, href in zip(drawn.rows, links, strict=True)]
            found.append(FileGroup(name, replace(drawn, rows=rows)))
    return found


def _kinds(checked: Checked, language: Language) -> list[DrawnTable]:
    """The kinds of problems, where there are any."""
    (answer,) = kinds_result(checked.result.counted("rejected")).answers()
    return [draw(answer, 1, translator(language))] if answer.rows else []


@endpoint
def check(request: Request, _asked: Asked) -> Response:
    """Begin to check a delivery; nothing is kept of it."""
    site, number = site_of(request), request.path_params["delivery"]
    begin_check(site, number)
    return RedirectResponse(f"/inbox/{number}", HTTPStatus.SEE_OTHER)


def begin_check(site: Site, number: int, first: Callable[[], None] = lambda: None) -> None:
    """Start a check, with something before it; raises NotNamed, OtherRole, UnknownDelivery, JobRunning."""
    site.require("import")  # a school may check files of its own, not a clerk's delivery
    inbox_of(site.ledger).delivery(number)  # of one that is gone, the receipt stays

    def work(one: Job) -> Checked:
        first()
        return deliveries.check(site.ledger, site.catalogue, number, one.expect, lambda _: one.advance(), one.stopped)

    site.jobs.start(Job(CHECKING, site.ledger.actor, site.ledger.moment(), number), work)
    site.jobs.forget(POSTING, number)


@endpoint
def post(request: Request, asked: Asked) -> Response:
    """Post what was checked, if it is what the button said."""
    site, number = site_of(request), request.path_params["delivery"]
    checked = checked_of(site, number)
    if checked is None or checked.digest != asked.text("checked"):
        raise CheckOutdated
    begin_posting(site, checked)
    return RedirectResponse(f"/inbox/{number}", HTTPStatus.SEE_OTHER)


def begin_posting(site: Site, checked: Checked, one: FileResult | None = None) -> None:
    """Start to post what a check found to be right, or one file of it.

    Raises NotNamed, OtherRole, JobRunning, CheckOutdated.
    """
    site.require("import")

    def work(job: Job) -> ImportResult:
        result = deliveries.post(
            site.ledger, site.catalogue, checked, job.expect, lambda _: job.advance(), job.stopped, one
        )
        job.files, job.said, job.head = deliveries.files_of(checked, result), totals(result), result.head
        return result

    number = checked.delivery
    job = Job(POSTING, site.ledger.actor, site.ledger.moment(), number, files=deliveries.files_of(checked))
    site.jobs.start(job, work, once=True)


@endpoint
def to_schools(request: Request, _asked: Asked) -> Response:
    """What is said to each school, to paste into a message, beside the marked copies of its files."""
    site, number, language = site_of(request), request.path_params["delivery"], language_of(request)
    site.require("read")
    checked = checked_of(site, number)
    if checked is None:
        return RedirectResponse(f"/inbox/{number}", HTTPStatus.SEE_OTHER)
    found = letters(checked.result.counted("rejected"), site.catalogue, language)
    return page(request, "letters.html", heading=N_("Back to the schools"), number=number, letters=found)


@endpoint
def copies(request: Request, asked: Asked) -> Response:
    """The marked copies of what was not right, for the schools, or for one of them."""
    site, number = site_of(request), request.path_params["delivery"]
    checked = checked_of(site, number)
    if checked is None:
        raise CheckOutdated
    school = asked.text("school")
    return packed(request, checked, [file for file in checked.result.files if school in {None, file.school}])


def packed(request: Request, checked: Checked, some: Sequence[FileResult]) -> Response:
    """Marked copies of some files as a .zip, made as a job: each takes a process a second or so.

    Raises JobRunning, NotNamed, OtherRole, UnknownDelivery.
    """
    site, number, language = site_of(request), checked.delivery, language_of(request)
    site.require("import")
    name = f"{translator(language)(N_('to the schools'))}-{number}"

    def work(job: Job) -> MadeFile:
        content = deliveries.sent_back(
            site.ledger,
            checked,
            lambda folder, imported: feedback_for(site.catalogue, folder, imported, language),
            some,
            job.progress,
        )
        return MadeFile(content, name, "zip", lambda actor: site.acting(actor).require("import"))

    bound = " ".join(deliveries.file_key(file.path) for file in some)
    return fetched(site, site.jobs.finish(Job(PACKING, site.actor, site.ledger.moment(), number, bound=bound), work))


@endpoint
def remove(request: Request, _asked: Asked) -> Response:
    """Remove what is left of a delivery, unless something is done with it."""
    site, number = site_of(request), request.path_params["delivery"]
    running = site.jobs.running()
    if running is not None and running.what in {CHECKING, POSTING, PACKING} and running.of == number:
        raise JobRunning(what=running.what, by=running.by)
    deliveries.remove(site.ledger, number)
    site.jobs.forget(PACKING, number)  # the copies hold full numbers
    return RedirectResponse("/inbox", HTTPStatus.SEE_OTHER)
