"""The floor: the files read and nothing done with it; the entries that an import made of them inserted, all at once.

The tables, indexes, triggers and pragmas are the ledger's own, and the rows that entries refer to are there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from aidledger.store import engine
from tests.bench.rosters import files


def prepare(rosters: str, made: str, place: str) -> Callable[[], int]:
    """``made``: a ledger of the same files; ``place``: where the floor's own is written."""
    from python_calamine import CalamineWorkbook

    paths = files(rosters)
    entries = _skeleton(made, place)
    columns = ", ".join("?" * len(entries[0]))

    def work() -> int:
        for path in paths:
            book = CalamineWorkbook.from_path(path)
            for name in book.sheet_names:
                for _ in book.get_sheet_by_name(name).iter_rows():
                    pass
        connection = sqlite3.connect(place, isolation_level=None)
        for pragma in engine._PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO entry VALUES ({columns})", entries)  # noqa: S608
        connection.execute("COMMIT")
        connection.close()
        return len(entries)

    return work


def _skeleton(made: str, place: str) -> list[tuple[object, ...]]:
    """A ledger with everything in it but the entries, which are returned, and the files' bytes."""
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("ATTACH ? AS made", [made])
    schema = connection.execute("SELECT type, name, sql FROM made.sqlite_master WHERE sql IS NOT NULL").fetchall()
    for _, _, sql in schema:
        connection.execute(sql)
    connection.execute("BEGIN")
    for kind, name, _ in schema:
        if kind == "table" and name not in {"entry", "source_file"}:
            connection.execute(f'INSERT INTO main."{name}" SELECT * FROM made."{name}"')  # noqa: S608
    connection.execute("COMMIT")
    entries = connection.execute("SELECT * FROM made.entry ORDER BY id").fetchall()
    connection.close()
    return entries
