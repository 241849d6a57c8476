"""Which tests `make check` leaves out: those that tests/slow.txt lists, by folder, file or name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from tools.docs.pages import ROOT

LIST = ROOT / "tests/slow.txt"


@cache
def names() -> frozenset[str]:
    lines = (line.partition("#")[0].strip() for line in LIST.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line)


def _names_of(nodeid: str) -> Iterator[str]:
    """A test's name without its parameters, its file and the folders of that."""
    file, _, test = nodeid.partition("::")
    yield f"{file}::{test.partition('[')[0]}"
    yield file
    yield from (str(folder) for folder in PurePosixPath(file).parents)


def is_slow(nodeid: str) -> bool:
    return not names().isdisjoint(_names_of(nodeid))
