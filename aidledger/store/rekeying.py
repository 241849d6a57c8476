"""Another key for an encrypted ledger: every page encrypted anew in one transaction of its file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from aidledger.domain.secret import Secret
from aidledger.errors import EncryptionElsewhere, KeySame, KeyWrong, LedgerForeign, NotEncrypted, RekeyFailed
from aidledger.store import engine as engines
from aidledger.store import files, snapshots
from aidledger.store.exclusive import held
from aidledger.store.keys import Keys
from aidledger.store.ledger import secret_of
from aidledger.store.snapshots import Snapshot


def rekey(place: str, actor: str, clock: Callable[[], datetime], keys: Keys, new: Callable[[], Secret]) -> Snapshot:
    """Change the key of an encrypted ledger, and prove that it opens with the new one and not with the old.

    Killed at any moment, it has the old key or the new one, whole: the journal that takes a half-done change back is
    encrypted with the old key, which is asked for first. Raises NotEncrypted, EncryptionElsewhere, KeySame, KeyWrong,
    LedgerForeign, LedgerLocked, LedgerReadOnly, RekeyFailed, CopyFaulty.
    """
    url = engines.ledger_url(place)
    if url.get_backend_name() != "sqlite":
        raise EncryptionElsewhere(path=engines.shown(url))
    engines.require_file(url)
    path = Path(str(url.database))
    old = secret_of(path, keys)
    if old is None:
        raise NotEncrypted(path=path)
    files.connected(path, old).close()
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
    return snapshots.prove(path, path, actor, clock, replace(keys, file=lambda: fresh))


def _opens(path: Path, secret: Secret) -> bool:
    try:
        with closing(files.connected(path, secret)):
            return True
    except KeyWrong:
        return False
