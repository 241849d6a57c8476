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
from aidledger.store.database.meanings import told
from aidledger.store.ledger import REVISION, Ledger, secret_of

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


def restore(
    place: str,
    backup: Path,
    actor: str,
    clock: Callable[[], datetime],
    keys: Keys = NO_KEYS,
    *,
    discard_newer: bool,
) -> Restored:
    """Put a proved backup in the place of a ledger. Both are encrypted, with one key, or neither is.

    Raises RestoreElsewhere, BackupIsLedger, LedgerMissing, LedgerForeign, BackupOlder, LedgerNewer, CopyFaulty;
    NotNamed, OtherRole, KeyWanted, KeyWrong, RestoreKeyed, RestoreMixed; NewerDiscarded and NewerUnknown unless what
    is newer may go; LedgerLocked, LedgerReadOnly, CannotWrite.
    """
    url = engines.ledger_url(place)
    if url.get_backend_name() != "sqlite":
        raise RestoreElsewhere(path=engines.shown(url))
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
                    kept.unlink(missing_ok=True)  # the ledger is as it was, and needs no copy
                    raise
    return Restored(now, kept, lost)


def _require_leave(ledger: Ledger, backup: Path) -> None:
    """Ask the ledger that is there who may replace it; one that cannot be read any more has nobody to name.

    One that has another key than its backup may well be read, only not with this one. Raises NotNamed, OtherRole,
    RestoreKeyed.
    """
    try:
        if os.path.lexists(ledger.place):
            with ledger.reading("restore"):
                pass
    except KeyWrong as error:
        if files.may_be_encrypted(Path(ledger.place)):
            raise RestoreKeyed(backup=backup, path=ledger.place) from error
    except (LedgerForeign, LedgerFailed):
        return
    finally:
        ledger.close()


def _require_backup(backup: Path, keys: Keys) -> Secret | None:
    """The key of a backup, None of a plain one; refuses what is no ledger of this version."""
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
    """Refuse to put an encrypted backup over a plain ledger, or a plain one where only the key reads the ledger now."""
    if not target.is_file() or target.stat().st_size == 0:
        return
    plain = files.looks_like_sqlite(target)
    if plain != (secret is None) and (plain or (files.may_be_encrypted(target) and keys.file() is not None)):
        raise RestoreMixed(backup=backup, path=target)


@contextmanager
def _reading(backup: Path, secret: Secret | None) -> Iterator[sqlite3.Connection]:
    """A backup as it lies there: nothing is written to it, it may be on a disc that takes no writing."""
    place = f"file:{quote(str(backup.absolute()))}?mode=ro"
    with closing(files.connected(place, secret, named=backup, uri=True)) as books:
        yield books


def _lost(ledger: sqlite3.Connection, part: Path, secret: Secret | None) -> Lost | None:
    """What follows the last event that both chains have; each digest stands for all before it."""
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
    """A whole copy of the ledger under its other name."""
    with private.unfinished(kept) as part:
        snapshots.copy_pages(ledger, part, secret, kept)
        private.publish(part, kept)


def _overwrite(part: Path, ledger: sqlite3.Connection, target: Path, secret: Secret | None) -> None:
    with told(target, secret), closing(files.connected(part, secret)) as source:
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
