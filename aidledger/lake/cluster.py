"""Apache Spark, in this process or on the cluster that its own settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

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
    try:
        session.sparkContext.setLogLevel("ERROR")
        if (session.sparkContext.master or "").startswith("local"):
            # Spark's default of 200 partitions is for a cluster.
            session.conf.set("spark.sql.shuffle.partitions", str(session.sparkContext.defaultParallelism))
        _load(session, lake)
        yield Cluster(session)
    except PySparkException as error:
        raise LakeEngineFailed(reason=str(error).splitlines()[0]) from error
    finally:
        session.stop()


def _load(session: SparkSession, lake: Lake) -> None:
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
        rows.cache().createOrReplaceTempView(name)
    session.sql(totals_in("spark")).cache().createOrReplaceTempView("batch_total")
    session.sql(PAYMENTS_IN).createOrReplaceTempView(PAYMENTS.name)
