"""What a rule finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An entry that contradicts what the ledger holds: the rule's code, where the entry stands, and the facts.

    ``earlier``: the entry in the ledger that it contradicts.
    """

    rule: str
    entry: int
    sheet: str
    row: int
    facts: Mapping[str, object]
    earlier: int
