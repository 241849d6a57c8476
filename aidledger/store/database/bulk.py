"""Bulk inserts, next ids, and reading in portions: keys in chunks, rows by cursor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Insert, Result, Select, Table, func, select
from sqlalchemy.exc import DBAPIError

Item = TypeVar("Item")
# Well below the parameter limits of SQLite and PostgreSQL.
KEYS_PER_QUERY = 500
# SQLite's lowest parameter limit.
_VALUES_PER_INSERT = 999
_ROWS_AT_ONCE = 5_000


@cache
def _next_ids(tables: tuple[Table, ...]) -> Select[Any]:
    keys = [table.c.id for table in tables]
    return select(*(select(func.coalesce(func.max(key), 0) + 1).scalar_subquery() for key in keys))


def next_ids(books: Connection, *tables: Table) -> tuple[int, ...]:
    """The next id of each table; the caller holds the ledger's write lock."""
    return tuple(books.execute(_next_ids(tables)).one())


def next_id(books: Connection, table: Table) -> int:
    """The next id of a table; the caller holds the ledger's write lock."""
    return next_ids(books, table)[0]


def insert_rows(books: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of the named columns: with COPY on PostgreSQL, with multi-row statements on SQLite.

    For every statement that a trigger or foreign key may abort, SQLite copies the pages that it changes: with one
    statement per row (``executemany``) that is five pages for every row.
    """
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if books.dialect.name != "sqlite":
        _copy(books, f'COPY "{table.name}" ({names}) FROM STDIN', rows)
        return
    marks = f"({', '.join('?' * len(columns))})"
    for chunk in chunks(rows, _VALUES_PER_INSERT // len(columns)):
        values = ", ".join([marks] * len(chunk))
        books.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES {values}', tuple(chain(*chunk)))  # noqa: S608


def _copy(books: Connection, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Raises DBAPIError without parameters: the driver's own error would carry the row."""
    from psycopg import Connection as Server  # noqa: PLC0415 - an extra
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
    books.execute(_insert(table), values)


@contextmanager
def streamed(books: Connection, query: Select[Any], at_once: int = _ROWS_AT_ONCE) -> Iterator[Result[*tuple[Any, ...]]]:
    """Rows in portions, since a province's ledger does not fit into memory.

    A server's cursor is closed with the block, whatever ends it: left open, it would live on in the pooled connection.
    """
    with books.execute(query.execution_options(yield_per=at_once)) as rows:
        yield rows


def chunks(items: Sequence[Item], size: int = KEYS_PER_QUERY) -> Iterator[Sequence[Item]]:
    """Items in slices small enough for one query."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
