"""The office's own names on its papers."""

from __future__ import annotations

from dataclasses import replace

from aidledger.catalogue.catalogue import Catalogue
from aidledger.store.chain import offices
from aidledger.store.chain.offices import OfficeNames
from aidledger.store.ledger import Ledger

__all__ = ["OfficeNames", "for_ledger", "names"]


def names(ledger: Ledger) -> OfficeNames | None:
    """What the office calls itself and its district; None if the ledger was made without names."""
    with ledger.reading("open") as books:
        return offices.names(books)


def for_ledger(ledger: Ledger, catalogue: Catalogue) -> Catalogue:
    """The catalogue with the district that the ledger names, if it names one."""
    found = names(ledger)
    return catalogue if found is None else replace(catalogue, district=found.district)
