"""Reading and checking rosters in worker processes with limits.

calamine panics, aborts or hangs on some 20 of 2,774 real and hostile workbooks, and no ``except`` catches an abort.
So a file is read in a worker process, whose death is a problem of the file; the workers also use the second core.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

from aidledger.catalogue.catalogue import Catalogue
from aidledger.checks import problems_of
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile
from aidledger.operations.files import InputFile
from aidledger.operations.workers import Ended, KeptWorker, NotReady, run_in_order
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from aidledger.sheets.reader import read_roster
from aidledger.sheets.recognition.hints import Hints

WORKERS_MAX = 4
# A worker's address space beyond the limit: a thread's reserve, and the next file being received.
_BESIDE_READING_BYTES = 160 * 2**20
Examined = tuple[InputFile, RosterFile]


def default_workers(*, beside_writer: bool = True) -> int:
    """One per core, less the writer's; a single writer cannot keep more than about four busy."""
    return max(1, min(WORKERS_MAX, (os.cpu_count() or 1) - beside_writer))


def examine(content: bytes, path: str, hints: Hints, catalogue: Catalogue, limits: Limits) -> RosterFile:
    """Read and check one file: a worker's job. A failure of the reader is a problem of the file."""
    _limit_seconds(limits)
    try:
        file = read_roster(read_grid(content, limits), path, catalogue, hints)
    except FileRefused as refusal:
        return RosterFile(problems=[refusal.problem])
    except MemoryError:
        return RosterFile(problems=[_too_large("the memory needed", limits)])
    except RecursionError:
        return RosterFile(problems=[_unreadable("it is nested too deeply")])
    file.problems.extend(problems_of(file, catalogue))
    return file


def examined(
    sources: Iterable[InputFile],
    catalogue: Catalogue,
    hints: Callable[[InputFile], Hints],
    limits: Limits,
    workers: int,
) -> Iterator[Examined | NotReady]:
    """Each file and its content as read, in order, whatever the number of workers; NotReady before each wait."""
    taken: deque[InputFile] = deque()
    results = run_in_order(
        examine,
        ((source.content, source.heard, hints(source)) for source in noted(sources, taken)),
        common=(catalogue, limits),
        workers=workers,
        seconds_max=limits.seconds_max,
        prepare=_prepare,
        prepare_with=(limits,),
    )
    for result in results:
        if isinstance(result, NotReady):
            yield result
        else:
            file = RosterFile(problems=[_end(result, limits)]) if isinstance(result, Ended) else result
            yield taken.popleft(), file


def noted(sources: Iterable[InputFile], taken: deque[InputFile]) -> Iterator[InputFile]:
    """The same files; each is put into ``taken`` when it is taken."""
    for source in sources:
        taken.append(source)
        yield source


class Guard:
    """Runs readers in a limited process, which stays for the next; it is started when first needed."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._worker = KeptWorker(limits.seconds_max, _prepare, (limits,))

    def __call__(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        """What a reader returns; raises FileRefused if it does not return."""
        result = self._worker.run(function, *arguments)
        if isinstance(result, Ended):
            problem = _end(result, self.limits)
            raise FileRefused(problem.code, **problem.facts)
        return result

    def close(self) -> None:
        """End the process."""
        self._worker.dismiss()


def run_guarded(function: Callable[..., Any], *arguments: object, limits: Limits) -> Any:  # noqa: ANN401
    """Run a reader once in a limited process; raises FileRefused if it does not return."""
    with closing(Guard(limits)) as guard:
        return guard(function, *arguments)


def _end(ended: Ended, limits: Limits) -> Problem:
    return _too_slow(limits) if ended.why == "too-slow" else _dead()


def _unreadable(why: str) -> Problem:
    return Problem("unreadable-file", facts={"why": why})


def _too_large(what: str, limits: Limits) -> Problem:
    return Problem("file-too-large", facts={"what": what, "limit": f"{limits.memory_max_bytes >> 20} MiB"})


def _too_slow(limits: Limits) -> Problem:
    return Problem("file-too-large", facts={"what": "the reading time", "limit": f"{limits.seconds_max} s"})


def _dead() -> Problem:
    return _unreadable("it crashes the reader or needs too much memory")


def _prepare(limits: Limits) -> None:
    """Prepare a new worker: silence its stderr, and limit its memory."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows, where sizes and time are the limits
        import signal  # noqa: PLC0415

        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _lower(resource.RLIMIT_AS, limits.memory_max_bytes + _BESIDE_READING_BYTES)
        _lower(resource.RLIMIT_CORE, 0)


def _limit_seconds(limits: Limits) -> None:
    """Limit the processor time of the next file, on top of what the worker has used."""
    if sys.platform != "win32" and multiprocessing.parent_process() is not None:
        import resource  # noqa: PLC0415

        used = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + limits.seconds_max + 1)


def _lower(kind: int, limit: int) -> None:
    import resource  # noqa: PLC0415

    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
