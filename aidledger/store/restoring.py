"""A backup put in a ledger's place, the ledger that was there kept under another name.

The backup is written over the ledger by SQLite's own copy, in one transaction of the ledger's file, as an import is:
other programs that have the ledger open see the one or the other, and a process that is killed half-way leaves a
journal from which the next one to open the file makes the old ledger whole. A file renamed over an open database
would leave their writes in the old one. Only what SQLite cannot read is renamed over.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from urllib.parse import quote

from aidledger import private
from aidledger.errors import (
    BackupIsLedger,
    BackupOlder,
    CannotRead,
    LedgerFailed,
    LedgerForeign,
    LedgerLocked,
    LedgerMissing,
    LedgerNewer,
    LedgerReadOnly,
    NewerDiscarded,
    NewerUnknown,
    RestoreElsewhere,
)
from aidledger.store import engine as engines
from aidledger.store import snapshots
from aidledger.store.ledger import REVISION, Ledger
from aidledger.store.snapshots import Snapshot
from aidledger.store.waiting import BUSY_TIMEOUT_MS

_EVENTS = "SELECT digest, batch_id FROM event ORDER BY id"


@dataclass(frozen=True, slots=True)
class Lost:
    """What a ledger has that its backup has not; None: it cannot be read."""

    batches: int
    events: int


@dataclass(frozen=True, slots=True)
class Restored:
    """The ledger as it is now; where the one of before is kept (None: there was none); what the new one lacks of it."""

    now: Snapshot
    kept: Path | None
    lost: Lost | None


def restore(place: str, backup: Path, actor: str, clock: Callable[[], datetime], *, discard_newer: bool) -> Restored:
    """Put a proved backup in the place of a ledger.

    Raises RestoreElsewhere, BackupIsLedger, LedgerMissing, LedgerForeign, BackupOlder, LedgerNewer, CopyFaulty;
    NotNamed, OtherRole; NewerDiscarded and NewerUnknown unless what is newer may go; LedgerLocked, LedgerReadOnly,
    CannotWrite.
    """
    url = engines.ledger_url(place)
    if url.get_backend_name() != "sqlite":
        raise RestoreElsewhere(path=engines.shown(url))
    target = Path(str(url.database))
    _require_backup(backup)
    if target.exists() and target.samefile(backup):
        raise BackupIsLedger(path=backup)
    _require_leave(Ledger(engines.connect(url), str(target), actor, clock))
    moment = clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = target.with_name(f"{target.name}.before-restore-{moment}")
    with private.unfinished(target) as part:
        with _reading(backup) as source:
            snapshots.copy_pages(source, part)
        now = snapshots.prove(part, backup, actor, clock)
        now = Snapshot(target, now.batches, now.entries, now.head)
        if not os.path.lexists(target):
            private.publish(part, target)
            return Restored(now, None, Lost(0, 0))
        with _held(target) as ledger:
            lost = None if ledger is None else _lost(ledger, part)
            if not discard_newer:
                _require_nothing_lost(lost, target)
            if ledger is None:
                _rename_over(part, target, kept)
            else:
                _keep(ledger, kept)
                _overwrite(part, ledger, target)
    return Restored(now, kept, lost)


def _require_leave(ledger: Ledger) -> None:
    """Ask the ledger that is there who may replace it; one that cannot be read any more has nobody to name.

    Raises NotNamed, OtherRole.
    """
    try:
        if os.path.lexists(ledger.place):
            with ledger.reading("restore"):
                pass
    except (LedgerForeign, LedgerFailed):
        return
    finally:
        ledger.close()


def _require_backup(backup: Path) -> None:
    """Refuse what is no ledger of this version."""
    url = engines.ledger_url(str(backup))
    try:
        engines.require_file(url)
        if not engines.looks_like_sqlite(url):
            raise LedgerForeign(path=backup)
        with _reading(backup) as books:
            found = str(books.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except LedgerMissing:
        raise CannotRead(path=backup, reason=os.strerror(2)) from None
    except OSError as error:
        raise CannotRead(path=backup, reason=error.strerror or "") from error
    except (sqlite3.Error, TypeError) as error:
        raise LedgerForeign(path=backup) from error
    if found != REVISION:
        older = found.isdigit() and int(found) < int(REVISION)
        raise (BackupOlder if older else LedgerNewer)(path=backup, found=found, wanted=REVISION)


@contextmanager
def _reading(backup: Path) -> Iterator[sqlite3.Connection]:
    """A backup as it lies there: nothing is written to it, it may be on a disc that takes no writing."""
    with closing(sqlite3.connect(f"file:{quote(str(backup.absolute()))}?mode=ro", uri=True)) as books:
        yield books


@contextmanager
def _held(target: Path) -> Iterator[sqlite3.Connection | None]:
    """The ledger, locked against everybody until the block ends; None where it cannot be read as a database."""
    with closing(sqlite3.connect(target, timeout=BUSY_TIMEOUT_MS / 1_000, isolation_level=None)) as ledger:
        yield ledger if _locked(ledger, target) else None


def _locked(ledger: sqlite3.Connection, target: Path) -> bool:
    try:
        # In this mode the lock of the first transaction outlasts it; the copy cannot begin inside a transaction.
        for pragma in ("locking_mode=EXCLUSIVE", "synchronous=EXTRA", "secure_delete=ON"):
            ledger.execute(f"PRAGMA {pragma}")
        ledger.execute("BEGIN EXCLUSIVE")
        ledger.execute("COMMIT")
        return bool(ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise LedgerLocked(path=target) from error
        if "readonly" in str(error) or "unable to open" in str(error):
            raise LedgerReadOnly(path=target) from error
        return False
    except sqlite3.DatabaseError:
        return False


def _lost(ledger: sqlite3.Connection, part: Path) -> Lost | None:
    """What follows the last event that both chains have; each digest stands for all before it."""
    try:
        with closing(sqlite3.connect(part)) as backup:
            pairs = zip_longest(ledger.execute(_EVENTS), backup.execute(_EVENTS))
            apart = [mine for mine, other in pairs if mine is not None and (other is None or mine[0] != other[0])]
    except sqlite3.Error:
        return None
    return Lost(sum(batch is not None for _, batch in apart), len(apart))


def _require_nothing_lost(lost: Lost | None, target: Path) -> None:
    if lost is None:
        raise NewerUnknown(path=target)
    if lost.events:
        raise NewerDiscarded(path=target, batches=lost.batches, events=lost.events)


def _keep(ledger: sqlite3.Connection, kept: Path) -> None:
    """A whole copy of the ledger under its other name."""
    with private.unfinished(kept) as part:
        snapshots.copy_pages(ledger, part)
        private.publish(part, kept)


def _overwrite(part: Path, ledger: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(part)) as source:
        snapshots.pages(source, ledger, target)


def _rename_over(part: Path, target: Path, kept: Path) -> None:
    """Put the new file where there is none that SQLite can read.

    An old journal must go before: SQLite would play it into the new file.
    """
    with private.unfinished(kept) as copy:
        shutil.copyfile(target, copy)
        private.flush(copy)
        private.publish(copy, kept)
    journal = target.with_name(f"{target.name}-journal")
    with contextlib.suppress(FileNotFoundError):
        journal.replace(kept.with_name(f"{kept.name}-journal"))
        private.flush(target.parent)
    part.replace(target)
    private.flush(target.parent)
