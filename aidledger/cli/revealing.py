"""Full ID and card numbers: only when asked for with a reason, and each request is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.errors import ReasonMissing

if TYPE_CHECKING:
    from aidledger.store.ledger import Ledger


def permit(ledger: Ledger, seen: str, *, reveal: bool, reason: str | None) -> None:
    """Log a request for full numbers before they are shown; raises ReasonMissing."""
    from aidledger.operations import ledgers

    if reveal:
        if not (reason or "").strip():
            raise ReasonMissing
        ledgers.log_reveal(ledger, str(reason), seen)
