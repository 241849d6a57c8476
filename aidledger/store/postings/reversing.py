"""Reversing: entries by reversing entries, a batch by reversing everything that it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, union

from aidledger.errors import AlreadyReversed, NotReversible, SupersededBatch, UnknownBatch
from aidledger.store.chain.digests import ENTRY_FIELDS, entry_digest
from aidledger.store.database.bulk import chunks, next_ids
from aidledger.store.master.survivors import as_posted
from aidledger.store.model.tables import Batch, Entry, KeptEntry
from aidledger.store.postings.entries import covered_by_digest, in_batch, in_force, in_version
from aidledger.store.postings.journal import ENTRY_COLUMNS, Draft, Stamp, write
from aidledger.store.postings.versions import superseded_by

Fields = dict[str, Any]


def reverse(books: Connection, number: int, reason: str, stamp: Stamp) -> int:
    """Reverse a batch; returns the reversing batch.

    Reverses the entries of its rosters, except those kept from the version that it superseded. The entries of that
    version that it had reversed are posted again, so that the earlier version is restored.
    """
    batch = _require_reversible(books, number)
    new_batch, first = next_ids(books, Batch, Entry)
    own = in_version(Entry, number) & in_force(Entry)
    if batch.supersedes is not None:
        own &= ~in_version(Entry, batch.supersedes)
    entries = [_row(fields) for fields in _reversed(_fields(books, own), new_batch, first)]
    kept: list[tuple[int, int]] = []
    if batch.supersedes is not None:
        restored = list(_restored(books, number, new_batch, first + len(entries)))
        entries += [_row(fields) for fields in restored]
        holders = _holders(books, number)
        kept = [(roster, fields["id"]) for fields in restored for roster in holders[fields["restores"]]]
    draft = Draft(new_batch, first, "reversal", entries, kept=kept, reverses=number, reason=reason)
    write(books, "reverse", draft, stamp)
    return new_batch


def reversals(books: Connection, entries: Sequence[int], new_batch: int, first: int) -> list[tuple[Any, ...]]:
    """Reversing entries for these entries (ids), as rows of ENTRY_COLUMNS."""
    fields = [found for ids in chunks(sorted(entries)) for found in _fields(books, Entry.c.id.in_(ids))]
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
    """Entries: the fields that their digests cover, and the ids of what they reference."""
    pointers = (Entry.c.program_id, Entry.c.beneficiary_id, Entry.c.school_id)
    query = covered_by_digest().add_columns(*pointers).where(which).order_by(Entry.c.id)
    names = (*ENTRY_FIELDS, "program_id", "beneficiary_id", "school_id")
    with as_posted(books):  # what reverses or repeats an entry says of it what the entry said
        rows = books.execute(query)
    for row in rows:
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


def _reversed_by(number: int) -> Select[Any]:
    """The entries (ids) that a batch reversed."""
    return select(Entry.c.reversal_of).where(in_batch(Entry, number), Entry.c.reversal_of.is_not(None))


def _restored(books: Connection, number: int, new_batch: int, first: int) -> Iterator[Fields]:
    """New entries for those that a superseding batch reversed; ``restores`` is the entry that each repeats."""
    next_occurrence = _occurrences(books)
    for entry, fields in enumerate(_fields(books, Entry.c.id.in_(_reversed_by(number))), first):
        occurrence = next_occurrence(fields)
        yield fields | {"id": entry, "batch_id": new_batch, "occurrence": occurrence, "restores": fields["id"]}


def _occurrences(books: Connection) -> Callable[[Fields], int]:
    """A function that gives each entry the next occurrence of its claim."""
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
    """The rosters of all versions that held an entry, by each entry that a superseding batch reversed."""
    own = select(Entry.c.id, Entry.c.roster_id).where(Entry.c.id.in_(_reversed_by(number)))
    kept = select(KeptEntry.c.entry_id, KeptEntry.c.roster_id).where(KeptEntry.c.entry_id.in_(_reversed_by(number)))
    found: dict[int, list[int]] = {}
    for entry, roster in books.execute(union(own, kept)):
        found.setdefault(int(entry), []).append(int(roster))
    return found


def _row(fields: Fields) -> tuple[Any, ...]:
    fields["digest"] = entry_digest(tuple(fields[name] for name in ENTRY_FIELDS))
    return tuple(fields[name] for name in ENTRY_COLUMNS)
