"""A kill, an I/O error, a full disk at every single call that an import makes to the disk."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.cli.harness import importing
from tests.store.ledgers import new_path
from tools.torture.recording import calls_of
from tools.torture.rosters import Tried, acknowledged, broken, write_rosters

FILES, ROWS = 4, 5
WAYS = ("kill", "torn", "eio", "enospc")
_KILLED = -9
_REFUSED = 3


def fail_everywhere(folder: Path, shim: Path, every: int = 1, more: Mapping[str, str] | None = None) -> Tried:
    """Let every ``every``-th call go wrong in each of the four ways, one import for each.

    ``more``: of the environment, for the negative control.
    """
    rosters = write_rosters(folder / "rosters", FILES, ROWS)
    empty = new_path(folder, "empty.db")
    env = {"LD_PRELOAD": str(shim), **(more or {})}

    def run(way: str, at: int) -> tuple[str, str | None, int]:
        home = folder / f"{way}-{at}"
        home.mkdir()
        place = Path(shutil.copy(empty, home / "aidledger.db"))
        watch = {"TORTURE_FOLDER": str(home), "TORTURE_AT": str(at), "TORTURE_HOW": way}
        log = folder / f"{way}-{at}.log"
        process = importing(place, rosters, **env, **watch, TORTURE_LOG=str(log))
        said, error = process.communicate()
        calls = sum(call.what != "said" for call in calls_of(log))
        wrong = broken(place, rosters, acknowledged(said), ROWS)
        if wrong is None and at:
            unsaid = process.returncode not in {0, _KILLED, _REFUSED} or "Traceback" in error
            wrong = f"exit code {process.returncode}: {error[-200:]}" if unsaid else None
        shutil.rmtree(home)
        log.unlink()
        return f"{way} at call {at}", wrong, calls

    _, wrong, calls = run("none", 0)
    done = Tried(0, [] if wrong is None else [f"without a fault: {wrong}"])
    with ThreadPoolExecutor(2) as pool:
        tries = [(way, at) for way in WAYS for at in range(1, calls + 1, every)]
        for what, wrong, _ in pool.map(lambda one: run(*one), tries):
            done.tried += 1
            if wrong is not None:
                done.broken.append(f"{what} of {calls}: {wrong}")
    return done
