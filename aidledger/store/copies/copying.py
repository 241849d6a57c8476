"""A ledger copied row for row onto an empty database, of another engine or of the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, func, inspect, select, text

from aidledger import private
from aidledger.domain.secret import Secret
from aidledger.errors import CopyFaulty, LedgerExists
from aidledger.store.chain import events
from aidledger.store.database import engine as engines
from aidledger.store.database.bulk import insert_rows
from aidledger.store.ledger import Books, Ledger
from aidledger.store.verifying.verify import verify

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import URL

ROWS_AT_ONCE = 2_000
# A row of these holds a whole file.
_LARGE = {"source_file"}
# What has been copied so far, and how many rows there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """A ledger's copy: where, how large, and the head that both have."""

    place: str
    batches: int
    entries: int
    head: str


def copy_ledger(
    source: Ledger, place: str, progress: Progress, secret: Callable[[], Secret | None] = lambda: None
) -> Copied:
    """Copy a ledger as it is at one moment, in one transaction that is committed when the copy verifies.

    A file is encrypted with what ``secret`` gives. Raises LedgerExists where the place holds anything, CannotWrite,
    CopyFaulty.
    """
    url = engines.ledger_url(place)
    if url.get_backend_name() != "sqlite":
        return _copy_into(source, url, engines.shown(url), progress)
    path = Path(str(url.database))
    if os.path.lexists(path):
        raise LedgerExists(path=path)
    with private.unfinished(path) as part:
        with source.reading("copy"):
            pass  # who may not copy is refused before a key is made
        copied = _copy_into(source, url.set(database=str(part)), str(path), progress, secret())
        private.publish(part, path)
    return copied


def _copy_into(source: Ledger, url: URL, shown: str, progress: Progress, secret: Secret | None = None) -> Copied:
    target = Ledger(engines.connect(url, secret), shown, source.actor, source.clock)
    try:
        with source.reading("copy") as there, target.writing("open") as here:
            _require_empty(here, shown)
            return _copy(there, here, shown, progress)
    finally:
        target.close()


def _require_empty(here: Books, place: str) -> None:
    inspector = inspect(here)
    if inspector.get_table_names() or inspector.get_view_names():
        raise LedgerExists(path=place)


def _copy(there: Books, here: Books, place: str, progress: Progress) -> Copied:
    # Alembic and sqlmodel are slow to load; only the models know which table refers to which.
    from aidledger.store.model.migrate import upgrade  # noqa: PLC0415
    from aidledger.store.model.models import Entry  # noqa: PLC0415

    upgrade(here)
    tables = Entry.metadata.sorted_tables
    counts = {table.name: _size(there, table) for table in tables}
    done, total = 0, sum(counts.values())
    progress(done, total)
    for table in tables:
        for rows in _portions(there, table):
            insert_rows(here, table, table.c.keys(), rows)
            done += len(rows)
            progress(done, total)
    if here.dialect.name == "postgresql":
        here.execute(text("ANALYZE"))  # till it does so by itself, a server takes every table for a small one
    head = events.head(there)
    verdict = verify(here, head)  # an equal head covers the seals, too
    short = sum(_size(here, table) != counts[table.name] for table in tables)
    faults = len(verdict.faults) + short + (verdict.head != head)
    if faults:
        raise CopyFaulty(path=place, faults=faults)
    return Copied(place, verdict.batches, verdict.entries, head)


def _size(books: Books, table: Table) -> int:
    return int(books.execute(select(func.count()).select_from(table)).scalar_one())


def _portions(there: Books, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """A table's rows in the order of its key, so that what a row refers to comes before it; few at a time.

    Days are written as text: SQLite keeps them so, and COPY takes them.
    """
    at_once = 1 if table.name in _LARGE else ROWS_AT_ONCE
    days = [isinstance(column.type, Date) for column in table.c]
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=at_once)
    for rows in there.execute(query).partitions():
        yield [_with_text(row, days) if any(days) else tuple(row) for row in rows]


def _with_text(row: Sequence[Any], days: Sequence[bool]) -> tuple[Any, ...]:
    return tuple(str(value) if day and value is not None else value for value, day in zip(row, days, strict=True))
