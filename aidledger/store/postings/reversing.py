"""Taking back: entries by reversing entries, a batch by reversing all that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, union

from aidledger.errors import AlreadyReversed, NotReversible, SupersededBatch, UnknownBatch
from aidledger.store.chain.digests import ENTRY_FIELDS, entry_digest
from aidledger.store.database.bulk import chunks, next_ids
from aidledger.store.model.tables import Batch, Entry, KeptEntry
from aidledger.store.postings.entries import covered_by_digest, in_batch, in_force, in_version
from aidledger.store.postings.journal import ENTRY_COLUMNS, Draft, Stamp, write
from aidledger.store.postings.versions import superseded_by

Fields = dict[str, Any]


def reverse(books: Connection, number: int, reason: str, stamp: Stamp) -> int:
    """Take a batch back; returns the reversing batch.

    What its roster holds and no earlier version did is reversed. Of a batch that superseded another, what it had
    reversed is entered again, so that the earlier version stands as it stood.
    """
    batch = _require_reversible(books, number)
    new_batch, first = next_ids(books, Batch, Entry)
    own = in_version(Entry, number) & in_force(Entry)
    if batch.supersedes is not None:
        own &= ~in_version(Entry, batch.supersedes)
    entries = [_row(fields) for fields in _reversed(_fields(books, own), new_batch, first)]
    kept: list[tuple[int, int]] = []
    if batch.supersedes is not None:
        again = list(_entered_again(books, number, new_batch, first + len(entries)))
        entries += [_row(fields) for fields in again]
        holders = _holders(books, number)
        kept = [(roster, fields["id"]) for fields in again for roster in holders[fields["again"]]]
    draft = Draft(new_batch, first, "reversal", entries, kept=kept, reverses=number, reason=reason)
    write(books, "reverse", draft, stamp)
    return new_batch


def reversals(books: Connection, entries: Sequence[int], new_batch: int, first: int) -> list[tuple[Any, ...]]:
    """Reversing entries for some entries, as rows of ENTRY_COLUMNS."""
    fields = [found for some in chunks(sorted(entries)) for found in _fields(books, Entry.c.id.in_(some))]
    return [_row(reversed_) for reversed_ in _reversed(fields, new_batch, first)]


def _require_reversible(books: Connection, number: int) -> Any:  # noqa: ANN401 - a row of batch
    batch = books.execute(select(Batch).where(Batch.c.id == number)).first()
    if batch is None:
        raise UnknownBatch(number=number)
    if batch.reverses is not None:
        raise NotReversible(number=number)
    by = books.execute(select(Batch.c.id).where(Batch.c.reverses == number)).scalar_one_or_none()
    if by is not None:
        raise AlreadyReversed(number=number, by=by)
    later = superseded_by(books, number)
    if later is not None:
        raise SupersededBatch(number=number, by=later)
    return batch


def _fields(books: Connection, which: ColumnElement[bool]) -> Iterator[Fields]:
    """Entries with what their digests cover and the ids of what they point to."""
    pointers = (Entry.c.program_id, Entry.c.beneficiary_id, Entry.c.school_id)
    query = covered_by_digest().add_columns(*pointers).where(which).order_by(Entry.c.id)
    names = (*ENTRY_FIELDS, "program_id", "beneficiary_id", "school_id")
    for row in books.execute(query):
        yield dict(zip(names, row, strict=True))


def _reversed(entries: Iterator[Fields] | Sequence[Fields], new_batch: int, first: int) -> Iterator[Fields]:
    for entry, fields in enumerate(entries, first):
        yield fields | {
            "id": entry,
            "batch_id": new_batch,
            "occurrence": -fields["occurrence"],
            "amount_fen": -fields["amount_fen"],
            "reversal_of": fields["id"],
        }


def _entered_again(books: Connection, number: int, new_batch: int, first: int) -> Iterator[Fields]:
    """What a superseding batch reversed, entered once more; ``again`` is the entry it repeats."""
    undone = select(Entry.c.reversal_of).where(in_batch(Entry, number), Entry.c.reversal_of.is_not(None))
    next_occurrence = _occurrences(books)
    for entry, fields in enumerate(_fields(books, Entry.c.id.in_(undone)), first):
        occurrence = next_occurrence(fields)
        again = {"id": entry, "batch_id": new_batch, "occurrence": occurrence, "again": fields["id"]}
        yield fields | again


def _occurrences(books: Connection) -> Callable[[Fields], int]:
    given: dict[tuple[int, str, int], int] = {}

    def following(fields: Fields) -> int:
        key = (fields["program_id"], fields["period"], fields["beneficiary_id"])
        if key not in given:
            last = select(func.max(Entry.c.occurrence)).where(
                Entry.c.program_id == key[0], Entry.c.period == key[1], Entry.c.beneficiary_id == key[2]
            )
            given[key] = books.execute(last).scalar_one()
        given[key] += 1
        return given[key]

    return following


def _holders(books: Connection, number: int) -> dict[int, list[int]]:
    """For every entry that a superseding batch reversed, the rosters that held it, version after version."""
    undone = select(Entry.c.reversal_of).where(in_batch(Entry, number), Entry.c.reversal_of.is_not(None))
    own = select(Entry.c.id, Entry.c.roster_id).where(Entry.c.id.in_(undone))
    kept = select(KeptEntry.c.entry_id, KeptEntry.c.roster_id).where(KeptEntry.c.entry_id.in_(undone))
    found: dict[int, list[int]] = {}
    for entry, roster in books.execute(union(own, kept)):
        found.setdefault(int(entry), []).append(int(roster))
    return found


def _row(fields: Fields) -> tuple[Any, ...]:
    fields["digest"] = entry_digest(tuple(fields[name] for name in ENTRY_FIELDS))
    return tuple(fields[name] for name in ENTRY_COLUMNS)
