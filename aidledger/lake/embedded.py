"""DuckDB in this process: the lake's tables are built once, in a file that is removed after the audit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from pyarrow import dataset, string
from pyarrow import schema as schema_of

from aidledger import private
from aidledger.errors import LakeEngineFailed
from aidledger.lake.layout import SHAPES
from aidledger.lake.query import PAYMENTS, PAYMENTS_IN, Dialect, entries_in, totals_in
from aidledger.lake.tables import definitions, empty

if TYPE_CHECKING:
    from aidledger.lake.reading import Lake

_ROWS_AT_ONCE = 10_000
Settings = dict[str, str | bool | int | float | list[str]]


class Embedded:
    """DuckDB with a lake's tables."""

    dialect: Dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
        """A statement's column names and rows; results of several statements may be read in parallel."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, dict(parameters))
        except duckdb.Error as error:
            raise LakeEngineFailed(reason=str(error).splitlines()[0]) from error
        return [column[0] for column in cursor.description or ()], _fetched(cursor)


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from rows


@contextmanager
def embedded(lake: Lake, memory: str) -> Iterator[Embedded]:
    """A lake's tables in DuckDB, which spills to disk beyond the ``memory`` limit; raises LakeEngineFailed."""
    with private.folder_aside(Path(tempfile.gettempdir())) as folder:
        settings: Settings = {"memory_limit": memory, "temp_directory": str(folder / "spilled")}
        with duckdb.connect(str(folder / "lake.duckdb"), config=settings) as connection:
            try:
                _load(connection, lake)
            except duckdb.Error as error:
                raise LakeEngineFailed(reason=str(error).splitlines()[0]) from error
            yield Embedded(connection)


def _load(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    files = lake.files()
    for table in SHAPES:
        _raw(connection, lake, table, files[table])
    for name, query in definitions(lake.last_exports()):
        if name == "entry":
            # Join what rules need of entries once, and put the result in place of the entries.
            connection.execute(f"CREATE VIEW entry AS {query}")
            connection.execute(f"CREATE TABLE described AS {entries_in('duckdb')}")
            connection.execute("DROP VIEW entry")
            connection.execute("ALTER TABLE described RENAME TO entry")
        else:
            connection.execute(f'CREATE TABLE "{name}" AS {query}')
    connection.execute(f"CREATE TABLE batch_total AS {totals_in('duckdb')}")
    connection.execute(f"CREATE VIEW {PAYMENTS.name} AS {PAYMENTS_IN}")


def _raw(connection: duckdb.DuckDBPyConnection, lake: Lake, table: str, paths: Sequence[str]) -> None:
    """A view over a table's files, with district and period from the folder names."""
    view = f"raw_{table}"
    if not paths:
        connection.execute(f"CREATE TEMP VIEW {view} AS {empty(table)}")
    elif lake.local:
        full = ", ".join("'" + f"{lake.root}/{path}".replace("'", "''") + "'" for path in paths)
        options = "hive_partitioning = true, hive_types_autocast = false"
        connection.execute(f"CREATE TEMP VIEW {view} AS SELECT * FROM read_parquet([{full}], {options})")  # noqa: S608
    else:
        names = ("period", "district") if SHAPES[table].by_period else ("district",)
        folders = dataset.partitioning(schema_of([(name, string()) for name in names]), flavor="hive")
        full_paths = [f"{lake.root}/{path}" for path in paths]
        found = dataset.dataset(full_paths, filesystem=lake.store, format="parquet", partitioning=folders)
        connection.register(view, found)
