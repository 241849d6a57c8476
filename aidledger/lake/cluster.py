"""Apache Spark, in this process or on the cluster that its own settings name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from aidledger import private
from aidledger.errors import LakeEngineFailed
from aidledger.lake.layout import SHAPES
from aidledger.lake.query import PAYMENTS, PAYMENTS_IN, Dialect, entries_in, totals_in, translated
from aidledger.lake.tables import definitions, empty

if TYPE_CHECKING:
    from aidledger.lake.reading import Lake

_SETTINGS = {
    # A district's code is text, although it has digits only.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "true",
    # Of two tables to be joined, one up to this size goes to every worker whole. With Spark's own 10 MB, the lists of a
    # few districts are already sorted and sent around for every question.
    "spark.sql.autoBroadcastJoinThreshold": "64MB",
    # In memory a table takes several times what its file does.
    "spark.sql.sources.fileCompressionFactor": "4",
    # Each question is new code for the Java machine, run once: the compiler that makes fast code slowly took a third of
    # all processor time. Without it the room for code is small unless said. The user's own options come behind these;
    # those of a cluster's workers are its own.
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
}


class Cluster:
    """Spark with a lake's tables."""

    dialect: Dialect = "spark"

    def __init__(self, session: SparkSession) -> None:
        self._session = session

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
        """A statement's column names and rows."""
        try:
            found = self._session.sql(sql, dict(parameters))
            return found.columns, iter(found.collect())
        except PySparkException as error:
            raise LakeEngineFailed(reason=str(error).splitlines()[0]) from error


@contextmanager
def cluster(lake: Lake, memory: str) -> Iterator[Cluster]:
    """A lake's tables in Spark: where SPARK_HOME and its conf folder say, else in this process.

    Raises LakeEngineFailed.
    """
    settings: dict[str, bool | float | int | str | None] = {
        **_SETTINGS,
        "spark.driver.memory": memory.removesuffix("B").lower(),
    }
    try:
        session = SparkSession.builder.appName("aidledger audit").config(map=settings).getOrCreate()
    except (PySparkException, RuntimeError) as error:
        raise LakeEngineFailed(reason=str(error).splitlines()[0]) from error
    with private.folder_aside(Path(tempfile.gettempdir())) as folder:
        try:
            session.sparkContext.setLogLevel("ERROR")
            if _is_here(session):
                # Spark's default of 200 partitions is for a cluster.
                session.conf.set("spark.sql.shuffle.partitions", str(session.sparkContext.defaultParallelism))
                _load(session, lake, partial(_keep_in_files, session, folder))
            else:
                _load(session, lake, _keep_in_memory)
            yield Cluster(session)
        except PySparkException as error:
            raise LakeEngineFailed(reason=str(error).splitlines()[0]) from error
        finally:
            session.stop()


def _is_here(session: SparkSession) -> bool:
    """Whether all that runs is in this process."""
    return (session.sparkContext.master or "").startswith("local")


def _keep_in_files(session: SparkSession, folder: Path, rows: DataFrame, name: str) -> None:
    """Keep a table aside, where all that runs is on this machine: plans that read it do not say how it was made.

    In memory it would be described at each mention, in tens of thousands of lines, and read row by row.
    """
    rows.write.parquet(f"{folder}/{name}")
    session.read.schema(rows.schema).parquet(f"{folder}/{name}").createOrReplaceTempView(name)


def _keep_in_memory(rows: DataFrame, name: str) -> None:
    """Keep a table in the memory of a cluster's machines, which may have no folder in common."""
    rows.cache().createOrReplaceTempView(name)


def _load(session: SparkSession, lake: Lake, keep: Callable[[DataFrame, str], None]) -> None:
    files = lake.files()
    for table in SHAPES:
        view = f"raw_{table}"
        if files[table]:
            # Partition columns come from the folder names below this path.
            reader = session.read.option("basePath", f"{lake.place}/{table}")
            reader.parquet(*(f"{lake.place}/{path}" for path in files[table])).createOrReplaceTempView(view)
        else:
            session.sql(translated(empty(table), "duckdb", "spark")).createOrReplaceTempView(view)
    for name, query in definitions(lake.last_exports()):
        rows = session.sql(translated(query, "duckdb", "spark"))
        if name == "entry":
            rows.createOrReplaceTempView(name)
            rows = session.sql(entries_in("spark"))
            # Replacing a view drops the cache of all that reads it, so the old view goes before its rows are cached.
            session.catalog.dropTempView(name)
        keep(rows, name)
    keep(session.sql(totals_in("spark")), "batch_total")
    session.sql(PAYMENTS_IN).createOrReplaceTempView(PAYMENTS.name)
