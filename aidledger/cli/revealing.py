"""Full ID and card numbers: only when asked for with a reason, and each request is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aidledger.domain.identity import mask_number
from aidledger.errors import ReasonMissing

if TYPE_CHECKING:
    from aidledger.store.ledger import Ledger

# Identity, card and telephone numbers in the cells of a school's file, whatever the column is called.
_LONG_NUMBER = re.compile(r"[0-9A-Za-z]*[0-9]{7,}[0-9A-Za-z]*", re.ASCII)


def permit(ledger: Ledger, seen: str, *, reveal: bool, reason: str | None) -> None:
    """Log a request for full numbers before they are shown; raises ReasonMissing."""
    from aidledger.operations import ledgers

    if reveal:
        if not (reason or "").strip():
            raise ReasonMissing
        ledgers.log_reveal(ledger, str(reason), seen)


def masked_text(text: str) -> str:
    """A cell's text with its long numbers masked."""
    return _LONG_NUMBER.sub(lambda match: mask_number(match[0]), text)
