"""Somebody closes the window: each file is wholly in or absent, and the next import finishes the job."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from aidledger.operations import ledgers
from tests.builders import roster_xlsx
from tests.cli.harness import environment
from tests.store.ledgers import Place, bring_in_all, copied, new_place, opened

FILES, ROWS = 15, 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    for number in range(FILES):
        content = roster_xlsx(ROWS, first=number * ROWS)
        (folder / f"{number:02d}.xlsx").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> str:
    return new_place(tmp_path_factory.mktemp("empty"))


def _killed_after(place: Place, folder: Path, files: int, seconds: float) -> int:
    """Start an import, wait until so many files are done and a moment more, and kill it; how many it told of."""
    command = [sys.executable, "-m", "aidledger", "--ledger", str(place), "import", str(folder), "--workers", "1"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), start_new_session=True
    )
    assert process.stdout is not None
    told = 0
    while told < files and process.stdout.readline():
        told += 1
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with suppress(ProcessLookupError):  # the worker, should it still be there
        os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    return told


@pytest.mark.parametrize("seed", range(12))
def test_an_import_that_is_killed_leaves_whole_files(empty: str, folder: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    place = copied(empty, tmp_path)
    files = rng.randrange(FILES)
    told = _killed_after(place, folder, files, rng.uniform(0.0, 0.4 if files == 0 else 0.03))

    ledger = opened(place)
    verdict = ledgers.verify(ledger)
    assert verdict.faults == []
    assert verdict.entries == verdict.batches * ROWS
    assert verdict.batches >= told
    batches = ledgers.batches(ledger)
    assert [batch.file for batch in batches] == [f"{number:02d}.xlsx" for number in range(len(batches))]

    results = bring_in_all(ledger, {file.name: file.read_bytes() for file in sorted(folder.iterdir())})
    assert [result.outcome for result in results] == ["unchanged"] * len(batches) + ["posted"] * (FILES - len(batches))
    assert [result.problems for result in results] == [[]] * FILES
    verdict = ledgers.verify(ledger)
    assert (verdict.batches, verdict.entries, verdict.faults) == (FILES, FILES * ROWS, [])
    assert {file.name for file in tmp_path.iterdir()} <= {"aidledger.db"}
