"""Differences between two versions of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """Number of persons added, removed, changed (other payments or other data) and unchanged."""

    added: int
    removed: int
    changed: int
    kept: int

    @property
    def none(self) -> bool:
        """Whether both versions are equal."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class PaymentChange:
    """A payment that one version has and the other lacks, or has with other data.

    ``name`` and ``number``: the person's. ``before``, ``after``: the payment's fields; None where it is missing.
    """

    name: str
    number: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


def changes_between(before: Mapping[object, object], after: Mapping[object, object]) -> Changes:
    """Compare two versions, each keyed by person."""
    both = before.keys() & after.keys()
    kept = sum(before[person] == after[person] for person in both)
    return Changes(
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        changed=len(both) - kept,
        kept=kept,
    )
