"""Whether a file system keeps locks at all. SQLite rests on them: without, two clerks write into each other's pages."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import sys
import tempfile
from pathlib import Path

from aidledger.errors import LocksMissing


def require_locks(path: Path) -> None:
    """Lock a file beside a ledger; raises LocksMissing where that is refused, or granted to a second one as well.

    Not the ledger itself: a process that closes a file lets go of all its locks on it, SQLite's among them. Where no
    file can be made nobody can write to the ledger either, and nothing is asked; nor on Windows, whose file systems all
    lock.
    """
    if sys.platform == "win32":
        return
    try:
        first, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".lock", dir=path.parent)
    except OSError:
        return
    handles = [first]
    try:
        with contextlib.suppress(OSError):
            handles.append(os.open(name, os.O_RDWR | os.O_CLOEXEC))
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - as it was made
        _require(path, *handles)
    finally:
        for handle in handles:
            os.close(handle)


def _require(path: Path, first: int, second: int | None = None) -> None:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    try:
        fcntl.lockf(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise LocksMissing(path=path, why=error.strerror or "") from error
    # A process's own locks never stand in its way. Linux has some that do; elsewhere one process cannot tell.
    if sys.platform == "linux" and second is not None:
        whole_file = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        with contextlib.suppress(OSError):
            fcntl.fcntl(second, fcntl.F_OFD_SETLK, whole_file)
            raise LocksMissing(path=path, why=os.strerror(errno.ENOLCK))
