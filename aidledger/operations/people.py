"""One person's aid, and the way from an entry back to the cells it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aidledger.domain.place import column_letter
from aidledger.errors import SourceMissing, UnknownPerson
from aidledger.operations.examining import run_guarded
from aidledger.sheets.cells import name_of, number_of, text_of
from aidledger.sheets.grid import read_grid
from aidledger.sheets.limits import DEFAULT_LIMITS, Limits
from aidledger.store import lookups
from aidledger.store.ledger import Ledger
from aidledger.store.lookups import BatchRecord, EntryRecord, PersonRecord


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person and all entries for it, reversals among them."""

    person: PersonRecord
    entries: Sequence[EntryRecord]


def person(ledger: Ledger, number_or_name: str) -> list[PersonHistory]:
    """Everybody with this number or name; raises UnknownPerson."""
    with ledger.reading() as books:
        found = lookups.people(books, number_of(number_or_name)[0], name_of(number_or_name))
        entries = lookups.entries_for(books, [record.person for record in found])
    if not found:
        raise UnknownPerson
    return [PersonHistory(who, [entry for entry in entries if entry.person == who.person]) for who in found]


@dataclass(frozen=True, slots=True)
class TracedCell:
    """A cell of the school's row: its column, what the header calls it, what stands in it."""

    column: str
    header: str
    value: str


@dataclass(frozen=True, slots=True)
class Trace:
    """An entry, the batch whose file it came from, and the row's cells as they stood."""

    entry: EntryRecord
    batch: BatchRecord
    origin: EntryRecord
    cells: Sequence[TracedCell]


def trace(ledger: Ledger, number: int) -> Trace:
    """From an entry to the cells; of a reversal, to the cells of what it reverses. Raises UnknownEntry."""
    with ledger.reading() as books:
        entry = lookups.entry(books, number)
        origin = lookups.entry(books, entry.reversal_of) if entry.reversal_of else entry
        batch = lookups.batch(books, origin.roster_batch)
        content = lookups.source_of(books, origin.roster_batch)
    if content is None:
        raise SourceMissing(number=origin.roster_batch)
    cells = run_guarded(
        row_cells, content, origin.sheet, origin.header_row, origin.row, DEFAULT_LIMITS, limits=DEFAULT_LIMITS
    )
    return Trace(entry, batch, origin, cells)


def row_cells(content: bytes, sheet: str, header_row: int, row: int, limits: Limits) -> list[TracedCell]:
    """The filled cells of a row and of the header above them; runs in a worker."""
    for grid in read_grid(content, limits):
        if grid.name == sheet:
            header, cells = (grid.rows[at - 1 - grid.first_row] for at in (header_row, row))
            return [
                TracedCell(column_letter(grid.first_column + i), text_of(header[i]), text_of(cell))
                for i, cell in enumerate(cells)
                if cell != ""
            ]
    return []
