"""Whether a file system supports locks. Without them, two SQLite writers overwrite each other's pages."""

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
    """Lock a temporary file beside a ledger; raises LocksMissing if the lock is refused, or granted twice.

    Not the ledger itself: closing a file drops all of the process's locks on it, SQLite's included. If no file can be
    created there, nobody can write to the ledger either, and nothing is checked. All Windows file systems lock.
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
            os.unlink(name)  # noqa: PTH108 - mkstemp returns a string
        _require(path, *handles)
    finally:
        for handle in handles:
            os.close(handle)


def _require(path: Path, first: int, second: int | None = None) -> None:
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.lockf(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise LocksMissing(path=path, why=error.strerror or "") from error
    # POSIX locks never conflict within a process; Linux's open file description locks do.
    if sys.platform == "linux" and second is not None:
        whole_file = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        with contextlib.suppress(OSError):
            fcntl.fcntl(second, fcntl.F_OFD_SETLK, whole_file)
            raise LocksMissing(path=path, why=os.strerror(errno.ENOLCK))
