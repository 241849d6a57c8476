"""``python -m tools.bench.encryption``: what an encrypted ledger costs beside a plain one, in seconds of processor.

Processor, not wall: three kinds of ledgers take turns, and whatever else the machine does meanwhile counts for none.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from aidledger.domain.secret import Secret
from aidledger.operations import ledgers
from aidledger.store.database.keys import NO_KEYS, Keys
from aidledger.store.ledger import open_ledger
from tests.builders import roster_xlsx
from tests.cli.harness import importing
from tests.store.ledgers import ACTOR, catalogue, clock

FILES, ROWS, ROUNDS = 40, 250, 3
KINDS = {"plain": None, "key of 32 bytes": Secret.random(), "passphrase": Secret("twelve characters or more")}


def measured(folder: Path) -> dict[str, tuple[float, float, float]]:
    """For each kind the least of some rounds: an import in a process of its own, opening, verifying."""
    rosters = folder / "rosters"
    rosters.mkdir()
    for number in range(FILES):
        (rosters / f"{number:02d}.xlsx").write_bytes(roster_xlsx(ROWS, first=1 + number * ROWS))
    rounds = [_round(folder / str(number), rosters) for number in range(ROUNDS)]
    return {kind: tuple(map(min, zip(*(one[kind] for one in rounds), strict=True))) for kind in KINDS}


def _round(folder: Path, rosters: Path) -> dict[str, tuple[float, float, float]]:
    folder.mkdir()
    return {kind: _one(folder / f"{kind}.db", secret, rosters) for kind, secret in KINDS.items()}


def _one(path: Path, secret: Secret | None, rosters: Path) -> tuple[float, float, float]:
    keys, encrypt, env = NO_KEYS, None, {}
    if secret is not None:
        key = path.with_suffix(".key")
        key.touch(0o600)
        key.write_text(secret.text, encoding="utf-8")
        keys, encrypt, env = Keys(lambda: secret), lambda: secret, {"AIDLEDGER_KEY_FILE": str(key)}
    ledgers.init(str(path), catalogue(), ACTOR, clock, keys, encrypt).close()
    before = os.times()
    importing(path, rosters, **env).communicate()
    after = os.times()
    brought_in = after.children_user + after.children_system - before.children_user - before.children_system
    opened = _seconds(lambda: open_ledger(str(path), ACTOR, clock, keys=keys).close())
    with closing(open_ledger(str(path), ACTOR, clock, keys=keys)) as ledger:
        verified = _seconds(lambda: ledgers.verify(ledger))
        assert ledgers.verify(ledger).entries == FILES * ROWS
    return brought_in, opened, verified


def _seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def main() -> None:
    """Print a table: seconds, and the ratio to the plain ledger."""
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder))
    print(f"{FILES} files of {ROWS} rows".ljust(20), *(name.rjust(16) for name in ("import", "open", "verify")))
    for kind, seconds in found.items():
        shown = (f"{mine:.3f} ({mine / plain:.2f})" for mine, plain in zip(seconds, found["plain"], strict=True))
        print(kind.ljust(20), *(one.rjust(16) for one in shown))


if __name__ == "__main__":
    main()
