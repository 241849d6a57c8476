"""Restoring a backup in a ledger's place; the ledger that was there is kept under another name.

SQLite's online backup overwrites the ledger in one transaction of its file: programs that have the ledger open see the
old content or the new, and a kill leaves a journal from which the next program to open the file recovers the old
ledger. Renaming a file over an open database would leave their writes in the old file. Only a file that SQLite cannot
read is replaced by renaming.
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
from aidledger.domain.secret import Secret
from aidledger.errors import (
    BackupIsLedger,
    BackupOlder,
    CannotRead,
    KeyWrong,
    LedgerFailed,
    LedgerForeign,
    LedgerMissing,
    LedgerNewer,
    NewerDiscarded,
    NewerUnknown,
    RestoreElsewhere,
    RestoreKeyed,
    RestoreMixed,
)
from aidledger.store.copies import snapshots
from aidledger.store.copies.snapshots import Snapshot
from aidledger.store.database import engine as engines
from aidledger.store.database import files
from aidledger.store.database.exclusive import held
from aidledger.store.database.keys import NO_KEYS, Keys
from aidledger.store.database.meanings import translated
from aidledger.store.ledger import REVISION, Ledger, secret_of

_EVENTS = "SELECT digest, batch_id FROM event ORDER BY id"


@dataclass(frozen=True, slots=True)
class Lost:
    """What a ledger has that its backup lacks."""

    batches: int
    events: int


@dataclass(frozen=True, slots=True)
class Restored:
    """The restored ledger, where the previous one is kept (None: there was none), and what was lost.

    ``lost`` None: the previous ledger cannot be read.
    """

    now: Snapshot
    kept: Path | None
    lost: Lost | None


def restore(
    place: str,
    backup: Path,
    actor: str,
    clock: Callable[[], datetime],
    keys: Keys = NO_KEYS,
    *,
    discard_newer: bool,
) -> Restored:
    """Verify a backup and restore it in a ledger's place. Both must be encrypted with one key, or neither.

    Raises RestoreElsewhere, BackupIsLedger, LedgerMissing, LedgerForeign, BackupOlder, LedgerNewer, CopyFaulty;
    NotNamed, OtherRole, KeyWanted, KeyWrong, RestoreKeyed, RestoreMixed; NewerDiscarded and NewerUnknown without
    ``discard_newer``; LedgerLocked, LedgerReadOnly, CannotWrite.
    """
    url = engines.ledger_url(place)
    if url.get_backend_name() != "sqlite":
        raise RestoreElsewhere(path=engines.display_name(url))
    target = Path(str(url.database))
    secret = _require_backup(backup, keys)
    if target.exists() and target.samefile(backup):
        raise BackupIsLedger(path=backup)
    _require_alike(backup, target, secret, keys)
    _require_leave(Ledger(engines.connect(url, secret), str(target), actor, clock), backup)
    moment = clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = target.with_name(f"{target.name}.before-restore-{moment}")
    with private.unfinished(target) as part:
        with _reading(backup, secret) as source:
            snapshots.copy_pages(source, part, secret, target)
        now = snapshots.prove(part, backup, actor, clock, keys)
        now = Snapshot(target, now.batches, now.entries, now.head)
        if not os.path.lexists(target):
            private.publish(part, target)
            return Restored(now, None, Lost(0, 0))
        with held(target, secret) as ledger:
            lost = None if ledger is None else _lost(ledger, part, secret)
            if not discard_newer:
                _require_nothing_lost(lost, target)
            if ledger is None:
                _rename_over(part, target, kept)
            else:
                _keep(ledger, kept, secret)
                try:
                    _overwrite(part, ledger, target, secret)
                except BaseException:
                    kept.unlink(missing_ok=True)  # the ledger is unchanged and needs no copy
                    raise
    return Restored(now, kept, lost)


def _require_leave(ledger: Ledger, backup: Path) -> None:
    """Check the actor's role in the present ledger; anybody may replace an unreadable one.

    A ledger with another key than its backup does not count as unreadable. Raises NotNamed, OtherRole, RestoreKeyed.
    """
    try:
        if os.path.lexists(ledger.place):
            ledger.require("restore")
    except KeyWrong as error:
        if files.may_be_encrypted(Path(ledger.place)):
            raise RestoreKeyed(backup=backup, path=ledger.place) from error
    except (LedgerForeign, LedgerFailed):
        return
    finally:
        ledger.close()


def _require_backup(backup: Path, keys: Keys) -> Secret | None:
    """The key of a backup, None if it is plain; refuses anything but a ledger of this version."""
    try:
        engines.require_file(engines.ledger_url(str(backup)))
        secret = secret_of(backup, keys)
    except LedgerMissing:
        raise CannotRead(path=backup, reason=os.strerror(2)) from None
    except OSError as error:
        raise CannotRead(path=backup, reason=error.strerror or "") from error
    try:
        with _reading(backup, secret) as books:
            found = str(books.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (files.driver(secret).Error, TypeError) as error:
        raise LedgerForeign(path=backup) from error
    if found != REVISION:
        older = found.isdigit() and int(found) < int(REVISION)
        raise (BackupOlder if older else LedgerNewer)(path=backup, found=found, wanted=REVISION)
    return secret


def _require_alike(backup: Path, target: Path, secret: Secret | None, keys: Keys) -> None:
    """Refuse to restore an encrypted backup over a plain ledger, or a plain backup over an encrypted one."""
    if not target.is_file() or target.stat().st_size == 0:
        return
    plain = files.looks_like_sqlite(target)
    if plain != (secret is None) and (plain or (files.may_be_encrypted(target) and keys.file() is not None)):
        raise RestoreMixed(backup=backup, path=target)


@contextmanager
def _reading(backup: Path, secret: Secret | None) -> Iterator[sqlite3.Connection]:
    """A read-only connection to a backup, which may be on a read-only medium."""
    place = f"file:{quote(str(backup.absolute()))}?mode=ro"
    with closing(files.connected(place, secret, named=backup, uri=True)) as books:
        yield books


def _lost(ledger: sqlite3.Connection, part: Path, secret: Secret | None) -> Lost | None:
    """The ledger's events after the last one that both chains share; each digest covers all events before it."""
    try:
        with closing(files.connected(part, secret)) as backup:
            pairs = zip_longest(ledger.execute(_EVENTS), backup.execute(_EVENTS))
            apart = [mine for mine, other in pairs if mine is not None and (other is None or mine[0] != other[0])]
    except files.driver(secret).Error:
        return None
    return Lost(sum(batch is not None for _, batch in apart), len(apart))


def _require_nothing_lost(lost: Lost | None, target: Path) -> None:
    if lost is None:
        raise NewerUnknown(path=target)
    if lost.events:
        raise NewerDiscarded(path=target, batches=lost.batches, events=lost.events)


def _keep(ledger: sqlite3.Connection, kept: Path, secret: Secret | None) -> None:
    """Copy the whole ledger to its other name."""
    with private.unfinished(kept) as part:
        snapshots.copy_pages(ledger, part, secret, kept)
        private.publish(part, kept)


def _overwrite(part: Path, ledger: sqlite3.Connection, target: Path, secret: Secret | None) -> None:
    with translated(target, secret), closing(files.connected(part, secret)) as source:
        snapshots.pages(source, ledger, target)


def _rename_over(part: Path, target: Path, kept: Path) -> None:
    """Replace a file that SQLite cannot read.

    Move an old journal away first: SQLite would roll it back into the new file.
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
