"""Master data: programs, schools with their other names, people. The event that adds rows says which, and their digest.

Entries and lists point to these rows, and their digests cover whom and what they name; what else a row says, and that
there is no row beside them, rests on the events. A run of rows is told by the number of its first row, how many there
are, and a digest over all of their columns. ``forget`` tells a run anew, but vouches for nothing that was changed
behind the program. Other names of schools are told in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Date, Table, Text, func, or_, select, type_coerce

from aidledger.errors import MasterDataAltered
from aidledger.store.chain.digests import digest_of_run
from aidledger.store.database.bulk import insert_rows
from aidledger.store.model.tables import Beneficiary, Event, ProgramRow, School, SchoolAlias

TABLES: tuple[Table, ...] = (ProgramRow, School, Beneficiary)
_ROWS, _NAMES = "rows", "names"
# Whose event may tell anew what was told before.
FORGET = "forget-person"
_ROWS_AT_ONCE = 5_000
# Of a table's run: the number of its first row, how many rows, their digest.
Run: TypeAlias = tuple[int, int, str]
_ALIASES = select(SchoolAlias.c.name, School.c.name).outerjoin(School, School.c.id == SchoolAlias.c.school_id)


class Added:
    """The rows that a transaction adds, for the event at its end."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._names: dict[str, str] = {}

    def insert(self, books: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows with all of a table's columns, their numbers following the last one's."""
        insert_rows(books, table, table.c.keys(), rows)
        if rows:
            self._rows.setdefault(table.name, []).extend(rows)

    def insert_aliases(self, books: Connection, names: Mapping[str, tuple[int, str]]) -> None:
        """Insert other names of schools: of each the school's number and the name that the ledger prints."""
        rows = [(name, school) for name, (school, _) in names.items()]
        insert_rows(books, SchoolAlias, SchoolAlias.c.keys(), rows)
        self._names |= {name: printed for name, (_, printed) in names.items()}

    def facts(self) -> dict[str, object]:
        """What the event is to say of them; nothing where there are none."""
        runs = {name: (rows[0][0], len(rows), digest_of_run(rows)) for name, rows in self._rows.items()}
        return ({_ROWS: runs} if runs else {}) | ({_NAMES: self._names} if self._names else {})


def update(books: Connection, table: Table, number: int, values: Mapping[str, object]) -> dict[str, object]:
    """Change a row, and what the event is to say of its run; raises MasterDataAltered.

    The run is held to what was told of it first: telling it anew would vouch for whatever else was changed in it.
    """
    told = next((run for run in _told(books)[0][table.name] if run[0] <= number < run[0] + run[1]), None)
    if told is None or _run(books, table, *told[:2]) != told:
        raise MasterDataAltered(table=table.name, row=number)
    books.execute(table.update().where(table.c.id == number).values(values))
    return {_ROWS: {table.name: _run(books, table, *told[:2])}}


def altered(books: Connection) -> Iterator[tuple[str, object, object]]:
    """What is not as it was told, or that nothing told: the table, the first and the last row."""
    told, names = _told(books)
    for table in TABLES:
        expected = 1
        for run in told[table.name]:
            first, count, _ = run
            if first != expected:
                yield table.name, expected, first - 1
            expected = first + count
            if _run(books, table, first, count) != run:
                yield table.name, first, expected - 1
        beside = select(table.c.id).where(or_(table.c.id < 1, table.c.id >= expected))
        yield from ((table.name, row, row) for row in books.execute(beside).scalars())
    there = _aliases(books)
    for name in sorted(map(str, there.keys() ^ names.keys())):
        yield SchoolAlias.name, name, name
    for name in sorted(there.keys() & names.keys()):
        if there[name] != names[name]:
            yield SchoolAlias.name, name, name


def _aliases(books: Connection) -> dict[str, str | None]:
    """Other names of schools, and the name of the school that each is of."""
    return dict(map(tuple, books.execute(_ALIASES)))


def _told(books: Connection) -> tuple[dict[str, list[Run]], dict[str, str]]:
    """What the events say: of each table the runs in the order of the rows, and other names with their schools."""
    runs: dict[str, list[Run]] = {table.name: [] for table in TABLES}
    names: dict[str, str] = {}
    telling = or_(*(Event.c.facts.contains(f'"{fact}":{{') for fact in (_ROWS, _NAMES)))
    said = select(Event.c.action, Event.c.facts).where(telling).order_by(Event.c.id)
    for action, text in books.execute(said.execution_options(yield_per=_ROWS_AT_ONCE)):
        rows, more = _facts(text)
        for name, run in rows.items():
            if name in runs:
                _add(runs[name], run, anew=action == FORGET)
        names = more | names
    return runs, names


def _add(before: list[Run], run: Run, *, anew: bool) -> None:
    """A run that follows the others, or one of them once more; any other word counts for nothing."""
    if not before or run[0] >= sum(before[-1][:2]):
        before.append(run)
    elif anew:
        before[:] = [run if one[:2] == run[:2] else one for one in before]


def _facts(text: str) -> tuple[dict[str, Run], dict[str, str]]:
    """What an event's facts say of rows and names; nothing where they are none of ours, which verify names."""
    try:
        facts = json.loads(text)
        rows = {
            str(name): (int(first), int(count), str(digest))
            for name, (first, count, digest) in dict(facts.get(_ROWS, {})).items()
        }
        return rows, {str(name): str(school) for name, school in dict(facts.get(_NAMES, {})).items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}, {}


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
    """Rows in the order of their numbers, as they are written: days as text."""
    columns = [_day(books, column) if isinstance(column.type, Date) else column for column in table.c]
    query = select(*columns).where(table.c.id >= first).order_by(table.c.id)
    if count is not None:
        query = query.where(table.c.id < first + count)
    yield from map(tuple, books.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)))


def _day(books: Connection, column: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(column, Text) if books.dialect.name == "sqlite" else func.to_char(column, "YYYY-MM-DD")
