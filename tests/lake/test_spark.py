"""The same on Apache Spark, here where it is installed (make spark) and finds a Java."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from aidledger.lake.reading import open_lake
from tests.lake.lakes import OTHER, audited, certified, exported, grant, ledger_of, said

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed: make spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java, which Spark needs"),
    pytest.mark.filterwarnings("ignore"),  # Spark's own
]
# One of each way of asking: pairs, groups, lists beside payments, combinations that Python judges, several districts.
_RULES = (
    *("duplicate-disbursement", "account-shared", "name-id-mismatch", "amount-off-standard"),
    *("not-certified", "missing-disbursement", "certified-elsewhere"),
)
_CARD = "6217003810012345678"


def test_spark_finds_what_duckdb_finds(tmp_path: Path) -> None:
    here = grant("abc", card=_CARD)
    here["rows"][1][2] = 9000
    there = grant("cd", "东山中学")
    there["rows"][0][0] = "c=张三"
    exported(ledger_of(tmp_path, "here", here, certified("abd")), tmp_path)
    lake = exported(ledger_of(tmp_path, "there", there, certified("de", "东山中学")), tmp_path, "full", OTHER)

    embedded, cluster = (audited(lake, _RULES, engine=engine) for engine in ("duckdb", "spark"))

    assert said(cluster.findings) == said(embedded.findings)
    assert {one.rule for one in embedded.findings} >= {*_RULES} - {"certified-elsewhere", "not-certified"}


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
