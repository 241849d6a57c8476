"""What somebody with every right on the database can do to a table; generated from the tables themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Date, Integer, LargeBinary, Table, UniqueConstraint, and_, select
from sqlalchemy.exc import IntegrityError

from aidledger.store.model.models import Entry
from tests.store.ledgers import ENCRYPTED, ON_POSTGRESQL

TABLES: dict[str, Table] = dict(Entry.metadata.tables)
Row = dict[str, Any]
# What is covered is the same on each engine: all ways to change a cell are tried on one.
ELSEWHERE = ON_POSTGRESQL or ENCRYPTED
# What nothing rests on, and why.
RESTS_ON_NOTHING = {
    # The chain's end shows by a head from outside alone (docs/guarantees.md): `verify --expect`.
    ("event", "delete the last row"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to a table behind the program's back."""

    table: str
    what: str
    do: Callable[[Connection], None]

    @property
    def name(self) -> str:
        return f"{self.table}: {self.what}"


def deeds() -> Iterator[Deed]:
    """Everything that is tried."""
    for name, table in TABLES.items():
        for column in table.columns:
            for how, change in CHANGES.items():
                if (how in {"empty", "fill"} and not column.nullable) or (ELSEWHERE and how != "change"):
                    continue
                yield Deed(name, f"{how} {column.name}", partial(change, table, column))
        for at in ("first", "middle", "last"):
            yield Deed(name, f"delete the {at} row", partial(_delete, table, at))
        for key in table.primary_key.columns:
            for where in ADDED if isinstance(key.type, Integer) else ("above all",):
                yield Deed(name, f"add a row with its {key.name} {where}", partial(add, table, key, where))
        yield Deed(name, "swap two rows", partial(_swap, table))


def _rows(books: Connection, table: Table) -> list[Row]:
    order = table.primary_key.columns
    return [dict(row) for row in books.execute(select(table).order_by(*order)).mappings()]


def _is(table: Table, row: Row) -> Any:  # noqa: ANN401 - a condition
    return and_(*(column == row[column.name] for column in table.primary_key.columns))


def _set(books: Connection, table: Table, row: Row, values: Row) -> None:
    books.execute(table.update().where(_is(table, row)).values(values))


def _another(column: Column[Any], value: Any) -> Any:  # noqa: ANN401 - a cell
    """A value of a column's kind that is not this one."""
    if isinstance(column.type, LargeBinary):
        return bytes(byte ^ 1 for byte in value)
    if isinstance(value, date):
        return date(1999, 9, 9)
    if isinstance(column.type, Integer):
        return 1_000 if value is None else value + 1_000
    return f"{value[:-1]}{'8' if value[-1] == '9' else '9'}" if value else "9"


def change(table: Table, column: Column[Any], books: Connection) -> None:
    rows = _rows(books, table)
    row = rows[len(rows) // 2]
    value = row[column.name]
    of_all = [one[column.name] for one in rows if one[column.name] is not None]
    if column in _told_apart_by(table):
        value = max(of_all, default=None)
    _set(books, table, row, {column.name: _another(column, value)})


def _borrow(table: Table, column: Column[Any], books: Connection) -> None:
    """Another row's value, which looks as if it belonged there."""
    rows = _rows(books, table)
    for row in rows:
        for other in rows:
            if other[column.name] not in {row[column.name], None}:
                try:
                    with books.begin_nested():
                        _set(books, table, row, {column.name: other[column.name]})
                except IntegrityError:
                    continue
                return
    pytest.skip("all rows say the same, or must differ")


def _empty(table: Table, column: Column[Any], books: Connection) -> None:
    rows = [row for row in _rows(books, table) if row[column.name] is not None]
    if not rows:
        pytest.skip("it is always empty")
    _set(books, table, rows[0], {column.name: None})


def _fill(table: Table, column: Column[Any], books: Connection) -> None:
    rows = [row for row in _rows(books, table) if row[column.name] is None]
    if not rows:
        pytest.skip("it is nowhere empty")
    value: Any = date(1999, 9, 9) if isinstance(column.type, Date) else _another(column, None)
    _set(books, table, rows[0], {column.name: value})


CHANGES: dict[str, Callable[[Table, Column[Any], Connection], None]] = {
    "change": change,
    "borrow another row's": _borrow,
    "empty": _empty,
    "fill": _fill,
}


def _delete(table: Table, at: str, books: Connection) -> None:
    rows = _rows(books, table)
    row = rows[{"first": 0, "middle": len(rows) // 2, "last": -1}[at]]
    books.execute(table.delete().where(_is(table, row)))


# Of a key that is a number the new one; of another, where among them it is.
ADDED = {"below all": -1, "at zero": 0, "above all": None, "far above all": 1_000_000}


def add(table: Table, key: Column[Any], where: str, books: Connection) -> None:
    """A copy of a row, with another key; what must be unique besides is made so."""
    rows = _rows(books, table)
    besides = _unique_besides(table)
    plain_ones = [one for one in rows if all(one[column.name] is None for column in besides if column.nullable)]
    row = dict(plain_ones[-1])
    if isinstance(key.type, Integer):
        given = ADDED[where]
        row[key.name] = max(one[key.name] for one in rows) + 1 if given is None else given
    else:
        row[key.name] = _another(key, row[key.name])
    for column in besides:
        taken = max((one[column.name] for one in rows if one[column.name] is not None), default=None)
        if row[column.name] is not None:
            row[column.name] = _another(column, taken)
    books.execute(table.insert().values(**row))


def _unique_besides(table: Table) -> list[Column[Any]]:
    """A column of each unique key but the primary one."""
    keys: list[Sequence[Column[Any]]] = [
        list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)
    ]
    keys += [list(one.columns) for one in table.indexes if one.unique]
    return [columns[-1] for columns in keys]


def _told_apart_by(table: Table) -> list[Column[Any]]:
    return [*table.primary_key.columns, *_unique_besides(table)]


def _swap(table: Table, books: Connection) -> None:
    """Two rows change places: each takes the other's key."""
    rows = _rows(books, table)
    one, other = rows[0], rows[-1]
    keys = [column.name for column in table.primary_key.columns]
    if {name: one[name] for name in one if name not in keys} == {name: other[name] for name in one if name not in keys}:
        pytest.skip("there is one row, or what is behind the keys is the same")
    for row in (one, other):
        books.execute(table.delete().where(_is(table, row)))
    for row, key in ((one, other), (other, one)):
        books.execute(table.insert().values(**row | {name: key[name] for name in keys}))


@contextmanager
def unguarded(books: Connection) -> Iterator[None]:
    """The same; SQLite's triggers are taken off while something is done, and put back as they were."""
    triggers: list[tuple[str, str]] = []
    if books.dialect.name == "sqlite":
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = [(name, sql) for name, sql in books.exec_driver_sql(asked)]
    for name, _ in triggers:
        books.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        books.exec_driver_sql(sql)
