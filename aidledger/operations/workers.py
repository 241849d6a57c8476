"""Worker processes that may die: each does one job at a time, and its death is the result of that job.

Written here because little is needed and the libraries do more: concurrent.futures breaks altogether when a worker
dies, and pebble (used before) has locks and threads; when a run ended while a worker was starting, one of them left a
traceback on the clerk's screen. Here a worker is a process and a pipe.

A worker gets its next job before it finishes one: the process that hands them out is mostly busy posting, and the
worker would wait for it after every file. A job received ahead may fail because the job before it used up the memory.
So a job counts as dead only if it dies again with no job before it.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Literal, TypeVar

from aidledger.errors import WorkerNotStarted

Taken = TypeVar("Taken")
_JOBS_AHEAD_PER_WORKER = 3
_JOBS_PER_WORKER = 2
_GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Ended:
    """Why there is no result: the worker died, or ran too long and was killed."""

    why: Literal["died", "too-slow"]


@dataclass(slots=True)
class _Job:
    number: int
    arguments: tuple[Any, ...]
    ahead: bool


@dataclass(frozen=True, slots=True)
class NotReady:
    """The next result has to be waited for: its taker may do something else first."""


def run_in_order(
    function: Callable[..., Any],
    jobs: Iterable[tuple[Any, ...]],
    *,
    common: tuple[Any, ...] = (),
    workers: int,
    seconds_max: float,
    prepare: Callable[..., None],
    prepare_with: tuple[Any, ...] = (),
) -> Iterator[Any]:
    """``function(*job, *common)`` for each job, in order; Ended for one that did not return, NotReady before each wait.

    The number of workers affects only the time. ``common`` is sent to each worker once.

    Jobs are taken only a little ahead of the results, so that neither pile up in memory. An exception in the function
    is raised here. ``prepare(*prepare_with)`` runs first in each worker.
    """
    crew = _Crew([_Worker(seconds_max, function, common, prepare, prepare_with) for _ in range(workers)], jobs)
    results: dict[int, Any] = {}
    try:
        for number in count():
            # A free worker gets its next job before a result is yielded, because the caller may take long with it.
            results.update(crew.outcomes())
            crew.give(number)
            if number == crew.given:
                return
            while number not in results:
                yield NotReady()
                crew.wait()
                results.update(crew.outcomes())
                crew.give(number)
            yield _returned(results.pop(number))
    finally:
        crew.dismiss()


class KeptWorker:
    """A worker that stays for the next job. Jobs of several threads come one after the other."""

    def __init__(self, seconds_max: float, prepare: Callable[..., None], prepare_with: tuple[Any, ...] = ()) -> None:
        self._worker = _Worker(seconds_max, _call, (), prepare, prepare_with)
        self._lock = Lock()

    def run(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - what the function returns
        """``function(*arguments)``, or Ended if it did not return; an exception in it is raised here."""
        with self._lock:
            self._worker.give(0, (function, *arguments))
            while (outcome := self._worker.outcome()) is None:
                _wait_for([self._worker])
        return _returned(outcome[1])

    def dismiss(self) -> None:
        """Stop it; the next job starts it anew."""
        with self._lock:
            self._worker.dismiss()


def _call(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
    return function(*arguments)


def without_waits(results: Iterable[Taken | NotReady]) -> Iterator[Taken]:
    """The results alone."""
    return (result for result in results if not isinstance(result, NotReady))


def _returned(result: Any) -> Any:  # noqa: ANN401
    """The result of a function, an exception in it raised."""
    if isinstance(result, BaseException):
        raise result
    return result


def _wait_for(busy: list[_Worker]) -> None:
    """Wait until a worker answers, dies, or runs out of time."""
    timeout = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
    wait([worker.pipe for worker in busy], timeout)


class _Crew:
    """Workers, and the jobs that they get in order."""

    def __init__(self, workers: Sequence[_Worker], jobs: Iterable[tuple[Any, ...]]) -> None:
        self._workers = workers
        self._jobs = iter(jobs)
        self.given = 0

    def give(self, first: int) -> None:
        """Give jobs to the least busy workers, up to some jobs after the ``first`` whose result was not taken."""
        while self.given - first < len(self._workers) * _JOBS_AHEAD_PER_WORKER:
            worker = min(self._workers, key=_Worker.busy)
            if worker.busy() >= _JOBS_PER_WORKER:
                return
            job = next(self._jobs, None)
            if job is None:
                return
            worker.give(self.given, job)
            self.given += 1

    def outcomes(self) -> Iterator[tuple[int, Any]]:
        """The jobs that ended since, and their results."""
        return (outcome for worker in self._workers if (outcome := worker.outcome()) is not None)

    def wait(self) -> None:
        """Wait until a worker answers, dies, or runs out of time."""
        _wait_for([worker for worker in self._workers if worker.busy()])

    def dismiss(self) -> None:
        for worker in self._workers:
            worker.dismiss()


class _Worker:
    """A process that is started when first needed, and again after a death."""

    def __init__(self, seconds_max: float, *task: Any) -> None:  # noqa: ANN401 - the arguments of _work after its pipe
        self._seconds_max = seconds_max
        self._task = task
        self._process: SpawnProcess | None = None
        self._jobs: deque[_Job] = deque()
        self.pipe: Connection[Any, Any]
        self.deadline = 0.0

    def busy(self) -> int:
        """The number of its jobs."""
        return len(self._jobs)

    def give(self, number: int, arguments: tuple[Any, ...]) -> None:
        """Queue a job."""
        job = _Job(number, arguments, ahead=bool(self._jobs))
        if not job.ahead:
            self.deadline = time.monotonic() + self._seconds_max
        self._jobs.append(job)
        if self._process is None:
            self._start()
        self._send(job)

    def outcome(self) -> tuple[int, Any] | None:
        """The result of its first job, an exception, or Ended; None while it is working."""
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
        """Stop it, killing it if it is working."""
        if self._process is None:
            return
        if not self._jobs:
            self.pipe.close()  # it exits when its pipe closes
            self._process.join(_GOODBYE_SECONDS)
        self._end()

    def _start(self) -> None:
        # Spawned on every system: nothing of the parent is inherited, above all not its database.
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
            self.deadline = 0.0  # it died; ``outcome`` will see the closed pipe

    def _go_on(self) -> None:
        """Continue with the remaining jobs in a new process after a death."""
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
    """Start processes that never receive Ctrl-C, not even while loading; the parent receives it afterwards.

    A terminal sends Ctrl-C to the workers, too; one that is still loading, or whose start is interrupted, would print a
    traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # it starts with the first process, and would unblock the signals
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
    """A worker's loop until its pipe closes."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # Python kills it with its parent
    prepare(*prepare_with)
    jobs: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
    Thread(target=_take_in, args=(pipe, jobs), daemon=True).start()
    while (job := jobs.get()) is not None:
        try:
            result = function(*job, *common)
        except Exception as error:  # noqa: BLE001 - raised again where the result is awaited
            result = error
        try:
            pipe.send(result)
        except OSError:
            return


def _take_in(pipe: Connection[Any, Any], jobs: SimpleQueue[tuple[Any, ...] | None]) -> None:
    """Receive from the pipe at once, so that the sender does not wait for the current job."""
    with suppress(EOFError, OSError):
        try:
            while True:
                jobs.put(pipe.recv())
        finally:
            jobs.put(None)
