"""Reading and checking rosters in worker processes with limits.

calamine panics, aborts or hangs on some 20 of 2,774 real and hostile workbooks, and no ``except`` helps against an
abort. So a file is read in a process whose death is the file's problem; the same processes are the second core.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from pebble import ProcessExpired, ProcessPool

from aidledger.catalogue.catalogue import Catalogue
from aidledger.checks import problems_of
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile
from aidledger.operations.files import SourceFile
from aidledger.sheets.failures import FileRefused
from aidledger.sheets.grid import read_grid
from aidledger.sheets.limits import Limits
from aidledger.sheets.reader import Hints, read_roster

WORKERS_MAX = 4
_JOBS_PER_WORKER = 3
Examined = tuple[SourceFile, RosterFile]


def default_workers() -> int:
    """As many as there are cores, but not more than one writer can keep busy."""
    return max(1, min(WORKERS_MAX, os.cpu_count() or 1))


def examine(content: bytes, path: str, catalogue: Catalogue, hints: Hints, limits: Limits) -> RosterFile:
    """Read and check one file: what a worker does. Whatever the reader does to itself is the file's problem."""
    _limit_seconds(limits)
    try:
        file = read_roster(read_grid(content, limits), path, catalogue, hints)
    except FileRefused as refusal:
        return RosterFile(problems=[refusal.problem])
    except MemoryError:
        return RosterFile(problems=[_too_large("the memory it needs", limits)])
    except RecursionError:
        return RosterFile(problems=[_unreadable("it is nested too deeply")])
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # what Rust's panics are called; no class to import
            raise
        return RosterFile(problems=[_unreadable("it makes the reader fail")])
    file.problems.extend(problems_of(file, catalogue))
    return file


def examined(
    sources: Iterable[SourceFile], catalogue: Catalogue, hints: Hints, limits: Limits, workers: int
) -> Iterator[Examined]:
    """Each file with what was read of it, in the order given, whatever the number of workers."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(max_workers=workers, initializer=_prepare, initargs=(limits,), context=context)
    waiting: deque[tuple[SourceFile, Any]] = deque()
    try:
        for source in sources:
            arguments = (source.content, source.shown, catalogue, hints, limits)
            waiting.append((source, pool.schedule(examine, args=arguments, timeout=limits.seconds_max)))
            if len(waiting) >= workers * _JOBS_PER_WORKER:
                yield _result(*waiting.popleft(), limits)
        while waiting:
            yield _result(*waiting.popleft(), limits)
        pool.close()  # type: ignore[no-untyped-call]
    except BaseException:
        pool.stop()  # type: ignore[no-untyped-call]
        raise
    finally:
        pool.join()


def run_guarded(function: Callable[..., Any], *arguments: object, limits: Limits) -> Any:  # noqa: ANN401
    """Run a reader once in a limited process; raises FileRefused where it does not come back."""
    context = multiprocessing.get_context("spawn")
    with ProcessPool(max_workers=1, initializer=_prepare, initargs=(limits,), context=context) as pool:
        try:
            return pool.schedule(function, args=arguments, timeout=limits.seconds_max).result()
        except FutureTimeout:
            raise FileRefused("file-too-large", **_too_slow(limits).facts) from None
        except ProcessExpired:
            raise FileRefused("unreadable-file", **_dead().facts) from None


def _result(source: SourceFile, future: Any, limits: Limits) -> Examined:  # noqa: ANN401 - pebble's future
    try:
        return source, future.result()
    except FutureTimeout:
        return source, RosterFile(problems=[_too_slow(limits)])
    except ProcessExpired:
        return source, RosterFile(problems=[_dead()])


def _unreadable(why: str) -> Problem:
    return Problem("unreadable-file", facts={"why": why})


def _too_large(what: str, limits: Limits) -> Problem:
    return Problem("file-too-large", facts={"what": what, "limit": f"{limits.memory_max_bytes >> 20} MiB"})


def _too_slow(limits: Limits) -> Problem:
    return Problem("file-too-large", facts={"what": "the time it takes", "limit": f"{limits.seconds_max} s"})


def _dead() -> Problem:
    return _unreadable("it brings the reader down, or needs more memory than it may have")


def _prepare(limits: Limits) -> None:
    """In a new worker: nothing of a reader's last words on the clerk's screen, and no more memory than allowed."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows, where sizes and time are the limits
        import signal  # noqa: PLC0415

        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _lower(resource.RLIMIT_AS, limits.memory_max_bytes)
        _lower(resource.RLIMIT_CORE, 0)


def _limit_seconds(limits: Limits) -> None:
    """So much processor time for the next file: counted from what the worker has used."""
    if sys.platform != "win32" and multiprocessing.parent_process() is not None:
        import resource  # noqa: PLC0415

        used = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + limits.seconds_max + 1)


def _lower(kind: int, wanted: int) -> None:
    import resource  # noqa: PLC0415

    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
