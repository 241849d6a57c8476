"""The bridge between two cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.reconcile.bridge import Bridge, bridges

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.cut import Cut
    from aidledger.store.ledger import Ledger


def bridge(ledger: Ledger, catalogue: Catalogue, first: Cut, second: Cut, *, by_program: bool = False) -> list[Bridge]:
    """From the first cut's figures to the second's: of all aid and all loans, or of each program."""
    with ledger.reading() as books:
        return bridges(books, catalogue, first, second, by_program=by_program)
