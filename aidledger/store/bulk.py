"""Rows into a table, many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Insert, Select, Table, func, select

if TYPE_CHECKING:
    from sqlmodel import SQLModel

Item = TypeVar("Item")
# Well under what SQLite and PostgreSQL take in one statement.
KEYS_PER_QUERY = 500


@cache
def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def tables_of(*models: type[SQLModel]) -> tuple[Table, ...]:
    """The tables of several models."""
    return tuple(table_of(model) for model in models)


@cache
def _next_ids(models: tuple[type[SQLModel], ...]) -> Select[Any]:
    keys = [table_of(model).c.id for model in models]
    return select(*(select(func.coalesce(func.max(key), 0) + 1).scalar_subquery() for key in keys))


def next_ids(books: Connection, *models: type[SQLModel]) -> tuple[int, ...]:
    """The ids after the last ones; the caller holds the ledger's write lock."""
    return tuple(books.execute(_next_ids(models)).one())


def next_id(books: Connection, model: type[SQLModel]) -> int:
    """The id after the last one; the caller holds the ledger's write lock."""
    return next_ids(books, model)[0]


def insert_rows(
    books: Connection, model: type[SQLModel], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of the named columns. The driver's own executemany takes half the time of Core's here."""
    if not rows:
        return
    table = table_of(model)
    if books.dialect.name == "sqlite":
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        books.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)  # noqa: S608
    else:
        books.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])


@cache
def _insert(model: type[SQLModel]) -> Insert:
    return table_of(model).insert()


def insert_row(books: Connection, model: type[SQLModel], **values: object) -> None:
    """Insert one row."""
    books.execute(_insert(model), values)


def chunks(items: Sequence[Item], size: int = KEYS_PER_QUERY) -> Iterator[Sequence[Item]]:
    """Runs of items, each small enough for one query."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
