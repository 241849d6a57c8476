"""Master data: programs, schools with their other names, people. The event that adds rows records their digest.

Entries and lists point to these rows, and their digests cover whom and what they name; what else a row says, and that
there is no other row, rests on the events. An event records a run of rows by the id of the first, their number, and a
digest over all of their columns. ``forget`` records a run again, but only if it still matches its record. Other names
of schools are recorded in full.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Date, Table, Text, func, or_, select, type_coerce

from aidledger.errors import MasterDataAltered
from aidledger.store.chain.digests import digest_of_run
from aidledger.store.database.bulk import insert_rows, streamed
from aidledger.store.model.tables import Beneficiary, Event, ProgramRow, School, SchoolAlias

TABLES: tuple[Table, ...] = (ProgramRow, School, Beneficiary)
_ROWS, _NAMES = "rows", "names"
# The only action that may record a run again.
FORGET = "forget-person"
# First id, number of rows, digest.
Run: TypeAlias = tuple[int, int, str]
_ALIASES = select(SchoolAlias.c.name, School.c.name).outerjoin(School, School.c.id == SchoolAlias.c.school_id)


class Added:
    """The master data that a transaction adds, for the event that ends it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._names: dict[str, str] = {}

    def insert(self, books: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows with all columns of the table; their ids must follow the last one."""
        insert_rows(books, table, table.c.keys(), rows)
        if rows:
            self._rows.setdefault(table.name, []).extend(rows)

    def insert_aliases(self, books: Connection, names: Mapping[str, tuple[int, str]]) -> None:
        """Insert other names of schools, each with the school's id and the name that the ledger prints."""
        rows = [(name, school) for name, (school, _) in names.items()]
        insert_rows(books, SchoolAlias, SchoolAlias.c.keys(), rows)
        self._names |= {name: printed for name, (_, printed) in names.items()}

    def facts(self) -> dict[str, object]:
        """The facts that the event records; empty if nothing was added."""
        runs = {name: (rows[0][0], len(rows), digest_of_run(rows)) for name, rows in self._rows.items()}
        return ({_ROWS: runs} if runs else {}) | ({_NAMES: self._names} if self._names else {})


def update(books: Connection, table: Table, number: int, values: Mapping[str, object]) -> dict[str, object]:
    """Change a row; returns the facts that the event records of its run. Raises MasterDataAltered.

    The run must match its record first: a new record would vouch for any other change in it.
    """
    recorded = next((run for run in _recorded(books)[0][table.name] if run[0] <= number < run[0] + run[1]), None)
    if recorded is None or _run(books, table, *recorded[:2]) != recorded:
        raise MasterDataAltered(table=table.name, row=number)
    books.execute(table.update().where(table.c.id == number).values(values))
    return {_ROWS: {table.name: _run(books, table, *recorded[:2])}}


def altered(books: Connection) -> Iterator[tuple[str, object, object]]:
    """Rows that differ from their record, or have none: table, first and last row."""
    recorded, names = _recorded(books)
    for table in TABLES:
        expected = 1
        for run in recorded[table.name]:
            first, count, _ = run
            if first != expected:
                yield table.name, expected, first - 1
            expected = first + count
            if _run(books, table, first, count) != run:
                yield table.name, first, expected - 1
        unrecorded = select(table.c.id).where(or_(table.c.id < 1, table.c.id >= expected))
        yield from ((table.name, row, row) for row in books.execute(unrecorded).scalars())
    stored = _aliases(books)
    for name in sorted(map(str, stored.keys() ^ names.keys())):
        yield SchoolAlias.name, name, name
    for name in sorted(stored.keys() & names.keys()):
        if stored[name] != names[name]:
            yield SchoolAlias.name, name, name


def _aliases(books: Connection) -> dict[str, str | None]:
    """Schools' printed names, by their other names."""
    return dict(map(tuple, books.execute(_ALIASES)))


def _recorded(books: Connection) -> tuple[dict[str, list[Run]], dict[str, str]]:
    """What the events record: each table's runs in the order of ids, and schools by their other names."""
    runs: dict[str, list[Run]] = {table.name: [] for table in TABLES}
    names: dict[str, str] = {}
    has_facts = or_(*(Event.c.facts.contains(f'"{fact}":{{') for fact in (_ROWS, _NAMES)))
    query = select(Event.c.action, Event.c.facts).where(has_facts).order_by(Event.c.id)
    with streamed(books, query) as events:
        for action, text in events:
            rows, more_names = _facts(text)
            for name, run in rows.items():
                if name in runs:
                    _add(runs[name], run, again=action == FORGET)
            names = more_names | names
    return runs, names


def _add(runs: list[Run], run: Run, *, again: bool) -> None:
    """Add a run that follows the others, or replace one (``again``); ignore any other."""
    if not runs or run[0] >= sum(runs[-1][:2]):
        runs.append(run)
    elif again:
        runs[:] = [run if known[:2] == run[:2] else known for known in runs]


def _facts(text: str) -> tuple[dict[str, Run], dict[str, str]]:
    """The runs and names in an event's facts; empty if somebody tampered with them, which verify reports."""
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
    """A run of the stored rows; without a digest if a cell has the wrong type."""
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
    """Rows in the order of ids, as they were inserted: dates as text."""
    columns = [_day(books, column) if isinstance(column.type, Date) else column for column in table.c]
    query = select(*columns).where(table.c.id >= first).order_by(table.c.id)
    if count is not None:
        query = query.where(table.c.id < first + count)
    with streamed(books, query) as rows:
        yield from map(tuple, rows)


def _day(books: Connection, column: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(column, Text) if books.dialect.name == "sqlite" else func.to_char(column, "YYYY-MM-DD")
