"""An import that is interrupted at any moment: by kill -9, by Ctrl-C, by SIGTERM."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from aidledger.errors import Interrupted
from tests.cli.harness import importing
from tests.store.ledgers import copied, new_place
from tools.torture.rosters import Tried, acknowledged, broken, write_rosters

FILES, ROWS = 12, 40
REFUSED = 3
# A file is written to the ledger in about that time.
_COMMITTING_SECONDS = 0.01
Process = subprocess.Popen[str]


def kill_imports(folder: Path, times: int, seed: int, more: Mapping[str, str] | None = None) -> Tried:
    """Kill an import so many times, spread evenly over its duration; every other time while a file is committed."""

    def kill(process: Process, _number: int) -> None:
        os.killpg(process.pid, signal.SIGKILL)

    return _interrupt_imports(folder, times, seed, kill, more)


def stop_imports(folder: Path, times: int, seed: int, more: Mapping[str, str] | None = None) -> Tried:
    """Ask an import to stop, as often and as evenly: it must say so, end with exit code 3, and leave no traceback."""

    def stop(process: Process, number: int) -> None:
        if number % 3 == 0:  # Ctrl-C as a terminal sends it, to the workers, too
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT if number % 3 == 1 else signal.SIGTERM)

    return _interrupt_imports(folder, times, seed, stop, more, until=listens, unsaid=_unsaid)


def listens(process: Process) -> None:
    """Wait until the program answers signals: before, Python itself is being loaded, and does it its own way. Linux."""
    status = Path(f"/proc/{process.pid}/status")
    bit = 1 << (signal.SIGTERM - 1)
    while process.poll() is None:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt:"))
        if int(caught.split()[1], 16) & bit:
            return


def _unsaid(exit_code: int, said: str, error: str) -> str | None:
    """What is wrong with what a stopped import said: stopped and nothing else, or done before it heard."""
    if (exit_code, error.strip()) == (REFUSED, f"Error: {Interrupted.template()}"):
        return None
    if (exit_code, error) == (0, "") and "Receipt: " in said:
        return None
    return f"exit code {exit_code}: {error[-300:]}"


def _interrupt_imports(
    folder: Path,
    times: int,
    seed: int,
    interrupt: Callable[[Process, int], None],
    more: Mapping[str, str] | None,
    until: Callable[[Process], None] = lambda _process: None,
    unsaid: Callable[[int, str, str], str | None] = lambda _code, _said, _error: None,
) -> Tried:
    rosters = write_rosters(folder / "rosters", FILES, ROWS)
    empty = new_place(folder, "empty.db")
    began = time.monotonic()
    importing(copied(empty, folder, "whole.db"), rosters).communicate()
    lasts = time.monotonic() - began
    rng, done = random.Random(seed), Tried()
    for number in range(times):
        home = folder / str(number)
        home.mkdir()
        place = copied(empty, home)
        wait = lasts * (number + rng.random()) / times
        process = importing(place, rosters, **(more or {}))
        until(process)
        time.sleep(wait)
        if number % 2 and "://" not in place:
            _until_written_to(process, home / "aidledger.db")
            time.sleep(rng.uniform(0, _COMMITTING_SECONDS))
        with suppress(ProcessLookupError):
            interrupt(process, number)
        said, error = process.communicate()
        done.tried += 1
        wrong = broken(place, rosters, acknowledged(said), ROWS) or unsaid(process.returncode, said, error)
        left = {path.name for path in home.iterdir()} - {"aidledger.db"}
        if wrong or left:
            done.broken.append(f"interrupted after {wait:.3f} s: {wrong or f'left behind: {left}'}")
    return done


def _until_written_to(process: Process, ledger: Path) -> None:
    """Wait until the ledger is written to, or the process has ended."""
    journal, before = ledger.with_name(f"{ledger.name}-journal"), ledger.stat().st_mtime_ns
    while process.poll() is None and not journal.exists() and ledger.stat().st_mtime_ns == before:
        time.sleep(0.0002)
