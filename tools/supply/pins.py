"""The packages that a lock file names, and whether each is pinned as it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?==[^\s;]+")


def packages(lock: Path) -> dict[str, str]:
    """By name, all that a lock file says of each package, on one line."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.partition("    #")[0].strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    return {re.split(r"[=\[<>~ ;@]", line, maxsplit=1)[0]: line for line in lines}


def faults(lock: Path) -> Iterator[str]:
    """What is not pinned to one version and the hashes of its files, or comes from elsewhere than the registry."""
    for name, line in packages(lock).items():
        if not _PIN.match(line):
            yield f"{lock.name}: {name} is not pinned to a version"
        if "--hash=sha256:" not in line:
            yield f"{lock.name}: {name} has no hash"
        if "://" in line or line.startswith("-"):
            yield f"{lock.name}: {name} names a place"
