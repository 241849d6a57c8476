"""What is imported while things go wrong, and what must be true of the ledger afterwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from aidledger.errors import AidLedgerError
from aidledger.operations import ledgers
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx
from tests.cli.harness import environment
from tests.store.ledgers import Place, bring_in_all, opened


def write_rosters(folder: Path, files: int, rows: int) -> Path:
    """A folder of rosters, named in the order in which they are imported."""
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:02d}.xlsx").write_bytes(roster_xlsx(rows, first=number * rows))
    return folder


def unsafe(pragma: str) -> dict[str, str]:
    """The environment of an import on a ledger with a setting that it must not have, for negative controls."""
    here = Path(__file__).parent
    return {"PYTHONPATH": os.pathsep.join((str(here / "unsafe"), str(here.parents[1]))), "TORTURE_PRAGMA": pragma}


def importing(place: Place, folder: Path, **env: str) -> subprocess.Popen[str]:
    """The import of a folder in a process of its own; a line on stdout for each file that is done."""
    command = [sys.executable, "-m", "aidledger", "--ledger", str(place), "import", str(folder), "--workers", "1"]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**env),
        encoding="utf-8",
        start_new_session=True,
    )


def acknowledged(said: str) -> set[str]:
    """The files that the clerk was told are posted: the lines of an import that begin so."""
    return {Path(line.split()[1]).name for line in said.splitlines() if line.startswith("✓ ") and ".xlsx " in line}


def broken(place: Place, folder: Path, told: set[str], rows: int) -> str | None:
    """What is wrong with a ledger after all, or None: whole files, none lost that was told of, the rest to be had."""
    try:
        with closing(opened(place)) as ledger:
            return next(_wrongs(ledger, folder, told, rows), None)
    except (AidLedgerError, sqlite3.Error) as error:
        return f"{type(error).__name__}: {error}"


def _wrongs(ledger: Ledger, folder: Path, told: set[str], rows: int) -> Iterator[str]:
    for fault in ledgers.verify(ledger).faults:
        yield f"verify: {fault.what}"
    batches = ledgers.batches(ledger)
    there = {str(batch.file) for batch in batches}
    if told - there:
        yield f"told of, and lost: {', '.join(sorted(told - there))}"
    if any(batch.entries != rows for batch in batches) or len(there) != len(batches):
        yield "a file in part, or twice"
    again = bring_in_all(ledger, {path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    outcomes = [result.outcome for result in again]
    if outcomes.count("unchanged") != len(there) or set(outcomes) - {"unchanged", "posted"}:
        yield f"the second run: {outcomes}"
    verdict = ledgers.verify(ledger)
    if verdict.faults or verdict.entries != rows * len(again):
        yield "after the second run: not every row once"
