"""Work that takes longer than a page: one at a time, in a thread, with its progress and its outcome."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread

from aidledger.domain.identity import masked_words
from aidledger.errors import AidLedgerError, JobRunning


@dataclass(slots=True)
class Job:
    """Work under way or finished. ``what``: in English, to translate; ``total`` None: not known yet.

    ``outcome``: what it returned; ``failure``: why it returned nothing.
    """

    what: str
    by: str
    since: str
    done: int = 0
    total: int | None = None
    finished: bool = False
    outcome: object = None
    failure: AidLedgerError | None = None

    def progress(self, done: int, total: int) -> None:
        """Say how far it is."""
        self.done, self.total = done, total


@dataclass(slots=True)
class Jobs:
    """The work of one ledger, and the last of each kind."""

    _lock: Lock = field(default_factory=Lock)
    _last: dict[str, Job] = field(default_factory=dict)

    def start(self, job: Job, work: Callable[[Job], object]) -> None:
        """Begin work; raises JobRunning if other work has not finished."""
        with self._lock:
            running = self.running()
            if running is not None:
                raise JobRunning(what=running.what, by=running.by)
            self._last[job.what] = job
        Thread(target=_run, args=(job, work), daemon=True).start()

    def running(self) -> Job | None:
        """The work that is under way."""
        return next((job for job in self._last.values() if not job.finished), None)

    def last(self, what: str) -> Job | None:
        """The last work of a kind, finished or not."""
        return self._last.get(what)


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
