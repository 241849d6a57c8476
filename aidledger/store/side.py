"""Side data: databases beside a ledger on which no figure rests, under the ledger's own key.

They are their owner's alone, and what is deleted in them is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aidledger import private
from aidledger.store.database.files import connected

if TYPE_CHECKING:
    import sqlite3

    from aidledger.domain.secret import Secret

_SECONDS = 60


@contextmanager
def opened(path: Path, secret: Secret | None, tables: str) -> Iterator[sqlite3.Connection]:
    """A connection to side data, which is made if missing; ``tables``: SQL that makes those that are wanted."""
    if not path.exists():
        private.make_folder(path.parent)
        private.create(path)
    with closing(connected(path, secret, timeout=_SECONDS)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(tables)
        yield connection
