"""Files for nobody's eyes but their owner's: 0600 from their first byte, in folders of 0700 where we make the folder.

Every file that the program writes is made here, whatever the umask is: beside its place under a name that starts with
a dot, and put in its place when it is whole. On Windows the mode says nothing; a file there is read by whoever may
read its folder, and a folder that is made here by its owner alone (from Python 3.12.4 on, where mkdir heeds 0700).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aidledger.errors import CannotWrite, FileExists

_FILE, _FOLDER, _OTHERS = 0o600, 0o700, 0o077


def keep_others_out() -> None:
    """From now on also what a library makes in this process, or a process that it starts, is the owner's alone."""
    os.umask(_OTHERS)


def create(path: Path) -> None:
    """Make an empty file where there is none; raises OSError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _FILE))


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing; one that is there stays as it is. Raises OSError."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(mode=_FOLDER, exist_ok=True)


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """An empty file beside a target; gone when the block ends, whatever happened.

    Raises CannotWrite for what the file system refuses in the block.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        create(part)
        try:
            yield part
        finally:
            # SQLite's journal, where the file is a database.
            for leftover in (part, part.with_name(f"{part.name}-journal")):
                with contextlib.suppress(OSError):
                    leftover.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(path=target, reason=error.strerror or "") from error


def put(target: Path, write: Callable[[Path], object]) -> None:
    """Let a file be written and put it in place, over one that is there; raises CannotWrite."""
    with unfinished(target) as part:
        write(part)
        part.replace(target)


def publish(part: Path, target: Path) -> None:
    """Give a finished file its name, and never that of a file that is there; raises FileExists."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise FileExists(path=target) from None
    except OSError:  # memory sticks know no links
        if target.exists():
            raise FileExists(path=target) from None
        part.rename(target)
    flush(target.parent)


def flush(path: Path) -> None:
    """Down to the disk: a file's bytes, or a folder's names where the system lets a folder be opened."""
    try:
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    except PermissionError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
