"""What is imported while things go wrong, and what must be true of the ledger afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from aidledger.errors import AidLedgerError
from aidledger.operations import ledgers
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx
from tests.store.ledgers import Place, bring_in_all, opened


@dataclass(slots=True)
class Tried:
    """How often something was tried, and what was broken by it."""

    tried: int = 0
    broken: list[str] = field(default_factory=list)


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
        yield f"verify: {fault.what.format(batch=fault.batch, entry=fault.entry, **fault.facts)}"
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
