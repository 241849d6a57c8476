"""Tries to break every promise, and prints what was tried and what held: ``make torture``; ``--short`` for a part."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

from aidledger.i18n import translator
from tests.cli.harness import environment
from tools.torture.claims import walk_on
from tools.torture.faults import fail_everywhere
from tools.torture.interruptions import kill_imports, stop_imports
from tools.torture.powerloss import cut_power
from tools.torture.recording import built
from tools.torture.rosters import Tried, unsafe

SEED = 20261124
CLAIMS_SECONDS = 3600
# With a cache of one page, what is not committed is written at once.
NO_JOURNAL, NO_SYNC, SQLITES_DEFAULT = "journal_mode=OFF;cache_size=1", "synchronous=OFF", "synchronous=FULL"


@dataclass(frozen=True, slots=True)
class Trial:
    """A promise, what tries to break it, and whether what is tried must break: a negative control."""

    promise: str
    run: Callable[[Path], Tried | None]
    control: bool = False


def trials(*, short: bool, claims_seconds: float = CLAIMS_SECONDS) -> list[Trial]:
    """All of them; in the short form, fewer tries of each. ``claims_seconds``: on both engines together."""
    kills, every, images, control = (12, 12, 60, 200) if short else (200, 1, 700, 500)
    control_kills = 60 if short else 200  # some ten to twenty in a hundred break it

    def with_shim(run: Callable[[Path, Path], Tried]) -> Callable[[Path], Tried | None]:
        def built_first(folder: Path) -> Tried | None:
            shim = built(folder)
            return None if shim is None else run(folder, shim)

        return built_first

    return [
        Trial("kill -9 of an import: whole files, the rest the second time", lambda at: kill_imports(at, kills, SEED)),
        Trial(
            "… without a journal it breaks",
            lambda at: kill_imports(at, control_kills, SEED, unsafe(NO_JOURNAL)),
            control=True,
        ),
        Trial("Ctrl-C and SIGTERM: one message, whole files", lambda at: stop_imports(at, kills, SEED)),
        Trial(
            "… without a journal it breaks",
            lambda at: stop_imports(at, control_kills, SEED, unsafe(NO_JOURNAL)),
            control=True,
        ),
        Trial(
            "kill, torn write, I/O error, full disk at every call to the disk",
            with_shim(lambda at, shim: fail_everywhere(at, shim, every)),
        ),
        Trial(
            "… without a journal it breaks",
            with_shim(lambda at, shim: fail_everywhere(at, shim, 3, unsafe(NO_JOURNAL))),
            control=True,
        ),
        Trial(
            "power cut: no file that was told of is lost", with_shim(lambda at, shim: cut_power(at, shim, images, SEED))
        ),
        Trial(
            "… with SQLite's default settings some are",
            with_shim(lambda at, shim: cut_power(at, shim, control, SEED, unsafe(SQLITES_DEFAULT))),
            control=True,
        ),
        Trial(
            "… without syncing it breaks",
            with_shim(lambda at, shim: cut_power(at, shim, control, SEED, unsafe(NO_SYNC))),
            control=True,
        ),
        *(
            Trial(
                f"claims: whatever is done in whatever order, what the rules say is due ({engine})",
                partial(walk_on, engine, seconds=claims_seconds / 2, first_seed=SEED),
            )
            for engine in ("sqlite", "postgresql")
        ),
    ]


# What the suite tries, by promise: the arguments of pytest and the engine.
IN_THE_SUITE = {
    "what was recorded is not changed, deleted, replaced": ["tests/store/test_immutability.py"],
    "verify names what was changed, removed, put in, swapped": [
        "tests/store/test_verify.py",
        "tests/store/test_guards.py",
    ],
    "verify names whatever is done to any column, key and row of any table": ["tests/store/test_closed_world.py"],
    "verify names whatever is done to the schema": ["tests/store/test_schema.py"],
    "no output is written over what is precious": ["tests/cli/test_outputs.py"],
    "killed while it writes, or on a full disk: whole or not there": ["tests/cli/test_unfinished.py"],
    "no command vouches for what was changed behind it": ["tests/store/test_vouching.py"],
    "a clock that goes back": ["tests/store/test_clocks.py"],
    "clerks at once, and verify beside them": ["tests/cli/test_clerks.py"],
    "backup, restore and copy are whole or not there": [
        "tests/store/test_snapshots.py",
        "tests/store/test_restoring.py",
        "tests/store/test_copying.py",
    ],
    "full disk, no permission, no ledger, older, newer": [
        "tests/store/test_connections.py",
        "tests/cli/test_exit_codes.py",
    ],
    "a chain that was made anew without the key is found": ["tests/store/test_seals.py"],
    "without its key an encrypted ledger tells nothing": ["tests/store/test_encryption.py", "tests/cli/test_keys.py"],
    "changing the key: one of the two opens all of it": ["tests/store/test_rekeying.py"],
    "who makes does not check": ["tests/cli/test_actors.py"],
    "what is removed of a person is gone": ["tests/cli/test_rights.py", "tests/cli/test_forgetting.py"],
    "a drive without locks is refused": ["tests/store/test_places.py"],
    "all that is written is its owner's alone": ["tests/cli/test_at_rest.py"],
    "no full number in any output": ["tests/cli/test_privacy.py", "tests/cli/test_masking.py"],
    "a file cannot harm the program": [
        "tests/sheets/test_foreign_workbooks.py",
        "tests/sheets/test_bombs.py",
        "tests/sheets/test_limits.py",
        "tests/sheets/test_untouched.py",
        "tests/cli/test_outgoing_files.py",
        "tests/cli/test_terminal.py",
    ],
}
ON_BOTH = (
    "tests/store/test_immutability.py",
    "tests/store/test_verify.py",
    "tests/store/test_closed_world.py",
    "tests/store/test_schema.py",
    "tests/store/test_clocks.py",
    "tests/cli/test_clerks.py",
    "tests/cli/test_kill.py",
    "tests/store/test_seals.py",
    "tests/cli/test_actors.py",
)


def _of_suite(folder: Path, arguments: list[str], engine: str) -> Tried:
    told = folder / "told.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={told}", *arguments]
    subprocess.run(command, env=environment(AIDLEDGER_TEST_ENGINE=engine), stdout=subprocess.DEVNULL, check=False)
    cases = list(ET.parse(told).getroot().iter("testcase"))  # noqa: S314 - pytest wrote it just now
    tried = [case for case in cases if case.find("skipped") is None]
    bad = [case for case in tried if case.find("failure") is not None or case.find("error") is not None]
    return Tried(len(tried), [str(case.get("name")) for case in bad])


def main() -> int:
    """Run them all; 1 if a promise was broken, or a negative control was not."""
    parser = argparse.ArgumentParser(prog="python -m tools.torture", description=translator("en")(__doc__))
    parser.add_argument("--short", action="store_true", help="fewer tries, and not what `make test` tries anyway")
    parser.add_argument("--claims-seconds", type=float, metavar="N", help="how long claims are tried, on both engines")
    parser.add_argument("--only", default="", metavar="TEXT", help="the trials whose promise contains this")
    asked = parser.parse_args()
    short = asked.short
    seconds = asked.claims_seconds or (60 if short else CLAIMS_SECONDS)
    held = True
    print(f"{'tried':>6} {'held':>6} {'seconds':>8}  promise")
    of_suite = [
        Trial(f"{promise} ({engine})", partial(_of_suite, arguments=paths, engine=engine))
        for engine in ("sqlite", "postgresql")
        for promise, paths in IN_THE_SUITE.items()
        if engine == "sqlite" or set(paths) & set(ON_BOTH)
    ]
    every = [*trials(short=short, claims_seconds=seconds), *([] if short else of_suite)]
    for trial in [one for one in every if asked.only in one.promise]:
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            done = trial.run(Path(folder))
        if done is None:
            print(f"{'—':>6} {'—':>6} {'—':>8}  {trial.promise}: not tried, there is no C compiler (or no Linux)")
            continue
        good = bool(done.broken) if trial.control else not done.broken
        held &= good
        seconds = time.monotonic() - began
        print(f"{done.tried:>6} {done.tried - len(done.broken):>6} {seconds:>8.1f}  {trial.promise}", flush=True)
        for wrong in [] if good else (done.broken or ["nothing broke: this harness could not fail"])[:5]:
            print(f"{'':>23} {wrong}")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
