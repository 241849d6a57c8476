"""Work that takes longer than a page: one at a time, in a thread, with its progress and its outcome."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock, Thread

from aidledger.domain.identity import masked_words
from aidledger.errors import AidLedgerError, CheckOutdated, JobRunning


@dataclass(slots=True)
class Job:
    """Work under way or finished. ``what``: in English, to translate; ``of``: whose, where there are several.

    ``total`` None: not known yet. ``outcome``: what it returned; ``failure``: why it returned nothing.
    """

    what: str
    by: str
    since: str
    of: int = 0
    done: int = 0
    total: int | None = None
    finished: bool = False
    outcome: object = None
    failure: AidLedgerError | None = None

    def expect(self, total: int) -> None:
        """Say how much there is."""
        self.total = total

    def advance(self) -> None:
        """One more is done."""
        self.done += 1

    def progress(self, done: int, total: int) -> None:
        """Say how far it is."""
        self.done, self.total = done, total


@dataclass(slots=True)
class Jobs:
    """The work of one ledger, and the last of each kind."""

    _lock: Lock = field(default_factory=Lock)
    _last: dict[tuple[str, int], Job] = field(default_factory=dict)

    def start(self, job: Job, work: Callable[[Job], object], *, once: bool = False) -> None:
        """Begin work; raises JobRunning if other work has not finished, CheckOutdated for what is done ``once``."""
        with self._lock:
            if once and (job.what, job.of) in self._last:
                raise CheckOutdated
            running = self.running()
            if running is not None:
                raise JobRunning(what=running.what, by=running.by)
            self._last[job.what, job.of] = job
        Thread(target=_run, args=(job, work), daemon=True).start()

    def running(self) -> Job | None:
        """The work that is under way."""
        return next((job for job in self._last.values() if not job.finished), None)

    def forget(self, what: str, of: int = 0) -> None:
        """Forget finished work, so that the like of it may begin."""
        with self._lock:
            job = self._last.get((what, of))
            if job is not None and job.finished:
                del self._last[what, of]

    def last(self, what: str, of: int = 0) -> Job | None:
        """The last work of a kind as it stands now, finished or not: a page must not see it change while it is made."""
        job = self._last.get((what, of))
        return None if job is None else replace(job)


def _run(job: Job, work: Callable[[Job], object]) -> None:
    try:
        job.outcome = work(job)
    except AidLedgerError as error:
        job.failure = error
    except Exception as error:  # noqa: BLE001 - a bug ends the job, not the server
        sys.stderr.write(masked_words("".join(traceback.format_exception(error))))
        job.failure = AidLedgerError()
    finally:
        job.finished = True
