"""Creating a ledger, looking through it, verifying it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.secret import Secret
from aidledger.errors import AlreadySealed, NotSealed, SealKeyUnnamed
from aidledger.operations.offices import OfficeSettings
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.store.chain import events, offices
from aidledger.store.chain.offices import OfficeNames
from aidledger.store.chain.seals import SealKey, require
from aidledger.store.copies.upgrading import Upgraded, upgrade_ledger
from aidledger.store.database.keys import NO_KEYS, Keys
from aidledger.store.database.waiting import Waits
from aidledger.store.ledger import Books, Ledger, create_ledger, open_ledger
from aidledger.store.master.catalogues import ensure_loaded
from aidledger.store.postings import lookups, reversing
from aidledger.store.postings.journal import Stamp
from aidledger.store.postings.lookups import BatchRecord, EntryRecord, RosterRecord
from aidledger.store.verifying.verify import Verdict
from aidledger.store.verifying.verify import verify as verify_books


def init(
    place: str,
    catalogue: Catalogue,
    actor: str,
    clock: Callable[[], datetime],
    keys: Keys = NO_KEYS,
    encrypt: Callable[[], Secret] | None = None,
    names: OfficeNames | None = None,
    region: str | None = None,
) -> Ledger:
    """Create a ledger and load the programs; encrypted with ``encrypt``'s key, sealed if there is a seal key.

    ``names``: what the office calls itself and its district; ``region``: whose standards it follows, by code or name.
    Raises LedgerExists, EncryptionElsewhere, SealKeyUnusable, UnknownRegion.
    """
    code = catalogue.region_named(region).code if region else None
    used = OfficeSettings(names, code, {}).applied(catalogue)

    def load(ledger: Ledger, books: Books) -> None:
        ensure_loaded(books, used, ledger.moment(), ledger.actor)
        if names is not None:
            offices.name(books, ledger.moment(), ledger.actor, names)
        if code is not None:
            offices.set_region(books, ledger.moment(), ledger.actor, code)

    return create_ledger(place, actor, clock, keys, encrypt, load)


def upgrade(
    place: str,
    catalogue: Catalogue,
    actor: str,
    clock: Callable[[], datetime],
    keys: Keys = NO_KEYS,
    waits: Waits = lambda: None,
    *,
    backup: bool,
) -> Upgraded:
    """Upgrade a ledger to this version's tables and load the catalogue. See upgrade_ledger for errors."""
    upgraded = upgrade_ledger(place, actor, clock, keys, waits, backup=backup)
    ledger = open_ledger(place, actor, clock, waits, keys)
    with ledger.writing("upgrade") as books:
        ensure_loaded(books, catalogue, ledger.moment(), ledger.actor)
    ledger.close()
    return upgraded


def seal(
    ledger: Ledger, new: Callable[[], Secret] | None = None, first: Callable[[], Secret | None] | None = None
) -> tuple[SealKey, str]:
    """Seal a ledger with the given key, or change to a ``new`` one; returns the key and the new head.

    ``first``: provides the key of an unsealed ledger. It and ``new`` may make a key, so they are called last, when
    nothing can be refused any more. Raises AlreadySealed, NotSealed, SealKeyWrong,
    SealKeyUnusable, SealKeyUnnamed.
    """
    with ledger.writing("seal") as books:
        found = events.last_seal(books)
        if found is None:
            if new is not None:
                raise NotSealed
            key, instead = _key(first or ledger.keys.seal), None
        else:
            instead = require(_key(ledger.keys.seal), found)
            if new is None:
                raise AlreadySealed
            key = _key(new)
        return key, events.seal(books, ledger.moment(), ledger.actor, key, instead=instead)


def _key(ask: Callable[[], Secret | None]) -> SealKey:
    secret = ask()
    if secret is None:
        raise SealKeyUnnamed
    return SealKey(secret)


def batches(ledger: Ledger) -> list[BatchRecord]:
    """All batches."""
    with ledger.reading() as books:
        return lookups.batches(books)


@dataclass(frozen=True, slots=True)
class BatchContent:
    """A batch with its rosters and entries."""

    record: BatchRecord
    rosters: Sequence[RosterRecord]
    entries: Sequence[EntryRecord]


def batch(ledger: Ledger, number: int, reveal: Reveal | None = None) -> Viewed[BatchContent]:
    """One batch; raises UnknownBatch."""

    def read(books: Books) -> BatchContent:
        record = lookups.batch(books, number)
        return BatchContent(record, lookups.rosters_of(books, number), lookups.entries_of(books, record))

    return view(ledger, read, reveal, lambda _: f"batch {number}")


def reverse(ledger: Ledger, catalogue: Catalogue, number: int, reason: str) -> tuple[BatchRecord, str]:
    """Reverse a batch; returns the reversing batch and the new head.

    Raises UnknownBatch, AlreadyReversed, NotReversible, SupersededBatch.
    """
    with ledger.writing("reverse") as books:
        moment = ledger.moment()
        loaded = ensure_loaded(books, catalogue, moment, ledger.actor)
        reversing_batch = reversing.reverse(books, number, reason, Stamp(moment, ledger.actor, loaded))
        return lookups.batch(books, reversing_batch), events.head(books)


def verify(
    ledger: Ledger,
    expect: str | None = None,
    since: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verdict:
    """Recompute every digest and total, or those recorded after a verified head; raises UnknownHead."""
    with ledger.reading("open") as books:
        return verify_books(books, expect, ledger.seal_key, since, progress)
