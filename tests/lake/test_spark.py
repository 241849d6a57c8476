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
# A column that only programs have.
_OF_PROGRAMS = "cadence#"


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
    from aidledger.lake.cluster import cluster

    monkeypatch.setattr(rule, "_IDS_MAX", 0)
    lake, embedded = open_lake(str(lake_of_cases)), audited(lake_of_cases)

    with cluster(lake, "1GB") as engine:
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
    lines = list(_of_the_question(plan.splitlines()))
    for place, line in enumerate(lines):
        nested = _NESTED.match(line)
        if nested is None:
            continue
        left, right = _sides(lines, place, len(nested["tree"]))
        repeated = left if nested["build"] == "BuildLeft" else right
        if any("InMemoryRelation" in below and _OF_PROGRAMS not in below for below in repeated):
            yield line


def _of_the_question(lines: Sequence[str]) -> Iterator[str]:
    """A plan without those by which kept tables were made: they follow each mention, out of line with the tree."""
    kept: str | None = None
    for line in lines:
        if kept is None or _goes_on(line, kept):
            tree, relation, _ = line.partition("InMemoryRelation")
            kept = tree if relation else None
            yield line


def _goes_on(line: str, kept: str) -> bool:
    """Whether a line hangs on a bar of the tree that is open at a kept table, whose line begins with ``kept``."""
    bars = (column for column, character in enumerate(kept) if character == ":")
    return any(line[:column] == kept[:column] and line[column : column + 2] in {":-", "+-"} for column in bars)


def _sides(lines: Sequence[str], join: int, depth: int) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of a join's two sides: the left one begins with ``:-`` below the join, the right one with ``+-``."""
    right = next(place for place in range(join + 1, len(lines)) if lines[place][depth : depth + 2] == "+-")
    after = (place for place in range(right + 1, len(lines)) if lines[place][: depth + 1].strip(" :"))
    return lines[join + 1 : right], lines[right : next(after, len(lines))]


def test_what_most_rules_read_is_kept_in_memory(tmp_path: Path) -> None:
    """Read anew from the files for each of a hundred questions, twenty districts did not finish in nine minutes."""
    from pyspark.sql import SparkSession

    from aidledger.lake.cluster import cluster

    lake = exported(ledger_of(tmp_path, "here", grant("a")), tmp_path)

    with cluster(open_lake(str(lake)), "500MB"):
        session = SparkSession.active()
        kept = {name: session.table(name).storageLevel.useMemory for name in ("entry", "certification", "batch_total")}
        plan = session.sql("EXPLAIN SELECT id FROM payment").first()

    assert kept == {"entry": True, "certification": True, "batch_total": True}
    assert plan is not None
    assert "FileScan" not in plan[0].partition("InMemoryRelation")[0]
