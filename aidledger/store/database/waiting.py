"""The ledger's write lock: one writer at a time; a callback reports that another one has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable

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
