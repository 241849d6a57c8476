"""The log of who was shown full numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.store.privacy.accesses import Access
from aidledger.store.privacy.accesses import accesses as find

if TYPE_CHECKING:
    from datetime import date

    from aidledger.store.ledger import Ledger


def accesses(ledger: Ledger, first: date | None, last: date | None, actor: str | None) -> list[Access]:
    """The requests for full numbers from a day to a day (UTC), of everybody or of one actor."""
    with ledger.reading() as books:
        return find(books, first, last, actor)
