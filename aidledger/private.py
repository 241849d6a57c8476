"""Files that only their owner can read: created with mode 0600, in folders created with 0700.

Every file that the program writes starts here, whatever the umask: under a temporary name with a leading dot, renamed
when it is complete. A killed command leaves its temporary file, which may hold full ID numbers, to the next command
that writes into the folder to remove. On Windows a file's mode has no effect: its folder decides who can read it, and
folders created here are their owner's alone (since Python 3.12.4, where mkdir honours 0700).
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
# Machine, process, run, random: .aidledger.0c3f9a2b-4711-5d1e8a90-9b41c07e.part
_TEMPORARY_NAME = re.compile(
    r"\.aidledger\.([0-9a-f]{8})-([0-9]{1,10})-([0-9a-f]{8})-[0-9a-f]{8}\.part(?:-journal|-wal|-shm)?"
)
# Unlike process ids, not reused by another process or in the next container.
_RUN = os.urandom(4).hex()
# Age at which a file counts as left over if its process may be another machine's, or its process id reused.
_LEFT_SECONDS = 24 * 3600


def keep_others_out() -> None:
    """Keep others out of all files that libraries and child processes create from now on."""
    os.umask(_OTHERS)


def create(path: Path) -> None:
    """Create an empty file; raises OSError, also if there is one."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _FILE))


def make_folder(folder: Path) -> None:
    """Create a folder with its missing parents; an existing one keeps its mode. Raises OSError."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(mode=_FOLDER, exist_ok=True)


def require_room(target: Path) -> None:
    """Check that a file can be created, before the work that it will report; raises CannotWrite."""
    folder = target.parent
    if not folder.is_dir():
        raise CannotWrite(path=target, reason=os.strerror(errno.ENOTDIR if folder.exists() else errno.ENOENT))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotWrite(path=target, reason=os.strerror(errno.EACCES))


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A temporary file beside a target, removed when the block ends unless published.

    Turns every OSError in the block into CannotWrite.
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
    """A temporary folder within another, removed when the block ends. Raises OSError."""
    import shutil  # noqa: PLC0415 - few commands need it

    clear_away(folder)
    aside = folder / _name()
    aside.mkdir(mode=_FOLDER)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def put(target: Path, content: bytes, *, over: bool = False) -> None:
    """Write a file atomically, ``over`` an existing one if so told. Raises FileExists, CannotWrite."""
    with unfinished(target) as part:
        part.write_bytes(content)
        flush(part)
        publish(part, target, over=over)


def publish(part: Path, target: Path, *, over: bool = False) -> None:
    """Rename a finished file to its target, ``over`` an existing one if so told. Raises FileExists, OSError."""
    if over:
        part.replace(target)
    else:
        try:
            os.link(part, target)
        except FileExistsError:
            raise FileExists(path=target) from None
        except OSError:  # FAT has no hard links
            if os.path.lexists(target):
                raise FileExists(path=target) from None
            part.rename(target)
    flush(target.parent)


def flush(path: Path) -> None:
    """Sync a file's content, or a folder's entries if the system can open folders, to disk."""
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
    """Remove temporary files that killed commands left in a folder."""
    try:
        found = [(path, _TEMPORARY_NAME.fullmatch(path.name)) for path in folder.iterdir()]
    except OSError:
        return
    for path, match in found:
        if match is not None:
            with contextlib.suppress(OSError):
                _remove_left(path, *match.groups())


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
        import shutil  # noqa: PLC0415 - rarely needed

        shutil.rmtree(path)
    else:
        path.unlink()


def _runs(process: int, run: str) -> bool:
    """Whether a process of this machine may still be running; on Windows os.kill would end it, so assume it is."""
    if process == os.getpid():
        return run == _RUN
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it runs as another user
        return True
    return True
