"""The floor's second half: the people and payments that an import made of the files, with ``executemany``.

The tables, their indexes and the pragmas are the ledger's own, and all is one transaction. Unless ``guarded``, the
triggers that refuse changes are left out, and foreign keys are not looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from aidledger.store.database import engine

_TABLES = ("beneficiary", "entry")


def prepare(made: str, place: str, *, guarded: bool) -> Callable[[], int]:
    """``made``: a ledger of the same files; ``place``: where the floor's own is written."""
    rows = _skeleton(made, place, guarded=guarded)

    def work() -> int:
        connection = sqlite3.connect(place, isolation_level=None)
        for pragma in engine._PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if not guarded:
            connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        for table in _TABLES:
            marks = ", ".join("?" * len(rows[table][0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])  # noqa: S608
        connection.execute("COMMIT")
        connection.close()
        return len(rows["entry"])

    return work


def _skeleton(made: str, place: str, *, guarded: bool) -> dict[str, list[tuple[object, ...]]]:
    """A ledger with everything in it but the files' bytes and the rows to insert, which are returned."""
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("ATTACH ? AS made", [made])
    schema = connection.execute("SELECT type, name, sql FROM made.sqlite_master WHERE sql IS NOT NULL").fetchall()
    for kind, _, sql in schema:
        if guarded or kind != "trigger":
            connection.execute(sql)
    connection.execute("BEGIN")
    for kind, name, _ in schema:
        if kind == "table" and name not in {*_TABLES, "source_file"}:
            connection.execute(f'INSERT INTO main."{name}" SELECT * FROM made."{name}"')  # noqa: S608
    connection.execute("COMMIT")
    found = {table: connection.execute(f"SELECT * FROM made.{table} ORDER BY id").fetchall() for table in _TABLES}  # noqa: S608
    connection.close()
    return found
