"""Whatever is changed in, added to or taken from any table: `verify` says so. Generated from the tables themselves.

What a table or a column added later says is asked after here without a word being written: it fails till it is covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Date, Integer, LargeBinary, Table, UniqueConstraint, and_, func, select
from sqlalchemy.exc import IntegrityError

from aidledger.store.models import Entry
from aidledger.store.seals import SealKey
from aidledger.store.strays import POINTERS
from aidledger.store.verify import Fault, verify
from tests.store import everything
from tests.store.encrypted import SEAL
from tests.store.ledgers import ENCRYPTED, ON_POSTGRESQL, in_words_of, new_place, plain

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
                yield Deed(name, f"add a row with its {key.name} {where}", partial(_add, table, key, where))
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


def _change(table: Table, column: Column[Any], books: Connection) -> None:
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
    "change": _change,
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


def _add(table: Table, key: Column[Any], where: str, books: Connection) -> None:
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


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A connection of somebody with every right, to a ledger with rows in every table; an encrypted one is sealed."""
    folder = tmp_path_factory.mktemp("everything")
    place = new_place(folder)
    (folder / "work").mkdir()
    everything.enter(place, folder / "work", SEAL if ENCRYPTED else None)
    with plain(place) as books:
        yield books


@contextmanager
def behind(books: Connection) -> Iterator[None]:
    """What is done in the block is done past triggers and foreign keys, and taken back."""
    books.rollback()
    with books.begin() as transaction:
        if books.dialect.name == "postgresql":
            books.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            books.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            books.exec_driver_sql("BEGIN")  # the driver begins with the first change of a row, not with that of a table
        try:
            yield
        finally:
            transaction.rollback()


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


def found(books: Connection, deed: Callable[[Connection], None]) -> list[Fault]:
    """What `verify` says after something was done."""
    with behind(books):
        with unguarded(books):
            try:
                deed(books)
            except IntegrityError:
                pytest.skip("the table itself refuses it")
        return verify(books, key=SealKey(SEAL) if ENCRYPTED else None).faults


def test_every_table_has_rows_and_verifies(books: Connection) -> None:
    assert found(books, lambda _books: None) == []
    counts = {name: books.execute(select(func.count()).select_from(table)).scalar() for name, table in TABLES.items()}
    assert [name for name, count in counts.items() if not count] == []


@pytest.mark.parametrize("deed", [pytest.param(deed, id=deed.name) for deed in deeds()])
def test_whatever_is_done_to_a_table_is_named(books: Connection, deed: Deed) -> None:
    faults = found(books, deed.do)
    assert bool(faults) != ((deed.table, deed.what) in RESTS_ON_NOTHING)


# What takes more than one statement, or a row of another kind: each has been done by somebody.
BY_HAND = {
    "two lines of an order pay each other's month of one person": """
        CREATE TEMPORARY TABLE months AS SELECT id FROM entry
        WHERE beneficiary_id = (SELECT min(beneficiary_id) FROM entry WHERE part IS NOT NULL);
        UPDATE payment_order_line SET entry_id = -1 WHERE entry_id = (SELECT min(id) FROM months);
        UPDATE payment_order_line SET entry_id = (SELECT min(id) FROM months)
        WHERE entry_id = (SELECT max(id) FROM months);
        UPDATE payment_order_line SET entry_id = (SELECT max(id) FROM months) WHERE entry_id = -1;
        DROP TABLE months""",
    "a cut of the running totals twice": """
        INSERT INTO batch_total SELECT batch_id, 99, program_id, period, school_id, payments, amount_fen
        FROM batch_total WHERE batch_id = 4""",
    "a total of a batch that is not there": """
        INSERT INTO batch_total SELECT 99, 1, program_id, period, school_id, payments, amount_fen
        FROM batch_total WHERE batch_id = 4""",
    "an answer of the bank in a batch of another kind": """
        INSERT INTO bank_return SELECT 99, 1, listing_id, row, entry_id, number, name, account, amount_fen, 'failed',
        reason, paid_on, serial_no, digest, order_id FROM bank_return WHERE id = 1""",
    "a recovery that no list counts": """
        INSERT INTO recovery SELECT 99, 3, listing_id, row, beneficiary_id, program_id, period, school_id,
        amount_fen, recovered_on, document, reason, name_stated, digest FROM recovery WHERE id = 1""",
    "a reversal that is made to reverse another entry": """
        UPDATE entry SET reversal_of = (SELECT max(id) FROM entry WHERE occurrence > 0)
        WHERE id = (SELECT min(id) FROM entry WHERE reversal_of IS NOT NULL)""",
    "a file that no batch has": """
        INSERT INTO source_file VALUES ('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, x'')""",
}


@pytest.mark.parametrize("what", BY_HAND)
def test_what_somebody_did_is_named(books: Connection, what: str) -> None:
    def do(books: Connection) -> None:
        for statement in BY_HAND[what].split(";"):
            books.exec_driver_sql(in_words_of(books.dialect.name, statement))

    assert found(books, do)


def test_every_pointer_is_followed_or_stands_in_a_digest_as_it_is() -> None:
    """Batches, entries and events are covered with the numbers that they point to; all else is sought (strays)."""
    covered = {"batch", "entry", "event"}
    pointing = {
        (name, key.parent.name, key.column.table.name)
        for name, table in TABLES.items()
        if name not in covered
        for key in table.foreign_keys
    }
    followed = {
        (table.name, column, target.name) for table, columns in POINTERS.items() for column, target in columns.items()
    }
    assert {one for one in followed if one[0] not in covered} == pointing
