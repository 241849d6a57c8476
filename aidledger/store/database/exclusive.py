"""An exclusive lock on a ledger's file, for transactions that replace all of its pages."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from aidledger.domain.secret import Secret
from aidledger.errors import KeyWrong, LedgerLocked, LedgerReadOnly
from aidledger.store.database import files
from aidledger.store.database.waiting import BUSY_TIMEOUT_MS

_BEGIN_BYTES = 8


@contextmanager
def held(target: Path, secret: Secret | None) -> Iterator[sqlite3.Connection | None]:
    """The ledger, locked until the block ends; None if it is no readable database, or has another key.

    Raises LedgerLocked, LedgerReadOnly.
    """
    try:
        with _reasons(target, secret):
            opened = files.connected(target, secret, timeout=BUSY_TIMEOUT_MS / 1_000, isolation_level=None)
    except (KeyWrong, files.driver(secret).DatabaseError):
        yield None
        return
    with closing(opened) as ledger:
        locked = _locked(ledger, target, secret)
        try:
            yield ledger if locked else None
        finally:
            if locked:
                _clear_journal(target)


def _locked(ledger: sqlite3.Connection, target: Path, secret: Secret | None) -> bool:
    try:
        with _reasons(target, secret):
            # In this mode the lock outlasts the transaction that takes it: a backup cannot start inside one.
            for pragma in ("locking_mode=EXCLUSIVE", "synchronous=EXTRA", "secure_delete=ON"):
                ledger.execute(f"PRAGMA {pragma}")
            ledger.execute("BEGIN EXCLUSIVE")
            ledger.execute("COMMIT")
            return bool(ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except files.driver(secret).DatabaseError:
        return False


def _clear_journal(target: Path) -> None:
    """Remove the journal of a committed transaction, which SQLite keeps in this mode with a zeroed header.

    A journal with a header is hot: its transaction was neither committed nor rolled back.
    """
    journal = target.with_name(f"{target.name}-journal")
    with contextlib.suppress(OSError):
        with journal.open("rb") as file:
            ended = not any(file.read(_BEGIN_BYTES))
        if ended:
            journal.unlink()


@contextmanager
def _reasons(target: Path, secret: Secret | None) -> Iterator[None]:
    """Translate the driver's errors of locked and unwritable files; let others pass."""
    try:
        yield
    except files.driver(secret).OperationalError as error:
        if "locked" in str(error):
            raise LedgerLocked(path=target) from error
        if "readonly" in str(error) or "unable to open" in str(error):
            raise LedgerReadOnly(path=target) from error
        raise
