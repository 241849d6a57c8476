"""Copying a ledger row by row into an empty database, of the same engine or another."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, func, inspect, select, text

from aidledger import private
from aidledger.domain.secret import Secret
from aidledger.errors import CopyFaulty, LedgerExists
from aidledger.store.chain import events
from aidledger.store.database import engine as engines
from aidledger.store.database.bulk import insert_rows, streamed
from aidledger.store.ledger import Books, Ledger
from aidledger.store.verifying.verify import verify

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import URL

ROWS_AT_ONCE = 2_000
# Tables in which a row holds a whole file.
_LARGE = {"source_file"}
# Rows copied so far, and of all.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of a ledger: where, how large, and the head of both."""

    place: str
    batches: int
    entries: int
    head: str


def copy_ledger(
    source: Ledger, place: str, progress: Progress, secret: Callable[[], Secret | None] = lambda: None
) -> Copied:
    """Copy a snapshot of a ledger in one transaction, committed if the copy verifies.

    ``secret`` gives the key of the new file, if it is to be encrypted. Raises LedgerExists unless the target is empty,
    CannotWrite, CopyFaulty.
    """
    url = engines.ledger_url(place)
    if url.get_backend_name() != "sqlite":
        return _copy_into(source, url, engines.display_name(url), progress)
    path = Path(str(url.database))
    if os.path.lexists(path):
        raise LedgerExists(path=path)
    with private.unfinished(path) as part:
        with source.reading("copy"):
            pass  # check the role before a key is made
        copied = _copy_into(source, url.set(database=str(part)), str(path), progress, secret())
        private.publish(part, path)
    return copied


def _copy_into(source: Ledger, url: URL, place: str, progress: Progress, secret: Secret | None = None) -> Copied:
    target = Ledger(engines.connect(url, secret), place, source.actor, source.clock)
    try:
        with source.reading("copy") as original, target.writing("open") as copy:
            _require_empty(copy, place)
            return _copy(original, copy, place, progress)
    finally:
        target.close()


def _require_empty(copy: Books, place: str) -> None:
    inspector = inspect(copy)
    if inspector.get_table_names() or inspector.get_view_names():
        raise LedgerExists(path=place)


def _copy(original: Books, copy: Books, place: str, progress: Progress) -> Copied:
    # Alembic and sqlmodel are slow to load; only the models know the foreign keys.
    from aidledger.store.model.migrate import upgrade  # noqa: PLC0415
    from aidledger.store.model.models import Entry  # noqa: PLC0415

    upgrade(copy)
    tables = Entry.metadata.sorted_tables
    counts = {table.name: _size(original, table) for table in tables}
    done, total = 0, sum(counts.values())
    progress(done, total)
    for table in tables:
        with closing(_portions(original, table)) as portions:
            for rows in portions:
                insert_rows(copy, table, table.c.keys(), rows)
                done += len(rows)
                progress(done, total)
    if copy.dialect.name == "postgresql":
        copy.execute(text("ANALYZE"))  # without statistics the planner takes every table for a small one
    head = events.head(original)
    verdict = verify(copy, head)  # an equal head covers the seals, too
    short = sum(_size(copy, table) != counts[table.name] for table in tables)
    faults = len(verdict.faults) + short + (verdict.head != head)
    if faults:
        raise CopyFaulty(path=place, faults=faults)
    return Copied(place, verdict.batches, verdict.entries, head)


def _size(books: Books, table: Table) -> int:
    return int(books.execute(select(func.count()).select_from(table)).scalar_one())


def _portions(original: Books, table: Table) -> Generator[list[tuple[Any, ...]]]:
    """A table's rows in portions, in the order of the key, so that referenced rows come first.

    Dates become text, which SQLite stores and COPY accepts.
    """
    at_once = 1 if table.name in _LARGE else ROWS_AT_ONCE
    days = [isinstance(column.type, Date) for column in table.c]
    with streamed(original, select(table).order_by(*table.primary_key.columns), at_once) as result:
        for rows in result.partitions():
            yield [_with_text(row, days) if any(days) else tuple(row) for row in rows]


def _with_text(row: Sequence[Any], days: Sequence[bool]) -> tuple[Any, ...]:
    return tuple(str(value) if day and value is not None else value for value, day in zip(row, days, strict=True))
