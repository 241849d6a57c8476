"""Copies of a ledger: a backup beside it, a backup put back, the same ledger on another engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aidledger.store import copying, restoring, snapshots

if TYPE_CHECKING:
    from aidledger.store.copying import Copied, Progress
    from aidledger.store.ledger import Ledger
    from aidledger.store.restoring import Restored
    from aidledger.store.snapshots import Snapshot


def backup(ledger: Ledger, target: Path) -> Snapshot:
    """Copy a ledger in use into a new file, proved; raises what ``snapshots.back_up`` raises."""
    return snapshots.back_up(ledger, target)


def restore(place: str, file: Path, actor: str, clock: Callable[[], datetime], *, discard_newer: bool) -> Restored:
    """Put a backup in a ledger's place; raises what ``restoring.restore`` raises."""
    return restoring.restore(place, file, actor, clock, discard_newer=discard_newer)


def copy(ledger: Ledger, place: str, progress: Progress) -> Copied:
    """Copy a ledger onto an empty database of any engine; raises what ``copying.copy_ledger`` raises."""
    return copying.copy_ledger(ledger, place, progress)
