"""A lake in a bucket: S3 on this machine, where moto's server is (make spark)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import fs

from tests.lake.lakes import OTHER, audited, certified, exported, grant, ledger_of, said

pytestmark = pytest.mark.skipif(shutil.which("moto_server") is None, reason="moto is not installed: make spark")
_STARTS_WITHIN_SECONDS = 120


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[fs.S3FileSystem]:
    """A store with the bucket ``province``, where the usual variables say."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    command = ["moto_server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            store = fs.S3FileSystem(endpoint_override=f"127.0.0.1:{port}", scheme="http", allow_bucket_creation=True)
            store.create_dir("province")
            yield store
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + _STARTS_WITHIN_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.2)
        else:
            return


def test_a_lake_in_a_bucket_is_the_same_lake(tmp_path: Path, bucket: fs.S3FileSystem) -> None:
    exported(ledger_of(tmp_path, "here", grant("ab", amount=9000), certified("a")), tmp_path)
    lake = exported(ledger_of(tmp_path, "there", grant("bc", "东山中学")), tmp_path, "full", OTHER)

    fs.copy_files(str(lake), "province/lake", source_filesystem=fs.LocalFileSystem(), destination_filesystem=bucket)

    found = audited("s3://province/lake").findings
    assert "duplicate-disbursement" in {one.rule for one in found}
    assert said(found) == said(audited(lake).findings)
