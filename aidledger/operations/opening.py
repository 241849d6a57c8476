"""What is asked of a ledger before it is used."""

from __future__ import annotations

from aidledger.catalogue.catalogue import Catalogue
from aidledger.store.ledger import Ledger
from aidledger.store.master.catalogues import require_known


def require_programs(ledger: Ledger, catalogue: Catalogue) -> None:
    """Refuse a catalogue that lacks programs which the ledger holds; raises LedgerUnknownPrograms."""
    with ledger.reading("open") as books:
        require_known(books, catalogue)
