"""Copies of a ledger: backup, restore, copy to another engine, change of key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aidledger.domain.secret import Secret
from aidledger.errors import EncryptionElsewhere, PlainUnasked
from aidledger.operations.opening import file_of
from aidledger.store import side
from aidledger.store.copies import copying, rekeying, restoring, snapshots
from aidledger.store.database.engine import display_name, ledger_url
from aidledger.store.database.keys import NO_KEYS, Keys

if TYPE_CHECKING:
    from aidledger.store.copies.copying import Copied, Progress
    from aidledger.store.copies.restoring import Restored
    from aidledger.store.copies.snapshots import Snapshot
    from aidledger.store.ledger import Ledger


def backup(ledger: Ledger, target: Path) -> Snapshot:
    """Copy a ledger in use to a new file and verify it; raises what ``snapshots.back_up`` raises."""
    return snapshots.back_up(ledger, target)


def restore(
    place: str,
    file: Path,
    actor: str,
    clock: Callable[[], datetime],
    keys: Keys = NO_KEYS,
    *,
    discard_newer: bool,
) -> Restored:
    """Replace a ledger with a backup; raises what ``restoring.restore`` raises."""
    return restoring.restore(place, file, actor, clock, keys, discard_newer=discard_newer)


def copy(
    ledger: Ledger,
    place: str,
    progress: Progress,
    encrypt: Callable[[], Secret] | None = None,
    *,
    plain: bool = False,
) -> Copied:
    """Copy a ledger to an empty database of any engine; raises what ``copying.copy_ledger`` raises.

    A file is encrypted with the ledger's key if it has one, or with the key that ``encrypt`` returns. An encrypted
    ledger is copied unencrypted only if ``plain``: else PlainUnasked. Raises EncryptionElsewhere.
    """
    on_server = ledger_url(place).get_backend_name() != "sqlite"
    if encrypt is not None and on_server:
        raise EncryptionElsewhere(path=display_name(ledger_url(place)))
    if ledger.secret is not None and on_server and not plain:
        raise PlainUnasked(path=display_name(ledger_url(place)))
    if ledger.secret is not None and not plain:
        return copying.copy_ledger(ledger, place, progress, lambda: ledger.secret)
    return copying.copy_ledger(ledger, place, progress, encrypt or (lambda: None))


def rekey(place: str, actor: str, clock: Callable[[], datetime], keys: Keys, new: Callable[[], Secret]) -> Snapshot:
    """Change the key of an encrypted ledger, and of what the page keeps beside it.

    Raises what ``rekeying.rekey`` raises; SideDataUnreadable if the ledger has its new key and that has not.
    """
    chosen: list[Secret] = []

    def choose() -> Secret:
        chosen.append(new())
        return chosen[-1]

    before = keys.file()
    done = rekeying.rekey(place, actor, clock, keys, choose)
    path = file_of(place)
    if path is not None and before is not None:
        side.rekey(path, before, chosen[-1])
    return done
