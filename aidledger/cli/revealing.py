"""Full ID and card numbers: only when asked for with a reason, and each request is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.visible import says_something
from aidledger.errors import ReasonMissing

if TYPE_CHECKING:
    from aidledger.store.ledger import Ledger


def require_reason(*, reveal: bool, reason: str | None) -> None:
    """Refuse a request for full numbers that says no reason, before anything is looked up; raises ReasonMissing."""
    if reveal and not says_something(reason or ""):
        raise ReasonMissing


def log(ledger: Ledger, seen: str, *, reveal: bool, reason: str | None) -> None:
    """Keep a request for full numbers in the ledger, before they are shown."""
    if reveal:
        from aidledger.operations import ledgers

        ledgers.log_reveal(ledger, str(reason), seen)
