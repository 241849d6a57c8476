"""The same on Apache Spark, where it is installed (make spark) and finds a Java."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aidledger.audit import rule
from aidledger.audit.rules import ACROSS, RULES
from aidledger.lake import auditing
from aidledger.lake.layout import SHAPES
from aidledger.lake.reading import open_lake
from tests.lake.lakes import TODAY, audited, exported, grant, ledger_of, said
from tests.store.ledgers import catalogue

if TYPE_CHECKING:
    from aidledger.lake.query import Dialect, Engine

pytestmark = [
    # Sail's client has a module pyspark, too, but no py4j.
    pytest.mark.skipif(importlib.util.find_spec("py4j") is None, reason="Spark is not installed: make spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java, which Spark needs"),
    pytest.mark.filterwarnings("ignore"),  # Spark's own
]
_NESTED = re.compile(r"(?P<tree>[ :+|-]*)(?:BroadcastNestedLoopJoin (?P<build>\w+)|CartesianProduct)")
# The file of a kept table in a plan, and the one that is small.
_KEPT, _PROGRAMS = re.compile(r"FileScan parquet .*/(\w+)\]"), "program"


class _Explaining:
    """Spark, with the plan of every question."""

    dialect: Dialect = "spark"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.plans: dict[str, str] = {}

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
        if sql not in self.plans:
            _, rows = self._engine.rows(f"EXPLAIN {sql}", parameters)
            ((plan,),) = rows
            self.plans[sql] = plan
        names, found = self._engine.rows(sql, parameters)
        return names, iter(found)


def test_spark_finds_what_duckdb_finds_and_compares_no_two_large_tables_row_by_row(
    lake_of_cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the form that many districts take: the schools with lists are a sub-select, as above a thousand schools."""
    from pyspark.sql import SparkSession

    from aidledger.lake.cluster import cluster

    monkeypatch.setattr(rule, "_IDS_MAX", 0)
    lake, embedded = open_lake(str(lake_of_cases)), audited(lake_of_cases)

    with cluster(lake, "1GB") as engine:
        SparkSession.active().conf.set("spark.sql.maxMetadataStringLength", "1000")
        explaining = _Explaining(engine)
        found = auditing.audit(lake, explaining, catalogue(), TODAY, (*RULES, *ACROSS), None, None)

    assert said(found.findings) == said(embedded.findings)
    assert (list(found.ran), dict(found.not_run)) == (list(embedded.ran), dict(embedded.not_run))
    assert len({one.rule for one in found.findings}) > len(found.ran) / 2
    assert len(explaining.plans) > len(found.ran)
    assert [sql for sql, plan in explaining.plans.items() if any(_nested_over_tables(plan))] == []
    # Programs are repeated; were it the table beside them, this would be seen.
    turned = (plan.replace("LoopJoin BuildRight", "LoopJoin BuildLeft") for plan in explaining.plans.values())
    assert any(line for plan in turned for line in _nested_over_tables(plan))


def _nested_over_tables(plan: str) -> Iterator[str]:
    """The nested loops of a plan that repeat a table, and neither a statement's own values nor the few programs."""
    lines = plan.splitlines()
    for place, line in enumerate(lines):
        nested = _NESTED.match(line)
        if nested is None:
            continue
        left, right = _sides(lines, place, len(nested["tree"]))
        repeated = left if nested["build"] == "BuildLeft" else right
        if any(kept[1] != _PROGRAMS for below in repeated for kept in _KEPT.finditer(below)):
            yield line


def _sides(lines: Sequence[str], join: int, depth: int) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of a join's two sides: the left one begins with ``:-`` below the join, the right one with ``+-``."""
    right = next(place for place in range(join + 1, len(lines)) if lines[place][depth : depth + 2] == "+-")
    after = (place for place in range(right + 1, len(lines)) if lines[place][: depth + 1].strip(" :"))
    return lines[join + 1 : right], lines[right : next(after, len(lines))]


def test_what_rules_read_was_made_once(tmp_path: Path) -> None:
    """Made anew for each of a hundred questions, they took nine minutes of twenty districts and had not finished."""
    from pyspark.sql import SparkSession

    from aidledger.lake.cluster import cluster

    lake = exported(ledger_of(tmp_path, "here", grant("a")), tmp_path)

    with cluster(open_lake(str(lake)), "500MB"):
        session = SparkSession.active()
        read = {name: session.table(name).inputFiles() for name in (*SHAPES, "batch_total", "payment")}

    assert [name for name, files in read.items() if not files or any(str(lake) in file for file in files)] == []


def test_on_a_cluster_they_are_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its machines may have no folder in common. A view that is replaced drops the memory of all that reads it."""
    from pyspark.sql import SparkSession

    from aidledger.lake import cluster

    lake = exported(ledger_of(tmp_path, "here", grant("a")), tmp_path)
    monkeypatch.setattr(cluster, "_is_here", lambda _session: False)

    with cluster.cluster(open_lake(str(lake)), "500MB"):
        session = SparkSession.active()
        kept = {name: session.table(name).storageLevel.useMemory for name in (*SHAPES, "batch_total")}
        plan = session.sql("EXPLAIN SELECT id FROM payment").first()

    assert set(kept.values()) == {True}
    assert plan is not None
    assert "FileScan" not in plan[0].partition("InMemoryRelation")[0]
