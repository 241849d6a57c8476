"""Kill -9 at any moment of the import of a folder."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.store.ledgers import copied, new_place
from tests.torture.rosters import acknowledged, broken, importing, write_rosters

FILES, ROWS = 12, 40


@dataclass(slots=True)
class Tried:
    """How often something was tried, and what was broken by it."""

    tried: int = 0
    broken: list[str] = field(default_factory=list)


def until_written_to(process: subprocess.Popen[str], ledger: Path) -> None:
    """Wait until the ledger is written to, or the process has ended."""
    journal, before = ledger.with_name(f"{ledger.name}-journal"), ledger.stat().st_mtime_ns
    while process.poll() is None and not journal.exists() and ledger.stat().st_mtime_ns == before:
        time.sleep(0.0002)


def _killed(process: subprocess.Popen[str], ledger: Path, wait: float, *, in_commit: bool) -> str:
    """Kill after a while; or, from then on, as soon as the ledger is written to. What had been told until then."""
    time.sleep(wait)
    if in_commit:
        until_written_to(process, ledger)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


def kill_imports(folder: Path, times: int, seed: int, more: Mapping[str, str] | None = None) -> Tried:
    """Kill an import ``times`` times, spread evenly over its duration; every other time while a file is committed."""
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
        said = _killed(process, home / "aidledger.db", wait, in_commit="://" not in place and number % 2 == 1)
        done.tried += 1
        if (wrong := broken(place, rosters, acknowledged(said), ROWS)) is not None:
            done.broken.append(f"killed after {wait:.3f} s: {wrong}")
    return done
