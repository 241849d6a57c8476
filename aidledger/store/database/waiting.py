"""The ledger's write lock: one writer at a time, and who has to wait for it is told so."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

BUSY_TIMEOUT_MS = 60_000
# Files are committed in well under a second each: who waits less than this need not hear of it.
UNNOTICED_MS = 1_000
PORTION_MS = 500
Waits = Callable[[], None]

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('aidledger'))")
_LOCK_IF_FREE = text("SELECT pg_try_advisory_xact_lock(hashtext('aidledger'))")


def begin_sqlite(books: Connection, waits: Waits) -> None:
    """Begin with the write lock; calls ``waits`` where another writer is in the way for long.

    Python's driver begins DEFERRED: there, a read that turns into a write fails at once without waiting.
    Raises the driver's error, as DBAPIError, when the connection's ``busy_timeout`` has passed.
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
    """Wait in portions: within one, SQLite does not let Python hear of Ctrl-C."""
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
    """Take the write lock, which ends with the transaction; calls ``waits`` where another writer has it.

    Rows that somebody holds who did not ask for this lock are waited for no longer than that either.
    """
    books.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
    if not books.execute(_LOCK_IF_FREE).scalar_one():
        waits()
        books.execute(_LOCK)
