"""The journal: writes a batch with its entries and digest, and its event in the chain."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aidledger.domain.part import person_times
from aidledger.store.chain import events
from aidledger.store.chain.digests import batch_digest
from aidledger.store.database.bulk import insert_row, insert_rows
from aidledger.store.master.catalogues import LoadedCatalogue
from aidledger.store.master.master_data import Added
from aidledger.store.model.tables import Batch, Entry, KeptEntry, NumberCorrection, RosterRow
from aidledger.store.postings import totals
from aidledger.store.postings.listings import Records
from aidledger.store.postings.person_times import CLAIM

if TYPE_CHECKING:
    from sqlalchemy import Connection

ENTRY_COLUMNS: tuple[str, ...] = tuple(Entry.c.keys())
_DIGEST_AT = ENTRY_COLUMNS.index("digest")
_AMOUNT_AT = ENTRY_COLUMNS.index("amount_fen")
_PART_AT = ENTRY_COLUMNS.index("part")
_CLAIM_AT = tuple(ENTRY_COLUMNS.index(name) for name in CLAIM)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When, by whom and under which catalogue version a batch is written."""

    moment: str
    actor: str
    loaded: LoadedCatalogue


@dataclass(slots=True)
class Draft:
    """A batch before it is written.

    ``entries`` are rows of ENTRY_COLUMNS. ``kept``: pairs of roster id and entry id, see KeptEntry. ``corrected``:
    pairs of a person's earlier and new id, see NumberCorrection. ``added``: new master data.
    """

    batch: int
    first_entry: int
    kind: str
    entries: list[tuple[Any, ...]]
    rosters: list[dict[str, Any]] = field(default_factory=list)
    kept: list[tuple[int, int]] = field(default_factory=list)
    corrected: list[tuple[int, int]] = field(default_factory=list)
    records: Records = field(default_factory=Records)
    added: Added = field(default_factory=Added)
    file_name: str | None = None
    source_sha256: str | None = None
    reverses: int | None = None
    supersedes: int | None = None
    reason: str | None = None


def write(books: Connection, action: str, draft: Draft, stamp: Stamp) -> str:
    """Write a batch with its digest, and its event; returns the chain's new head."""
    entries = draft.entries
    head = {
        "id": draft.batch,
        "kind": draft.kind,
        "file_name": draft.file_name,
        "source_sha256": draft.source_sha256,
        "posted_at": stamp.moment,
        "posted_by": stamp.actor,
        "catalogue_id": stamp.loaded.id,
        "reverses": draft.reverses,
        "supersedes": draft.supersedes,
        "reason": draft.reason,
        "first_entry": draft.first_entry,
        "entries": len(entries),
        "person_times": _person_times(entries),
        "amount_fen": sum(row[_AMOUNT_AT] for row in entries),
    }
    linked = [*kept_part(draft.kept), *corrected_part(draft.corrected)]
    parts = [*draft.rosters, *linked, *draft.records.listings]
    digests = [*(row[_DIGEST_AT] for row in entries), *draft.records.digests]
    digest = batch_digest(head | {"catalogue": stamp.loaded.digest}, parts, digests)
    insert_row(books, Batch, **head, digest=digest)
    if draft.rosters:
        books.execute(RosterRow.insert(), draft.rosters)
    insert_rows(books, Entry, ENTRY_COLUMNS, entries)
    if entries:
        totals.add(books, draft.first_entry, len(entries))
    insert_rows(books, KeptEntry, ("batch_id", "roster_id", "entry_id"), [(draft.batch, *pair) for pair in draft.kept])
    corrections = [(draft.batch, *pair) for pair in draft.corrected]
    insert_rows(books, NumberCorrection, ("batch_id", "earlier_id", "beneficiary_id"), corrections)
    draft.records.write(books)
    control = {name: head[name] for name in ("entries", "person_times", "amount_fen")}
    facts = {"batch": draft.batch, "digest": digest, **control, **draft.added.facts()}
    return events.record(books, stamp.moment, stamp.actor, action, facts, draft.batch)


def kept_part(kept: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """What a batch's digest covers of its kept entries; empty if there are none."""
    return [{"kept": sorted(list(pair) for pair in kept)}] if kept else []


def corrected_part(corrected: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """What a batch's digest covers of its corrected numbers; empty if there are none."""
    return [{"corrected": sorted(list(pair) for pair in corrected)}] if corrected else []


def _person_times(entries: Sequence[tuple[Any, ...]]) -> int:
    if all(row[_PART_AT] is None for row in entries):
        return sum(1 if row[_AMOUNT_AT] > 0 else -1 for row in entries)
    return person_times_net((tuple(row[at] for at in _CLAIM_AT), row[_PART_AT], row[_AMOUNT_AT]) for row in entries)


def person_times_net(entries: Iterable[tuple[Hashable, str | None, int]]) -> int:
    """The person-times of a batch's entries (claim, part, 分), net of reversals."""
    rows = list(entries)
    paid = [(claim, part) for claim, part, fen in rows if fen > 0]
    reversed_ = [(claim, part) for claim, part, fen in rows if fen <= 0]
    return person_times(paid) - person_times(reversed_)
