"""What is made once and kept for later runs, under a name that changes with whatever made it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from aidledger.store.ledger import REVISION

_HERE = Path(__file__).parent
_MAKERS = ("districts.py", "members.py", "read.py", "province.py", "rosters.py", "workbooks.py")


def kept(work: Path, name: str, make: Callable[[Path], object]) -> Path:
    """The file or folder of a name below ``work``; made where no earlier run has made it to its end."""
    path = work / f"{name}-{_state()}"
    if not path.exists():
        unfinished = work / f"{path.name}.unfinished"
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)
        make(unfinished)
        unfinished.rename(path)
    return path


@cache
def _state() -> str:
    """The version of the tables, and the programs that make what is kept."""
    programs = b"".join((_HERE / name).read_bytes() for name in _MAKERS)
    demo = b"".join(path.read_bytes() for path in sorted((_HERE.parents[1] / "aidledger" / "demo").glob("*.py")))
    return f"{REVISION}-{hashlib.sha256(programs + demo).hexdigest()[:8]}"
