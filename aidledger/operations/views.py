"""Reading a ledger: one consistent view, the head it holds for, and the log of full numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from aidledger.domain.visible import says_something
from aidledger.errors import ReasonMissing
from aidledger.store.chain import events
from aidledger.store.ledger import Books, Ledger

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Reveal:
    """A request for full ID and card numbers, with the reason for the access log; raises ReasonMissing."""

    reason: str

    def __post_init__(self) -> None:
        if not says_something(self.reason):
            raise ReasonMissing


@dataclass(frozen=True, slots=True)
class Viewed(Generic[Found]):
    """What was read; the head that it holds for (None: no ledger); whether full numbers may be shown."""

    found: Found
    head: str | None
    revealed: bool = False


def view(
    ledger: Ledger,
    read: Callable[[Books], Found],
    reveal: Reveal | None = None,
    seen: Callable[[Found], str] | None = None,
) -> Viewed[Found]:
    """Read a ledger at one point in time.

    With ``reveal``, reading and logging are one transaction: no full number is seen without being logged. ``seen``:
    what the log calls it (store.privacy.accesses.SEEN). Raises NotNamed, OtherRole.
    """
    if reveal is None or seen is None:
        with ledger.reading() as books:
            return Viewed(read(books), events.head(books))
    with ledger.writing("reveal") as books:
        found, head = read(books), events.head(books)
        record_reveal(books, ledger, reveal, seen(found))
    return Viewed(found, head, revealed=True)


def record_reveal(books: Books, ledger: Ledger, reveal: Reveal, seen: str) -> str:
    """Record in the access log what was seen and why; returns the new head."""
    facts = {"reason": reveal.reason, "seen": seen}
    return events.record(books, ledger.moment(), ledger.actor, "reveal", facts)
