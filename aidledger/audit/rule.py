"""What a rule finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row of a batch that contradicts what the ledger holds: the rule's code, where the row stands, and the facts.

    ``earlier``: the entry that it contradicts, where it is one.
    """

    rule: str
    sheet: str
    row: int
    facts: Mapping[str, object]
    earlier: int | None = None
