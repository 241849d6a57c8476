"""Drawing a spot check from the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from aidledger.audit.sampling import GroupedBy, Sample, draw
from aidledger.store.ledger import Ledger


def sample(
    ledger: Ledger,
    seed: str,
    size: int,
    by: Sequence[GroupedBy] = (),
    program: str | None = None,
    period: str | None = None,
) -> Sample:
    """A reproducible sample of the entries in force; see audit.sampling."""
    with ledger.reading() as books:
        return draw(books, seed, size, by, program, period)
