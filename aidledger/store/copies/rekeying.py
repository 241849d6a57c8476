"""Rekeying an encrypted ledger: every page is re-encrypted in one transaction of its file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from aidledger.domain.secret import Secret
from aidledger.errors import (
    AidLedgerError,
    EncryptionElsewhere,
    KeySame,
    KeyWrong,
    LedgerForeign,
    NotEncrypted,
    RekeyFailed,
    RekeyUnproved,
)
from aidledger.store.chain import events
from aidledger.store.copies import snapshots
from aidledger.store.copies.snapshots import Snapshot
from aidledger.store.database import engine as engines
from aidledger.store.database import files
from aidledger.store.database.exclusive import held
from aidledger.store.database.keys import Keys
from aidledger.store.ledger import Ledger, open_ledger


def rekey(place: str, actor: str, clock: Callable[[], datetime], keys: Keys, new: Callable[[], Secret]) -> Snapshot:
    """Change the key of an encrypted ledger, record it, and prove that only the new key opens the file.

    A kill at any moment leaves the whole ledger under the old key or the new one: the journal of an unfinished change
    is encrypted with the old key, which opens the ledger first. Role and seal key are checked before the change, so
    that recording it cannot be refused afterwards. Raises NotEncrypted, EncryptionElsewhere, KeySame, KeyWrong,
    LedgerForeign, LedgerOlder, LedgerNewer, LedgerLocked, LedgerReadOnly, NotNamed, OtherRole, SealKeyWanted,
    SealKeyWrong, NotSealed, RekeyFailed; RekeyUnproved if the key was changed but the rest failed.
    """
    url = engines.ledger_url(place)
    if url.get_backend_name() != "sqlite":
        raise EncryptionElsewhere(path=engines.display_name(url))
    path = Path(str(url.database))
    old = _require_leave(open_ledger(place, actor, clock, keys=keys), path)
    fresh = new()
    if fresh == old:
        raise KeySame(path=path)
    with held(path, old) as ledger:
        if ledger is None:
            raise LedgerForeign(path=path)
        try:
            files.change_key(ledger, fresh)
        except files.driver(old).Error as error:
            raise RekeyFailed(path=path) from error
    if _opens(path, old):
        raise RekeyFailed(path=path)
    try:
        _record(open_ledger(place, actor, clock, keys=replace(keys, file=lambda: fresh)))
        return snapshots.prove(path, path, actor, clock, Keys(file=lambda: fresh))
    except AidLedgerError as error:
        raise RekeyUnproved(path=path) from error


def _require_leave(ledger: Ledger, path: Path) -> Secret:
    """The ledger's present key, if the actor may change it."""
    with closing(ledger):
        if ledger.secret is None:
            raise NotEncrypted(path=path)
        with ledger.reading("rekey") as books:
            events.require_seal_key(books)
        return ledger.secret


def _record(ledger: Ledger) -> None:
    """Record in the chain that the key was changed, and nothing about the key."""
    with closing(ledger), ledger.writing("rekey") as books:
        events.record(books, ledger.moment(), ledger.actor, "rekey", {"key": "file"})


def _opens(path: Path, secret: Secret) -> bool:
    try:
        with closing(files.connected(path, secret)):
            return True
    except KeyWrong:
        return False
