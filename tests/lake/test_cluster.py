"""The same on a cluster: Spark's own master and two workers, here as processes, with the settings of docs/scale.md."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lake.lakes import OTHER, certified, exported, grant, ledger_of

pytestmark = [
    # Sail's client has a module pyspark, too, but no py4j.
    pytest.mark.skipif(importlib.util.find_spec("py4j") is None, reason="Spark is not installed: make spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java, which Spark needs"),
]
_ROOT = Path(__file__).resolve().parents[2]
_SETTINGS = re.compile(r"```properties\n(.+?)```", re.DOTALL)
_STARTS_WITHIN_SECONDS = 180
_CARD = "6217003810012345678"
# Pairs, groups, lists beside payments, combinations that Python judges; test_spark.py tries all rules.
_RULES = ("account-shared", "amount-off-standard", "duplicate-disbursement", "missing-disbursement")


@contextmanager
def _process(log: Path, ready: str, kind: str, *arguments: str) -> Iterator[None]:
    """A process of Spark's cluster, ready when its log says so, and ended with the block."""
    spark = importlib.util.find_spec("pyspark")
    assert spark is not None
    assert spark.origin is not None
    command = [str(Path(spark.origin).parent / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *arguments]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
        ) as process,
    ):
        try:
            until = time.monotonic() + _STARTS_WITHIN_SECONDS
            while ready not in log.read_text(encoding="utf-8"):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < until, log.read_text(encoding="utf-8")
                time.sleep(0.2)
            yield
        finally:
            process.terminate()


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    """A master's address; its two workers have a core each."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    address = f"spark://127.0.0.1:{port}"
    own = ("--host", "127.0.0.1", "--webui-port", "0")
    with ExitStack() as running:
        elected = "I have been elected leader"
        running.enter_context(_process(folder / "master.log", elected, "master.Master", *own, "--port", port))
        for name in ("first", "second"):
            limits = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / name))
            registered = "Successfully registered with master"
            log = folder / f"{name}.log"
            running.enter_context(_process(log, registered, "worker.Worker", *own, *limits, address))
        yield address


def _audited(lake: Path, engine: str, environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    rules = [argument for rule in _RULES for argument in ("--rule", rule)]
    asked = ("audit", "--lake", str(lake), "--engine", engine, *rules, "--format", "json")
    ran = subprocess.run(
        [sys.executable, "-m", "aidledger", *asked],
        cwd=_ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    return json.loads(ran.stdout)["findings"]


def test_a_cluster_finds_what_duckdb_finds(tmp_path: Path) -> None:
    here, there = grant("abc", card=_CARD), grant("cd", "东山中学")
    here["rows"][1][2] = 9000
    there["rows"][0][0] = "c=张三"
    exported(ledger_of(tmp_path, "here", here, certified("abd")), tmp_path)
    lake = exported(ledger_of(tmp_path, "there", there, certified("de", "东山中学")), tmp_path, "full", OTHER)
    written = _SETTINGS.search((_ROOT / "docs" / "scale.md").read_text(encoding="utf-8"))
    assert written is not None
    settings = tmp_path / "conf"
    settings.mkdir()

    with _cluster(tmp_path) as address:
        said, changed = re.subn(r"spark://\S+", address, written[1])
        (settings / "spark-defaults.conf").write_text(said, encoding="utf-8")
        found = _audited(lake, "spark", {"SPARK_CONF_DIR": str(settings), "SPARK_LOCAL_IP": "127.0.0.1"})

    assert changed == 1
    assert found == _audited(lake, "duckdb", {})
    assert {one["rule"] for one in found} == {*_RULES}
    # Both workers took part: each kept the output of an executor.
    assert {
        path.parts[0] for path in (output.relative_to(tmp_path) for output in tmp_path.glob("*/app-*/*/stderr"))
    } == {
        "first",
        "second",
    }
