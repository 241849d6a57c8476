"""Rows into a table, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Insert, Select, Table, func, select
from sqlalchemy.exc import DBAPIError

Item = TypeVar("Item")
# Well under what SQLite and PostgreSQL take in one statement.
KEYS_PER_QUERY = 500
# As many as every SQLite takes.
_VALUES_PER_INSERT = 999


@cache
def _next_ids(tables: tuple[Table, ...]) -> Select[Any]:
    keys = [table.c.id for table in tables]
    return select(*(select(func.coalesce(func.max(key), 0) + 1).scalar_subquery() for key in keys))


def next_ids(books: Connection, *tables: Table) -> tuple[int, ...]:
    """The ids after the last ones; the caller holds the ledger's write lock."""
    return tuple(books.execute(_next_ids(tables)).one())


def next_id(books: Connection, table: Table) -> int:
    """The id after the last one; the caller holds the ledger's write lock."""
    return next_ids(books, table)[0]


def insert_rows(books: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of the named columns: with PostgreSQL's COPY, and into SQLite some at a time.

    SQLite keeps, for every statement that a trigger or a foreign key may stop, a copy of each page that it changes; so
    a statement per row (``executemany``) copies five pages for every row.
    """
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if books.dialect.name != "sqlite":
        _copy(books, f'COPY "{table.name}" ({names}) FROM STDIN', rows)
        return
    marks = f"({', '.join('?' * len(columns))})"
    for some in chunks(rows, _VALUES_PER_INSERT // len(columns)):
        values = ", ".join([marks] * len(some))
        books.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES {values}', tuple(chain(*some)))  # noqa: S608


def _copy(books: Connection, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Raises DBAPIError, as everything else does: the driver's own error carries what was to be written."""
    from psycopg import Connection as Server  # noqa: PLC0415 - an extra, there where this is called
    from psycopg import Error  # noqa: PLC0415

    server = cast("Server", books.connection.driver_connection)
    try:
        with server.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            for row in rows:
                copy.write_row(row)
    except Error as error:
        raise DBAPIError.instance(sql, None, error, Error, hide_parameters=True) from None


@cache
def _insert(table: Table) -> Insert:
    return table.insert()


def insert_row(books: Connection, table: Table, **values: object) -> None:
    """Insert one row."""
    books.execute(_insert(table), values)


def chunks(items: Sequence[Item], size: int = KEYS_PER_QUERY) -> Iterator[Sequence[Item]]:
    """Runs of items, each small enough for one query."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
