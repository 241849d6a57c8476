"""Sail in this process: Spark's SQL on an engine in Rust, without Java."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pysail.spark import SparkConnectServer
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, lit

from aidledger import private
from aidledger.errors import LakeEngineFailed
from aidledger.lake.cluster import Cluster
from aidledger.lake.layout import SHAPES, file_column
from aidledger.lake.query import PAYMENTS, PAYMENTS_IN, entries_in, totals_in, translated
from aidledger.lake.tables import definitions, empty, type_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from aidledger.lake.reading import Lake

_UNITS = {"MB": 2**20, "GB": 2**30}


@contextmanager
def sail(lake: Lake, memory: str) -> Iterator[Cluster]:
    """A lake's tables in Sail, which spills to disk beyond the ``memory`` limit; raises LakeEngineFailed."""
    with private.folder_aside(Path(tempfile.gettempdir())) as folder:
        server = _started(_settings(memory, folder))
        try:
            host, port = server.listening_address
            session = SparkSession.builder.remote(f"sc://{host}:{port}").create()
            try:
                _load(session, lake, folder)
                yield Cluster(session)
            finally:
                session.stop()
        except PySparkException as error:
            raise LakeEngineFailed(reason=str(error).splitlines()[0]) from error
        finally:
            server.stop()


def _started(settings: Mapping[str, str]) -> SparkConnectServer:
    """A server with these settings: it reads them from the environment only, where the user's own win."""
    ours = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        server = SparkConnectServer()
        server.start()
    finally:
        for name in ours:
            del os.environ[name]
    return server


def _settings(memory: str, folder: Path) -> Mapping[str, str]:
    return {
        "SAIL_RUNTIME__MEMORY_POOL__TYPE": "fair",
        "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": str(int(memory[:-2]) * _UNITS[memory[-2:]]),
        "SAIL_RUNTIME__TEMPORARY_FILES__PATHS": f'["{folder}"]',
        "RUST_LOG": "error",
    }


def _load(session: SparkSession, lake: Lake, folder: Path) -> None:
    files = lake.files()
    for table in SHAPES:
        _raw(session, lake, table, files[table]).createOrReplaceTempView(f"raw_{table}")
    for name, query in definitions(lake.last_exports()):
        select = translated(query, "duckdb", "spark")
        if name == "entry":
            # Join what rules need of entries once, and put the result in place of the entries.
            session.sql(select).createOrReplaceTempView("entry")
            _keep(session, folder, "described", entries_in("spark"))
            session.table("described").createOrReplaceTempView("entry")
        else:
            _keep(session, folder, name, select)
    _keep(session, folder, "batch_total", totals_in("spark"))
    session.sql(PAYMENTS_IN).createOrReplaceTempView(PAYMENTS.name)


def _keep(session: SparkSession, folder: Path, name: str, select: str) -> None:
    """Keep a table in files: Sail has no cache. The catalogue knows its columns even if it has no rows."""
    session.sql(f"CREATE TABLE {name} USING parquet LOCATION '{folder}/{name}' AS {select}")


def _raw(session: SparkSession, lake: Lake, table: str, paths: Sequence[str]) -> DataFrame:
    """A table's files, folder by folder: Sail knows district and period only of folders that it reads whole.

    That would be all files there, not those that manifests name.
    """
    if not paths:
        return session.sql(translated(empty(table), "duckdb", "spark"))
    folders = []
    for folder, of_folder in groupby(paths, key=lambda path: path.rpartition("/")[0]):
        rows = session.read.parquet(*(f"{lake.place}/{path}" for path in of_folder))
        values = dict(part.split("=", 1) for part in folder.split("/")[1:])
        # Text is a dictionary in the files of an export, which Sail reads but does not take for text.
        read = [col(name).cast("string") if text else col(name) for name, text in _columns(table) if name not in values]
        folders.append(rows.select(*read, *(lit(value).alias(name) for name, value in values.items())))
    return _all_of(folders)


def _columns(table: str) -> Iterator[tuple[str, bool]]:
    """The columns of a table's files, each with whether it is text."""
    for column in SHAPES[table].columns:
        yield file_column(table, column), type_of(table, column) == "VARCHAR"


def _all_of(tables: Sequence[DataFrame]) -> DataFrame:
    """The rows of all tables, as a union whose depth grows with the logarithm of their number."""
    if len(tables) == 1:
        return tables[0]
    half = len(tables) // 2
    return _all_of(tables[:half]).unionByName(_all_of(tables[half:]))
