"""Files for nobody's eyes but their owner's: 0600 from their first byte, in folders of 0700 where we make the folder.

Every file that the program writes is made here, whatever the umask is: beside its place under a name of ours that
starts with a dot, and put in its place when it is whole. What a kill leaves under such a name holds full numbers: who
writes into the same folder next clears it away. On Windows the mode says nothing; a file there is read by whoever may
read its folder, and a folder that is made here by its owner alone (from Python 3.12.4 on, where mkdir heeds 0700).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aidledger.errors import CannotWrite, FileExists

_FILE, _FOLDER, _OTHERS = 0o600, 0o700, 0o077
# What SQLite lays beside a database.
SIDES = ("-journal", "-wal", "-shm")
# Of which machine and process: .aidledger.0c3f9a2b-4711-5d1e8a90-9b41c07e.part
_MARKED = re.compile(r"\.aidledger\.([0-9a-f]{8})-([0-9]{1,10})-([0-9a-f]{8})-[0-9a-f]{8}\.part(?:-journal|-wal|-shm)?")
# A process's number is used again, by another process or in the next container; this is not.
_RUN = os.urandom(4).hex()
# Of another machine's files on a shared drive, and of a number that is used again, nobody can tell sooner.
_LEFT_SECONDS = 24 * 3600


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


def require_room(target: Path) -> None:
    """Refuse a place where no file can be made, before anything is done that it is to tell of; raises CannotWrite."""
    folder = target.parent
    if not folder.is_dir():
        raise CannotWrite(path=target, reason=os.strerror(errno.ENOTDIR if folder.exists() else errno.ENOENT))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotWrite(path=target, reason=os.strerror(errno.EACCES))


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """An empty file beside a target; gone when the block ends, whatever happened.

    Raises CannotWrite for what the file system refuses in the block.
    """
    part = target.with_name(_name())
    try:
        clear_away(target.parent)
        create(part)
        try:
            yield part
        finally:
            for leftover in (part, *(part.with_name(f"{part.name}{side}") for side in SIDES)):
                with contextlib.suppress(OSError):
                    leftover.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(path=target, reason=error.strerror or "") from error


@contextmanager
def folder_aside(folder: Path) -> Iterator[Path]:
    """A new folder in another, for what is wanted for a while; gone when the block ends. Raises OSError."""
    import shutil  # noqa: PLC0415 - few commands need it

    clear_away(folder)
    made = folder / _name()
    made.mkdir(mode=_FOLDER)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def put(target: Path, content: bytes, *, over: bool = False) -> None:
    """Put a file in place, whole; only ``over`` one that is there if so told. Raises FileExists, CannotWrite."""
    with unfinished(target) as part:
        part.write_bytes(content)
        flush(part)
        publish(part, target, over=over)


def publish(part: Path, target: Path, *, over: bool = False) -> None:
    """Give a finished file its name; only ``over`` a file that is there if so told. Raises FileExists, OSError."""
    if over:
        part.replace(target)
    else:
        try:
            os.link(part, target)
        except FileExistsError:
            raise FileExists(path=target) from None
        except OSError:  # memory sticks know no links
            if os.path.lexists(target):
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


def clear_away(folder: Path) -> None:
    """Remove what a command that was killed left unfinished in a folder."""
    try:
        found = [(path, _MARKED.fullmatch(path.name)) for path in folder.iterdir()]
    except OSError:
        return
    for path, marked in found:
        if marked is not None:
            with contextlib.suppress(OSError):
                _remove_left(path, *marked.groups())


def _name() -> str:
    return f".aidledger.{_machine()}-{os.getpid()}-{_RUN}-{os.urandom(4).hex()}.part"


def _machine() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return f"{zlib.crc32(name.encode('utf-8', 'replace')):08x}"


def _remove_left(path: Path, machine: str, process: str, run: str) -> None:
    found = path.lstat()
    ended = machine == _machine() and not _runs(int(process), run)
    if not ended and time.time() - found.st_mtime < _LEFT_SECONDS:
        return
    if stat.S_ISDIR(found.st_mode):
        import shutil  # noqa: PLC0415 - seldom needed

        shutil.rmtree(path)
    else:
        path.unlink()


def _runs(process: int, run: str) -> bool:
    """Whether a process of this machine may still be at work; Windows has no way to ask that does no harm."""
    if process == os.getpid():
        return run == _RUN
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it runs, and is another user's
        return True
    return True
