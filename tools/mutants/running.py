"""Runs pytest with the plugins of this folder: once to see which test runs which lines, then for the mutants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from tools.mutants.recording import Test, read
from tools.mutants.trying import Fate, Plan

ROOT = Path(__file__).resolve().parents[2]
_OPTIONS = ("-q", "-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none")


def recorded(kept: Path, files: Sequence[str], modules: Sequence[str]) -> list[Test]:
    """Which tests of these files run which lines; run anew where a file, or one of the modules, changed."""
    code = b"".join((ROOT / "aidledger" / f"{module}.py").read_bytes() for module in modules)
    digests = {path: sha256(code + (ROOT / path).read_bytes()).hexdigest() for path in files}
    known = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    missing = [path for path, digest in digests.items() if known.get(path, {}).get("digest") != digest]
    if missing:
        print(f"running {len(missing)} test files once, to see which lines each test runs", flush=True)
        found: defaultdict[str, list[Test]] = defaultdict(list)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "recorded.json")
            _pytest("recording", missing, RECORD=str(path), RECORDED=" ".join(modules)).wait()
            for test in read(path):
                found[test.file].append(test)
        known |= {path: {"digest": digests[path], "tests": [asdict(one) for one in found[path]]} for path in missing}
        kept.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    return [Test(**one) for path in digests for one in known[path]["tests"]]


def tried(
    chosen: Sequence[tuple[str, int]], tests: Mapping[str, Sequence[Test]], seconds: float, workers: int
) -> Iterator[Fate]:
    """What became of mutants, as it comes to light."""
    with tempfile.TemporaryDirectory() as folder:
        running: list[tuple[subprocess.Popen[str], Path]] = []
        for worker in range(workers):
            path = Path(folder, f"{worker}.json")
            own = chosen[worker::workers]
            of_own = {module: tests[module] for module, _ in own}
            path.write_text(json.dumps(asdict(Plan(own, of_own, seconds))), encoding="utf-8")
            files = sorted({test.file for some in of_own.values() for test in some})
            running.append((_pytest("trying", files, MUTANTS=str(path)), path.with_suffix(".found")))
        told = [0] * workers
        while any(told[at] < len(chosen[at::workers]) for at in range(workers)):
            ended = all(process.poll() is not None for process, _ in running)
            for at, (_, path) in enumerate(running):
                lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
                yield from (Fate(**json.loads(line)) for line in lines[told[at] :])
                told[at] = len(lines)
            if ended:
                break
            time.sleep(1)


def _pytest(plugin: str, files: Sequence[str], **told: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        **{f"AIDLEDGER_{name}": value for name, value in told.items()},
        "PYTHONPATH": str(ROOT),
        "AIDLEDGER_TEST_EXAMPLES": "3",
    }
    command = [sys.executable, "-m", "pytest", *_OPTIONS, "-p", f"tools.mutants.{plugin}", *files]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, text=True)
