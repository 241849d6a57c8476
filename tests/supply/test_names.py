"""One word per thing (docs/glossary.md): no two classes share a name; and one way per thing where another harms."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import aidledger

PACKAGE = Path(aidledger.__file__).parent
# Parsing the package to find them takes seconds.
_CLASS = re.compile(r"^ *class (\w+)[(:]", re.MULTILINE)


def test_no_two_classes_share_a_name() -> None:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in _CLASS.findall(path.read_text(encoding="utf-8")):
            found[name].append(path.relative_to(PACKAGE).as_posix())
    assert {"Program", "_Run"} <= found.keys()
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_rows_are_read_in_portions_in_one_way() -> None:
    """``streamed`` closes the server's cursor; a bare ``yield_per`` leaves it to the garbage collector."""
    found = [path.name for path in sorted(PACKAGE.rglob("*.py")) if "yield_per" in path.read_text(encoding="utf-8")]
    assert found == ["bulk.py"]
