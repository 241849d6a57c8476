"""Whole copies of a SQLite ledger: made by SQLite's online backup, verified, and published atomically."""

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
from aidledger.store.database.meanings import translated
from aidledger.store.database.waiting import BUSY_TIMEOUT_MS
from aidledger.store.ledger import Books, Ledger, open_ledger
from aidledger.store.verifying.verify import Verdict, verify

PAGES_AT_ONCE = 1_000
_WAIT_SECONDS = 0.1
_BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole, verified copy: its path, its size and its head."""

    path: Path
    batches: int
    entries: int
    head: str


def pages(source: sqlite3.Connection, target: sqlite3.Connection, path: object) -> None:
    """Copy every page in one transaction of the target; raises LedgerLocked if the wait for a lock times out."""
    source.backup(target, pages=PAGES_AT_ONCE, sleep=_WAIT_SECONDS, progress=patience(path))


def patience(path: object) -> Callable[[int, int, int], None]:
    """A progress callback with a timeout: Python's backup itself waits for a lock without end."""
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
    """Copy a database with its key into an existing empty file, and sync it to disk.

    ``named``: what messages call the file. Raises LedgerFull, LedgerLocked, LedgerFailed, OSError.
    """
    with translated(named, secret), closing(files.connected(part, secret)) as target:
        target.execute("PRAGMA synchronous=EXTRA")
        pages(source, target, part)
    private.flush(part)


def prove(
    part: Path, named: Path, actor: str, clock: Callable[[], datetime], keys: Keys = NO_KEYS, head: str | None = None
) -> Snapshot:
    """Verify a copy with SQLite's integrity check and our own, and that it ends with ``head``.

    ``named``: what messages call the file. Seals are checked only with a key that sealed something in the copy: an
    older backup may precede the key. Raises CopyFaulty, LedgerForeign, LedgerOlder, LedgerNewer.
    """
    ledger = open_ledger(str(part), actor, clock, keys=keys)
    try:
        with ledger.reading("open") as books:
            sound = books.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            verdict: Verdict = verify(books, head, _matching_key(ledger, books))
    finally:
        ledger.close()
    faults = len(verdict.faults) + (not sound) + (head is not None and verdict.head != head)
    if faults:
        raise CopyFaulty(path=named, faults=faults)
    return Snapshot(named, verdict.batches, verdict.entries, verdict.head)


def _matching_key(ledger: Ledger, books: Books) -> SealKey | None:
    fingerprints = events.sealers(books)
    key = ledger.seal_key if fingerprints else None
    return key if key is not None and key.fingerprint in fingerprints else None


def back_up(ledger: Ledger, target: Path) -> Snapshot:
    """Back up a ledger that may be in use to a new file, and verify the copy; encrypted if the ledger is.

    An equal head proves that the copy is a snapshot of the ledger, so no seal need be checked. Raises BackupElsewhere,
    FileExists, CannotWrite, CopyFaulty, LedgerLocked.
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
