"""Work that takes longer than a page: one at a time, in a thread, with its progress and its outcome.

Jobs are recorded beside the ledger, so that they survive a reload and a restart. Threads are never killed: cancelled
work stops the next time it checks for cancellation.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from aidledger.domain.identity import masked_words
from aidledger.domain.role import same_name
from aidledger.errors import AidLedgerError, CheckOutdated, JobEnded, JobRunning, WorkCancelled
from aidledger.operations import jobs as kept
from aidledger.operations.jobs import JobFile, JobRecord, JobState, Said

if TYPE_CHECKING:
    from aidledger.store.ledger import Ledger

_WRITTEN_EVERY_SECONDS = 1.0
# How long a page waits for work that mostly takes a moment, before it shows how far it is.
_WAITED_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that a job made, for download. ``take`` is called before it is handed out, and raises what forbids it."""

    content: bytes
    name: str
    form: str
    take: Callable[[str], None]


@dataclass(slots=True)
class Job:
    """Work under way or finished. ``what``: its name, an English msgid; ``of``: the number of its delivery or order.

    ``total``: None until it is known. ``outcome``: its result, unless another server ran it; ``failure``: why it has
    none. ``stopped_by``: who cancelled it. ``said``: its outcome in words. ``files``: the files it works on.
    ``bound``: the variant of the work, where one button offers several.
    """

    what: str
    by: str
    since: str
    of: int = 0
    done: int = 0
    total: int | None = None
    outcome: object = None
    failure: AidLedgerError | None = None
    state: JobState = "running"
    stopped_by: str | None = None
    said: Said | None = None
    files: Sequence[JobFile] = ()
    head: str | None = None
    ended: str | None = None
    id: int = 0
    bound: str = ""
    _over: Event = field(default_factory=Event)
    _ledger: Ledger | None = None
    _written: float = 0.0

    @property
    def finished(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state != "running"

    def expect(self, total: int) -> None:
        """Set the total, once it is known."""
        self.total = total
        self._write()

    def advance(self) -> None:
        """Count one more item as done."""
        self.done += 1
        self._write()

    def progress(self, done: int, total: int) -> None:
        """Report progress; raises WorkCancelled if somebody cancelled it."""
        if self.stopped():
            raise WorkCancelled
        self.done, self.total = done, total
        self._write()

    def stopped(self) -> bool:
        """Whether somebody cancelled it: work that can end half-way asks."""
        return self.stopped_by is not None

    def wait(self) -> None:
        """Wait until it has ended, for a moment at most."""
        self._over.wait(_WAITED_SECONDS)

    def same(self, other: Job) -> bool:
        """Whether it is the same work of the same person: a second click."""
        mine, theirs = ((one.what, one.of, one.bound, same_name(one.by)) for one in (self, other))
        return mine == theirs

    def record(self) -> JobRecord:
        """The job as it is recorded beside the ledger."""
        return JobRecord(
            what=self.what,
            by=self.by,
            since=self.since,
            of=self.of,
            id=self.id,
            done=self.done,
            total=self.total,
            state=self.state,
            ended=self.ended,
            stopped_by=self.stopped_by,
            head=self.head,
            said=self.said,
            failure=kept.told(self.failure) if self.failure else None,
            files=self.files,
        )

    def _write(self) -> None:
        """Record the progress, at most once per ``_WRITTEN_EVERY_SECONDS``."""
        now = time.monotonic()
        if self._ledger is not None and now - self._written > _WRITTEN_EVERY_SECONDS:
            self._written = now
            kept.jobs_of(self._ledger).advance(self.id, self.done, self.total)


@dataclass(slots=True)
class Jobs:
    """The work of one ledger, and the last of each kind."""

    _lock: Lock = field(default_factory=Lock)
    _last: dict[tuple[str, int], Job] = field(default_factory=dict)
    _ledger: Ledger | None = None

    def keep(self, ledger: Ledger) -> None:
        """Write work down beside a ledger from now on; what was under way when the last server ended is broken off."""
        self._ledger = ledger
        for record in kept.break_off(ledger):
            if not record.forgotten:
                self._last[record.what, record.of] = _restored(record)

    def start(self, job: Job, work: Callable[[Job], object], *, once: bool = False) -> None:
        """Begin work; raises JobRunning if other work has not finished, CheckOutdated for what is done ``once``."""
        with self._lock:
            if once and (job.what, job.of) in self._last:
                raise CheckOutdated
            running = self.running()
            if running is not None:
                raise JobRunning(what=running.what, by=running.by)
            if self._ledger is not None:
                job.id = kept.begin(self._ledger, job.record()).id
                job._ledger = self._ledger  # noqa: SLF001 - its own
            self._last[job.what, job.of] = job
        Thread(target=self._run, args=(job, work), daemon=True).start()

    def finish(self, job: Job, work: Callable[[Job], object]) -> Job:
        """Begin work that mostly takes a moment, and wait for that; returns it as it stands then.

        Whoever has begun the same already gets that. Raises JobRunning if other work has not finished.
        """
        running = self.running()
        if running is not None and running.same(job):
            job = running
        else:
            self.start(job, work)
        job.wait()
        return replace(job)

    def numbered(self, number: int) -> Job | None:
        """The last work of its kind with a number, as it stands now."""
        return next((replace(job) for job in list(self._last.values()) if job.id == number), None)

    def running(self) -> Job | None:
        """The work that is under way."""
        return next((job for job in list(self._last.values()) if not job.finished), None)

    def broken_off(self) -> list[Job]:
        """The work that was under way when a server ended, and has not begun again."""
        return [replace(job) for job in list(self._last.values()) if job.state == "broken-off"]

    def cancel(self, number: int, by: str) -> Job:
        """Ask the running job to end; raises JobEnded if it is another, or none."""
        with self._lock:
            running = self.running()
            if running is None or running.id != number:
                raise JobEnded
            running.stopped_by = running.stopped_by or by
            return replace(running)

    def forget(self, what: str, of: int = 0) -> None:
        """Forget finished work, so that another job of its kind may start."""
        with self._lock:
            job = self._last.get((what, of))
            if job is not None and job.finished:
                del self._last[what, of]
                if self._ledger is not None:
                    kept.jobs_of(self._ledger).forget(job.id)

    def last(self, what: str, of: int = 0) -> Job | None:
        """The last work of a kind as it stands now, finished or not: a page must not see it change while it is made."""
        job = self._last.get((what, of))
        return None if job is None else replace(job)

    def _run(self, job: Job, work: Callable[[Job], object]) -> None:
        state: JobState = "done"
        try:
            job.outcome = work(job)
            if job.stopped() and job.total is not None and job.done < job.total:
                state = "cancelled"
        except WorkCancelled as cancelled:
            job.failure, state = cancelled.with_traceback(None), "cancelled"
        except AidLedgerError as error:
            # A traceback would hold on to the worker processes of what failed.
            job.failure, state = error.with_traceback(None), "failed"
        except Exception as error:  # noqa: BLE001 - a bug ends the job, not the server
            sys.stderr.write(masked_words("".join(traceback.format_exception(error))))
            job.failure, state = AidLedgerError(), "failed"
        finally:
            self._end(job, state)

    def _end(self, job: Job, state: JobState) -> None:
        """Write down how it ended before the page says so: who then starts the next finds this one ended."""
        if self._ledger is not None:
            job.ended = self._ledger.moment()
            try:
                kept.jobs_of(self._ledger).end(replace(job.record(), state=state))
            except Exception as error:  # noqa: BLE001 - the work is done, whether it can be written down or not
                sys.stderr.write(masked_words("".join(traceback.format_exception(error))))
        job.state = state
        job._over.set()  # noqa: SLF001 - its own


def _restored(record: JobRecord) -> Job:
    """A job of an earlier server."""
    return Job(
        what=record.what,
        by=record.by,
        since=record.since,
        of=record.of,
        done=record.done,
        total=record.total,
        failure=kept.failure_of(record),
        state=record.state,
        stopped_by=record.stopped_by,
        said=record.said,
        files=record.files,
        head=record.head,
        ended=record.ended,
        id=record.id,
    )
