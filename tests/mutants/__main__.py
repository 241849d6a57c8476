"""The mutants by module, and who of them lived: ``python -m tests.mutants``; hours for all of them, so it samples.

Every mutant is run in a copy of the folder, by the tests that cover its module, until one of them fails.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutations import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("aidledger", "tests", "schemas", "imports", "docs", "pyproject.toml", "README.md", "README.zh-CN.md")
_CLAIMS = (
    "tests/operations/test_claims.py",
    "tests/operations/test_claims_model.py",
    "tests/operations/test_paying.py",
)
_BOOKS = ("tests/operations/test_versions.py", "tests/operations/test_importing.py", "tests/store/test_verify.py")
_LINES = ("tests/sheets/test_rows.py", "tests/sheets/test_money.py", "tests/imports", "tests/sheets")
# The modules that move or count money, and the tests that cover each, the likeliest to notice first.
COVERED: Mapping[str, Sequence[str]] = {
    "store/claims": _CLAIMS,
    "store/settlements": _CLAIMS,
    "store/payments": _CLAIMS,
    "store/matching": (*_CLAIMS, "tests/operations/test_lists.py"),
    "store/corrections": _CLAIMS,
    "store/posting": (*_BOOKS, *_CLAIMS, "tests/reports"),
    "store/versions": (*_BOOKS, *_CLAIMS),
    "store/reversing": (*_BOOKS, *_CLAIMS, "tests/cli"),
    "store/totals": (*_BOOKS, "tests/store", "tests/reports"),
    "store/person_times": ("tests/store/test_person_times.py", "tests/reconcile/test_parts.py", "tests/reports"),
    "domain/part": ("tests/domain", "tests/reconcile/test_parts.py", "tests/sheets/test_term_parts.py"),
    "sheets/cells": _LINES,
    "sheets/header": _LINES,
    "sheets/lines": _LINES,
}
NOTICED = "noticed"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant: noticed, lived, or too slow to tell (which a person would notice)."""

    module: str
    mutant: Mutant
    what: str


def main() -> None:
    """Sample, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="store/payments sheets/cells ...; all of them where none is named")
    parser.add_argument("--sample", type=int, default=25, help="how many of each module (25)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=90, help="of the tests, until a mutant is given up (90)")
    asked = parser.parse_args()
    modules = asked.modules or list(COVERED)
    work = [(module, one) for module in modules for one in _sample(module, asked.sample, asked.seed)]
    with tempfile.TemporaryDirectory(prefix="aidledger-mutants-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(asked.workers):
            trees.put(_copy(Path(folder) / str(number)))

        def fate(one: tuple[str, Mutant]) -> Fate:
            tree = trees.get()
            try:
                return Fate(*one, _run(tree, *one, asked.seconds))
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(asked.workers) as pool:
            fates = list(_told(pool.map(fate, work)))
    _table(modules, fates)


def _sample(module: str, count: int, seed: int) -> list[Mutant]:
    found = list(mutants((ROOT / "aidledger" / f"{module}.py").read_text(encoding="utf-8")))
    return sorted(random.Random(seed).sample(found, min(count, len(found))), key=lambda one: one.line)


def _copy(tree: Path) -> Path:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            tree.mkdir(exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    return tree


def _run(tree: Path, module: str, mutant: Mutant, seconds: float) -> str:
    path = tree / "aidledger" / f"{module}.py"
    original = path.read_bytes()
    path.write_text(mutant.source(), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AIDLEDGER_TEST_EXAMPLES": "3",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *dict.fromkeys(COVERED[module])]
    start = time.monotonic()
    try:
        ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "lived as long as it was tried"
    finally:
        path.write_bytes(original)
    return f"{NOTICED} in {time.monotonic() - start:.0f} s" if ran.returncode else "lived"


def _told(fates: Iterator[Fate]) -> Iterator[Fate]:
    for one in fates:
        print(f"{one.module}:{one.mutant.line}: {one.what}: {one.mutant.was}  →  {one.mutant.now}", flush=True)
        yield one


def _table(modules: Sequence[str], fates: Sequence[Fate]) -> None:
    print("\n| module | mutants | noticed |\n|---|---:|---:|")
    for module in (*modules, None):
        some = [one for one in fates if module in {None, one.module}]
        noticed = sum(one.what.startswith(NOTICED) for one in some)
        print(f"| {module or 'all'} | {len(some)} | {noticed} ({noticed / max(1, len(some)):.0%}) |")


if __name__ == "__main__":
    main()
