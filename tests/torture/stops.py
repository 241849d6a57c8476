"""Ctrl-C, to the program alone or to all of a terminal's processes, and SIGTERM at any moment of an import. Linux."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from aidledger.errors import Interrupted
from tests.store.ledgers import copied, new_place
from tests.torture.kills import FILES, ROWS, Tried, until_written_to
from tests.torture.rosters import acknowledged, broken, importing, write_rosters

REFUSED = 3


def listens(process: subprocess.Popen[str]) -> None:
    """Wait until the program answers signals: before, Python itself is still being loaded and does it its own way."""
    status = Path(f"/proc/{process.pid}/status")
    bit = 1 << (signal.SIGTERM - 1)
    while process.poll() is None:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt:"))
        if int(caught.split()[1], 16) & bit:
            return


def stop_imports(folder: Path, times: int, seed: int, more: Mapping[str, str] | None = None) -> Tried:
    """Stop an import ``times`` times, spread evenly over its duration; every other time while a file is committed."""
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
        listens(process)
        time.sleep(wait)
        if number % 2 and "://" not in place:
            until_written_to(process, home / "aidledger.db")
        if process.poll() is None:
            _stop(process, number)
        said, error = process.communicate()
        done.tried += 1
        wrong = broken(place, rosters, acknowledged(said), ROWS) or _unsaid(process.returncode, said, error)
        if wrong is not None:
            done.broken.append(f"stopped after {wait:.3f} s: {wrong}")
    return done


def _stop(process: subprocess.Popen[str], number: int) -> None:
    """Ctrl-C as a terminal sends it, as a script sends it, and what a system sends that is shut down."""
    if number % 3 == 0:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT if number % 3 == 1 else signal.SIGTERM)


def _unsaid(exit_code: int, said: str, error: str) -> str | None:
    """What is wrong with what a stopped import said: stopped and nothing else, or done before it heard."""
    if (exit_code, error.strip()) == (REFUSED, f"Error: {Interrupted.template()}"):
        return None
    if (exit_code, error) == (0, "") and "Receipt: " in said:
        return None
    return f"exit code {exit_code}: {error[-300:]}"
