"""An import whose every write is noted, and can be made to fail: shim.c, preloaded. Linux with a C compiler."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``write``, ``cut`` (to ``offset`` bytes), ``sync`` (of a file or folder), ``remove``; or ``said``."""

    what: str
    path: Path
    offset: int
    data: bytes


def built(folder: Path) -> Path | None:
    """The shim, compiled; None where there is no compiler, or no Linux."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def calls_of(log: Path) -> Iterator[Call]:
    """What an import did, in order."""
    content, at = log.read_bytes(), 0
    while at < len(content):
        end = content.index(b"\n", at)
        what, path, offset, length = content[at:end].split(b"\t")
        at = end + 1
        data = b""
        if what in {b"write", b"said"}:
            data = content[at : at + int(length)]
            at += int(length)
        yield Call(what.decode(), Path(path.decode()), int(offset), data)
