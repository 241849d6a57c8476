"""Master data: programs, schools with their other names, people. The event that adds rows says which, and their digest.

Entries and lists point to these rows, and their digests cover whom and what they name; what else a row says, and that
there is no row beside them, rests on the events. A run of rows is told by the number of its first row, how many there
are, and a digest over all of their columns. ``forget`` tells a run anew: the last one counts. An upgrade tells what no
event of an older ledger did. Other names of schools have no number: they are one run, in their own order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Date, Table, Text, func, or_, select, type_coerce

from aidledger.store.bulk import insert_rows
from aidledger.store.digests import digest_of_run
from aidledger.store.tables import Beneficiary, Event, ProgramRow, School, SchoolAlias

TABLES: tuple[Table, ...] = (ProgramRow, School, SchoolAlias, Beneficiary)
_FACT = "rows"
# Whose event may tell anew what was told before.
FORGET = "forget-person"
_ROWS_AT_ONCE = 5_000
# Of a table's run: the number of its first row, how many rows, their digest.
Run: TypeAlias = tuple[int, int, str]


class Added:
    """The rows that a transaction adds, for the event at its end."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def insert(self, books: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows with all of a table's columns, their numbers following the last one's."""
        insert_rows(books, table, table.c.keys(), rows)
        if rows:
            self._rows.setdefault(table.name, []).extend(rows)

    def facts(self, books: Connection) -> dict[str, object]:
        """What the event is to say of them; nothing where there are none."""
        runs = {name: [rows[0][0], len(rows), digest_of_run(rows)] for name, rows in self._rows.items()}
        if SchoolAlias.name in runs:
            runs[SchoolAlias.name] = list(_run(books, SchoolAlias))
        return {_FACT: runs} if runs else {}


def untold(books: Connection) -> dict[str, object]:
    """What the event of an upgrade is to say: the rows of tables of which no event told, in an older ledger all.

    Never what was told before: else who sets a ledger's version back would have an upgrade vouch for what he changed.
    """
    told = runs(books)
    rest = {table.name: list(_run(books, table)) for table in TABLES if not told[table.name]}
    return {_FACT: rest} if rest else {}


def told_anew(books: Connection, table: Table, number: int) -> dict[str, object]:
    """What an event is to say of the run of a row that was changed."""
    for first, count, _ in runs(books)[table.name]:
        if first <= number < first + count:
            return {_FACT: {table.name: list(_run(books, table, first, count))}}
    return {}


def runs(books: Connection) -> dict[str, list[Run]]:
    """What the events say of each table, in the order of the rows; of what is no such word, nothing."""
    told: dict[str, list[Run]] = {table.name: [] for table in TABLES}
    said = select(Event.c.action, Event.c.facts).where(Event.c.facts.contains(f'"{_FACT}":{{')).order_by(Event.c.id)
    for action, facts in books.execute(said.execution_options(yield_per=_ROWS_AT_ONCE)):
        for name, run in _told(facts):
            before = told.get(name)
            if before is not None and (action == FORGET or name == SchoolAlias.name or _follows(before, run)):
                told[name] = _with(before, run)
    return told


def _follows(before: list[Run], run: Run) -> bool:
    return not before or run[0] >= sum(before[-1][:2])


def _with(before: list[Run], run: Run) -> list[Run]:
    """Runs with one more, instead of those that it covers; mostly it follows the last one."""
    first, count, _ = run
    if _follows(before, run):
        before.append(run)
        return before
    return sorted([*(one for one in before if not first <= one[0] < first + max(count, 1)), run])


def _told(facts: str) -> Iterator[tuple[str, Run]]:
    try:
        for name, (first, count, digest) in dict(json.loads(facts)[_FACT]).items():
            yield str(name), (int(first), int(count), str(digest))
    except (ValueError, LookupError, TypeError):
        return


def altered(books: Connection) -> Iterator[tuple[str, int, int]]:
    """Runs that are not as they were told, or that nothing told: the table, the numbers of the first and last row."""
    told = runs(books)
    for table in TABLES:
        expected = 1
        for first, count, digest in told[table.name]:
            if first != expected:
                yield table.name, expected, first - 1
            expected = first + count
            if _run(books, table, first, count) != (first, count, digest):
                yield table.name, first, expected - 1
        yield from ((table.name, row, row) for row in _outside(books, table, expected))


def _outside(books: Connection, table: Table, end: int) -> Iterator[int]:
    """Rows before the first one and behind the last one that was told of."""
    if "id" in table.c:
        yield from books.execute(select(table.c.id).where(or_(table.c.id < 1, table.c.id >= end))).scalars()


def _run(books: Connection, table: Table, first: int = 1, count: int | None = None) -> Run:
    """A run as it is; without a digest where a cell is none of its column's kind."""
    counted = 0

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal counted
        for row in _rows(books, table, first, count):
            counted += 1
            yield row

    try:
        digest = digest_of_run(rows())
    except TypeError:
        digest = ""
    return first, counted, digest


def _rows(books: Connection, table: Table, first: int, count: int | None) -> Iterator[tuple[Any, ...]]:
    """A table's rows in their order, as they are written: days as text."""
    columns = [_day(books, column) if isinstance(column.type, Date) else column for column in table.c]
    if "id" not in table.c:  # engines differ in the order of words
        yield from sorted(map(tuple, books.execute(select(*columns))), key=repr)
        return
    query = select(*columns).where(table.c.id >= first).order_by(table.c.id)
    if count is not None:
        query = query.where(table.c.id < first + count)
    yield from map(tuple, books.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)))


def _day(books: Connection, column: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(column, Text) if books.dialect.name == "sqlite" else func.to_char(column, "YYYY-MM-DD")
