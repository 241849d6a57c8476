"""Copies of a ledger: a backup beside it, a backup put back, the same ledger on another engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aidledger.store import snapshots

if TYPE_CHECKING:
    from aidledger.store.ledger import Ledger
    from aidledger.store.snapshots import Snapshot


def backup(ledger: Ledger, target: Path) -> Snapshot:
    """Copy a ledger in use into a new file, proved; raises what ``snapshots.back_up`` raises."""
    return snapshots.back_up(ledger, target)
