"""The ledger's write lock: one writer at a time; a callback reports that another one has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

BUSY_TIMEOUT_MS = 60_000
# Shorter waits are not reported: committing a file takes well under a second.
UNNOTICED_MS = 1_000
PORTION_MS = 500
Waits = Callable[[], None]

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('aidledger'))")
_LOCK_IF_FREE = text("SELECT pg_try_advisory_xact_lock(hashtext('aidledger'))")


def begin_sqlite(books: Connection, waits: Waits) -> None:
    """Begin a transaction with the write lock; calls ``waits`` if that takes long.

    Python's driver begins DEFERRED transactions, in which a read that turns into a write fails without waiting.
    Raises DBAPIError when the connection's ``busy_timeout`` has passed.
    """
    patience = books.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    try:
        _begin_within(books, min(patience, UNNOTICED_MS))
    except DBAPIError as error:
        if "locked" not in str(error.orig):
            raise
        waits()
        _begin_in_portions(books, max(patience - UNNOTICED_MS, 0))
    finally:
        books.exec_driver_sql(f"PRAGMA busy_timeout={patience}")


def _begin_in_portions(books: Connection, milliseconds: int) -> None:
    """Wait in short steps, between which Python can handle Ctrl-C."""
    deadline = time.monotonic() + milliseconds / 1_000
    while True:
        left = max(int((deadline - time.monotonic()) * 1_000), 0)
        try:
            _begin_within(books, min(left, PORTION_MS))
        except DBAPIError as error:
            if "locked" not in str(error.orig) or not left:
                raise
        else:
            return


def _begin_within(books: Connection, milliseconds: int) -> None:
    books.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")
    books.exec_driver_sql("BEGIN IMMEDIATE")


def lock_postgresql(books: Connection, waits: Waits) -> None:
    """Take the write lock until the transaction ends; calls ``waits`` if another writer has it.

    The timeout also limits waits for row locks of sessions that did not take this lock.
    """
    books.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
    if not books.execute(_LOCK_IF_FREE).scalar_one():
        waits()
        books.execute(_LOCK)


# 256 MiB of pages of 4 KiB; a check of four hundred rosters changes some sixty.
_PAGES_HELD = 65_536


@contextmanager
def holding_pages(books: Connection) -> Iterator[None]:
    """A long transaction of SQLite's that will be rolled back keeps its pages in memory, and lets others read.

    When SQLite writes changed pages before the commit, because its cache of 2 MiB is full, nobody else can read until
    the transaction ends.
    """
    if books.dialect.name != "sqlite":
        yield
        return
    books.exec_driver_sql(f"PRAGMA cache_spill={_PAGES_HELD}")
    try:
        yield
    finally:
        books.exec_driver_sql("PRAGMA cache_spill=1")  # no more than the cache
