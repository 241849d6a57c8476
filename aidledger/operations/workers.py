"""A few processes that may die: each does one job at a time, and its death is that job's result.

Written here because what is needed is small and what there is does more: concurrent.futures breaks as a whole when a
worker dies, and pebble (used before) keeps locks and threads of which one, in a run that ended while a worker was
still starting, left a traceback on the clerk's screen. Here a worker is a process and a pipe.

A worker has its next job before it is done with one: who hands them out is posting a file most of the time, and it
would wait for that after every file. What comes while another job takes the memory may not be taken in, and that is
not its own fault: so a job that was given ahead has died only when it dies once more without another before it.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any, Literal

from aidledger.errors import WorkerNotStarted

_JOBS_AHEAD_PER_WORKER = 3
_JOBS_PER_WORKER = 2
_GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Ended:
    """Why there is no result: the worker died, or it took too long and was ended."""

    why: Literal["died", "too-slow"]


@dataclass(slots=True)
class _Job:
    number: int
    arguments: tuple[Any, ...]
    ahead: bool


def do_nothing() -> None:
    """What is done before waiting, unless something else is said."""


def run_in_order(
    function: Callable[..., Any],
    jobs: Iterable[tuple[Any, ...]],
    *,
    common: tuple[Any, ...] = (),
    workers: int,
    seconds_max: float,
    prepare: Callable[..., None],
    prepare_with: tuple[Any, ...] = (),
    before_waiting: Callable[[], None] = do_nothing,
) -> Iterator[Any]:
    """``function(*job, *common)`` for each job, in their order; Ended where one did not return.

    The number of workers changes nothing but the time. What the jobs have in ``common`` travels to a worker once.

    Jobs are taken only a little ahead of the results, so that neither pile up in memory. An exception in the function
    is raised here. ``prepare(*prepare_with)`` runs first in each worker. ``before_waiting()`` is called here where the
    next result is not there yet.
    """
    crew = [_Worker(seconds_max, function, common, prepare, prepare_with) for _ in range(workers)]
    coming = enumerate(jobs)
    results: dict[int, Any] = {}
    waiting: deque[int] = deque()
    all_given = False
    try:
        while not all_given or waiting:
            # Who is done gets the next job before its result is handed out: the caller takes its time with that.
            results.update(outcome for worker in crew if (outcome := worker.outcome()) is not None)
            while not all_given and len(waiting) < workers * _JOBS_AHEAD_PER_WORKER:
                worker = min(crew, key=_Worker.busy)
                if worker.busy() >= _JOBS_PER_WORKER:
                    break
                number, job = next(coming, (-1, ()))
                all_given = number < 0
                if not all_given:
                    waiting.append(number)
                    worker.give(number, job)
            if waiting and waiting[0] in results:
                result = results.pop(waiting.popleft())
                if isinstance(result, BaseException):
                    raise result
                yield result
            elif waiting:
                before_waiting()
                _wait_for([worker for worker in crew if worker.busy()])
    finally:
        for worker in crew:
            worker.dismiss()


def _wait_for(busy: list[_Worker]) -> None:
    """Until one of them has an answer, dies, or runs out of time."""
    timeout = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
    wait([worker.pipe for worker in busy], timeout)


class _Worker:
    """A process that is made when it is first needed, and made anew after a death."""

    def __init__(self, seconds_max: float, *task: Any) -> None:  # noqa: ANN401 - what _work takes beside its pipe
        self._seconds_max = seconds_max
        self._task = task
        self._process: SpawnProcess | None = None
        self._jobs: deque[_Job] = deque()
        self.pipe: Connection[Any, Any]
        self.deadline = 0.0

    def busy(self) -> int:
        """How many jobs it has."""
        return len(self._jobs)

    def give(self, number: int, arguments: tuple[Any, ...]) -> None:
        """Give it a job, to be done after those that it has."""
        job = _Job(number, arguments, ahead=bool(self._jobs))
        if not job.ahead:
            self.deadline = time.monotonic() + self._seconds_max
        self._jobs.append(job)
        if self._process is None:
            self._start()
        self._send(job)

    def outcome(self) -> tuple[int, Any] | None:
        """The result of its first job, an exception, or Ended; None while it works."""
        if not self._jobs:
            return None
        if self.pipe.poll():
            try:
                result = self.pipe.recv()
            except (EOFError, OSError):
                result = Ended("died")
        elif time.monotonic() >= self.deadline:
            result = Ended("too-slow")
        else:
            return None
        job = self._jobs[0]
        again = result == Ended("died") and job.ahead
        if not again:
            self._jobs.popleft()
        self.deadline = time.monotonic() + self._seconds_max
        if isinstance(result, Ended):
            self._end()
            self._go_on()
        return None if again else (job.number, result)

    def dismiss(self) -> None:
        """Send it home; one that is at work is ended."""
        if self._process is None:
            return
        if not self._jobs:
            self.pipe.close()  # the end of its pipe is the end of its work
            self._process.join(_GOODBYE_SECONDS)
        self._end()

    def _start(self) -> None:
        # Spawned on every system alike: nothing of the parent, its database least of all, is inherited.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, *self._task), daemon=True)
        try:
            with _uninterrupted():
                process.start()
        except OSError as error:
            self.pipe.close()
            raise WorkerNotStarted(reason=error.strerror or "") from error
        finally:
            theirs.close()
        self._process = process

    def _send(self, job: _Job) -> None:
        try:
            self.pipe.send(job.arguments)
        except OSError:
            self.deadline = 0.0  # it died; the pipe's end says so where its outcome is asked for

    def _go_on(self) -> None:
        """After a death, in a new process: the jobs that are left."""
        if self._jobs:
            self._start()
        for place, job in enumerate(self._jobs):
            job.ahead = place > 0
            self._send(job)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        self.pipe.close()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """What is started here never hears Ctrl-C, not even while it is being loaded; who starts it does, afterwards.

    A terminal sends Ctrl-C to the workers, too, and one that is still loading would answer with a traceback; so would
    one whose start breaks off before it is told what to do.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # it is started with the first process, and then lets the signals in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(
    pipe: Connection[Any, Any],
    function: Callable[..., Any],
    common: tuple[Any, ...],
    prepare: Callable[..., None],
    prepare_with: tuple[Any, ...],
) -> None:
    """What a worker does until its pipe ends."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # Python ends its children with it
    prepare(*prepare_with)
    jobs: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
    Thread(target=_take_in, args=(pipe, jobs), daemon=True).start()
    while (job := jobs.get()) is not None:
        try:
            result = function(*job, *common)
        except Exception as error:  # noqa: BLE001 - it is raised again where the result is awaited
            result = error
        try:
            pipe.send(result)
        except OSError:
            return


def _take_in(pipe: Connection[Any, Any], jobs: SimpleQueue[tuple[Any, ...] | None]) -> None:
    """What comes through the pipe, as soon as it comes: who sends it does not wait until the last job is done."""
    with suppress(EOFError, OSError):
        try:
            while True:
                jobs.put(pipe.recv())
        finally:
            jobs.put(None)
