"""Side data: databases beside a ledger on which no figure rests, under the ledger's own key.

A ledger on a server has them in its user's own folder. They are their owner's alone, and what is deleted in them is
overwritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aidledger import private
from aidledger.errors import KeyWrong, SideDataUnreadable
from aidledger.store.database.files import change_key, connected, driver

if TYPE_CHECKING:
    import sqlite3

    from aidledger.domain.secret import Secret

# ``inbox``: files that wait. ``access``: passwords.
SideName = Literal["inbox", "access"]
NAMES: tuple[SideName, ...] = ("inbox", "access")
_SECONDS = 60


def side_path(ledger: Path | None, place: str, name: SideName) -> Path:
    """Where side data lies: beside a ledger's file, or for a ledger on a server, by its place, in the user's folder."""
    if ledger is not None:
        return ledger.with_name(f"{ledger.name}.{name}")
    return Path.home() / ".aidledger" / name / f"{hashlib.sha256(place.encode()).hexdigest()[:32]}.db"


@contextmanager
def opened(path: Path, secret: Secret | None, tables: str) -> Iterator[sqlite3.Connection]:
    """A connection to side data, which is made if missing.

    Raises SideDataUnreadable if it is damaged, or has another key than the ledger.
    """
    if not path.exists():
        private.make_folder(path.parent)
        private.create(path)
    try:
        connection = connected(path, secret, timeout=_SECONDS)
    except KeyWrong:
        raise SideDataUnreadable(path=path) from None
    with closing(connection):
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.executescript(tables)
        except driver(secret).DatabaseError as error:
            if "not a database" in str(error) or "malformed" in str(error):
                raise SideDataUnreadable(path=path) from None
            raise
        yield connection


def rekey(ledger: Path, old: Secret, new: Secret) -> None:
    """Give the side data of a ledger the ledger's new key; raises SideDataUnreadable."""
    for name in NAMES:
        path = side_path(ledger, "", name)
        if path.exists():
            with opened(path, old, "") as connection:
                change_key(connection, new)
