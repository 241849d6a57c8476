"""Whole copies of a SQLite ledger's file: made by SQLite's own online backup, proved, put in place at once."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from aidledger import private
from aidledger.domain.secret import Secret
from aidledger.errors import BackupElsewhere, CopyFaulty, FileExists, LedgerLocked
from aidledger.store.chain import events
from aidledger.store.chain.seals import SealKey
from aidledger.store.database import files
from aidledger.store.database.keys import NO_KEYS, Keys
from aidledger.store.database.meanings import told
from aidledger.store.database.waiting import BUSY_TIMEOUT_MS
from aidledger.store.ledger import Books, Ledger, open_ledger
from aidledger.store.verifying.verify import Verdict, verify

PAGES_AT_ONCE = 1_000
_WAIT_SECONDS = 0.1
_BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole, proved copy: where it is, what it holds and the head it ends with."""

    path: Path
    batches: int
    entries: int
    head: str


def pages(source: sqlite3.Connection, target: sqlite3.Connection, path: object) -> None:
    """Copy every page in one transaction of the target's; raises LedgerLocked where somebody keeps it too long."""
    source.backup(target, pages=PAGES_AT_ONCE, sleep=_WAIT_SECONDS, progress=patience(path))


def patience(path: object) -> Callable[[int, int, int], None]:
    """Python's copy waits for a lock for ever; this gives up as every other command does."""
    waited_since: float | None = None

    def progress(state: int, _remaining: int, _total: int) -> None:
        nonlocal waited_since
        if state not in _BUSY:
            waited_since = None
        elif waited_since is None:
            waited_since = time.monotonic()
        elif time.monotonic() - waited_since > BUSY_TIMEOUT_MS / 1_000:
            raise LedgerLocked(path=path)

    return progress


def copy_pages(source: sqlite3.Connection, part: Path, secret: Secret | None, named: Path) -> None:
    """Copy a database, with the key that it has, into a file that is there already and empty, down to the disk.

    ``named`` is what messages call it. Raises LedgerFull, LedgerLocked, LedgerFailed, OSError.
    """
    with told(named, secret), closing(files.connected(part, secret)) as target:
        target.execute("PRAGMA synchronous=EXTRA")
        pages(source, target, part)
    private.flush(part)


def prove(
    part: Path, named: Path, actor: str, clock: Callable[[], datetime], keys: Keys = NO_KEYS, head: str | None = None
) -> Snapshot:
    """Check a copy by SQLite's own check and by ours, and that it ends with ``head``.

    ``named`` is what messages call it. Its seals are judged by who has a key that sealed something in it: an older
    backup is from before the key. Raises CopyFaulty, LedgerForeign, LedgerOlder, LedgerNewer.
    """
    ledger = open_ledger(str(part), actor, clock, keys=keys)
    try:
        with ledger.reading("open") as books:
            sound = books.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            verdict: Verdict = verify(books, head, _judging(ledger, books))
    finally:
        ledger.close()
    faults = len(verdict.faults) + (not sound) + (head is not None and verdict.head != head)
    if faults:
        raise CopyFaulty(path=named, faults=faults)
    return Snapshot(named, verdict.batches, verdict.entries, verdict.head)


def _judging(ledger: Ledger, books: Books) -> SealKey | None:
    names = events.sealers(books)
    key = ledger.seal_key if names else None
    return key if key is not None and key.fingerprint in names else None


def back_up(ledger: Ledger, target: Path) -> Snapshot:
    """Copy a ledger that may be in use to a file that is not there yet, and prove the copy; encrypted as the ledger is.

    The copy is the ledger as it was at one moment: an equal head says so, and no seal need be judged. Raises
    BackupElsewhere, FileExists, CannotWrite, CopyFaulty, LedgerLocked.
    """
    if ledger.engine.dialect.name != "sqlite":
        raise BackupElsewhere(path=ledger.place)
    if os.path.lexists(target):
        raise FileExists(path=target)
    with private.unfinished(target) as part:
        with ledger.reading("copy") as books:
            head = events.head(books)
            driver = cast("sqlite3.Connection", books.connection.driver_connection)
            copy_pages(driver, part, ledger.secret, target)
        snapshot = prove(part, target, ledger.actor, ledger.clock, Keys(ledger.keys.file), head)
        private.publish(part, target)
    return snapshot
