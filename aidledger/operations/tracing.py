"""Tracing an entry back to the cells it came from."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass

from aidledger.errors import SourceMissing
from aidledger.operations.examining import Guard
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.sheets.source_row import SourceCell, row_cells
from aidledger.store.ledger import Books, Ledger
from aidledger.store.master.survivors import as_posted
from aidledger.store.postings import lookups
from aidledger.store.postings.lookups import BatchRecord, EntryRecord


@dataclass(frozen=True, slots=True)
class Trace:
    """An entry, the batch of its file, and the row's original cells."""

    entry: EntryRecord
    batch: BatchRecord
    origin: EntryRecord
    cells: Sequence[SourceCell]


def trace(ledger: Ledger, number: int, reveal: Reveal | None = None, guard: Guard | None = None) -> Viewed[Trace]:
    """Trace an entry to its cells; a reversal, to the cells of the entry it reverses. Raises UnknownEntry."""

    def read(books: Books) -> Trace:
        with as_posted(books):  # whatever the school is called since
            entry = lookups.entry(books, number)
            origin = lookups.entry(books, entry.reversal_of) if entry.reversal_of else entry
        batch = lookups.batch(books, origin.roster_batch)
        content = lookups.source_of(books, origin.roster_batch)
        if content is None:
            raise SourceMissing(number=origin.roster_batch)
        with nullcontext(guard) if guard else closing(Guard()) as run:
            cells = run(row_cells, content, origin.sheet, origin.header_row, origin.row, run.limits)
        return Trace(entry, batch, origin, cells)

    return view(ledger, read, reveal, lambda _: f"entry {number}")
