"""The only way results reach files: nothing is overwritten without --force, and precious files never.

A command that may not write to its target is refused before it does anything.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from aidledger import private
from aidledger.catalogue.files import shipped_folder
from aidledger.cli.paths import READS, WRITES, ToWrite
from aidledger.errors import CannotWrite, FileExists, OutputExists, OutputKept, OutputNoFile
from aidledger.i18n import N_

_FORCE = "aidledger.force"
# They hold devices and open files, except for /dev/shm, a disk in memory.
_OF_THE_SYSTEM = ("/dev", "/proc", "/sys")
_WHATS = {
    "database": N_("it is a database: a ledger, or a backup of one"),
    "encrypted-database": N_("it looks like an encrypted ledger, or a backup of one"),
    "side-file": N_("it is a file that belongs to a ledger"),
    "dump": N_("it is a backup of a database server"),
    "key": N_("it is a key"),
}
_LEDGER = N_("it is the ledger in use")
_SIDE = N_("the name is reserved for a file that belongs to a ledger")
_READ = N_("this command reads it")
_TWICE = N_("this command writes something else there")
_OWN = N_("it belongs to aidledger itself")


def heed_force(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Apply --force: an existing file may be replaced."""
    if value:
        context.meta[_FORCE] = True


def put(path: Path, content: bytes) -> None:
    """Write a result to a file atomically; raises OutputExists, OutputKept, OutputNoFile, CannotWrite."""
    context = click.get_current_context()
    over = bool(context.meta.get(_FORCE))
    # Check again: the command may have run long and made files of its own.
    _require(path, context, over=over)
    try:
        private.put(path, content, over=over)
    except FileExists:
        raise OutputExists(path=path) from None


def require_writable(context: click.Context) -> None:
    """Check what a command will write, before it does anything.

    Raises FileExists, OutputExists, OutputKept, OutputNoFile, CannotWrite.
    """
    seen: list[Path] = []
    for kind, path in _named(context, WRITES):
        if any(_same(path, other) for other in seen):
            raise OutputKept(path=path, reason=_TWICE)
        seen.append(path)
        if isinstance(kind, ToWrite):
            _require(path, context, over=kind.over and bool(context.meta.get(_FORCE)), new=not kind.over)
            private.require_room(path)
        else:
            _require_unclaimed(path, context)


def _require(path: Path, context: click.Context, *, over: bool, new: bool = False) -> None:
    # /dev/stdout is a file if the screen is redirected to one; renaming over it would replace it for everybody.
    if _is_of_the_system(path.parent):
        raise OutputNoFile(path=path)
    _require_unclaimed(path, context)
    if any(_same(path, read) for _, read in _named(context, READS)):
        raise OutputKept(path=path, reason=_READ)
    try:
        found = path.stat()
    except FileNotFoundError:
        if os.path.lexists(path) and not over:
            raise (FileExists if new else OutputExists)(path=path) from None
        return
    except OSError as error:
        raise CannotWrite(path=path, reason=error.strerror or "") from error
    if not stat.S_ISREG(found.st_mode):
        raise OutputNoFile(path=path)
    _require_unread(path, found, context)
    _require_nothing_precious(path)
    if not over:
        raise (FileExists if new else OutputExists)(path=path)


def _is_of_the_system(folder: Path) -> bool:
    real = Path(os.path.realpath(folder))
    return any(real.is_relative_to(one) for one in _OF_THE_SYSTEM) and not real.is_relative_to("/dev/shm")  # noqa: S108


def _require_unclaimed(path: Path, context: click.Context) -> None:
    """Refuse names reserved for the ledger, even unused ones: SQLite would play a forged journal into the ledger."""
    from aidledger.operations import outputs

    ledger = _ledger(context)
    if ledger is not None and _same(path, ledger):
        raise OutputKept(path=path, reason=_LEDGER)
    try:
        owner = outputs.belongs_to(path)
    except OSError as error:
        raise CannotWrite(path=path, reason=error.strerror or "") from error
    if owner is not None or (ledger is not None and any(_same(path, side) for side in outputs.beside(ledger))):
        raise OutputKept(path=path, reason=_SIDE)


def _require_unread(path: Path, found: os.stat_result, context: click.Context) -> None:
    """Refuse a file in a folder that the command reads, under any name, and the program's own files."""
    for _, folder in _named(context, READS):
        if folder.is_dir() and any(os.path.samestat(found, one) for one in _files_below(folder)):
            raise OutputKept(path=path, reason=_READ)
    program = Path(private.__file__).parent
    if any(path.resolve().is_relative_to(folder) for folder in (program, shipped_folder())):
        raise OutputKept(path=path, reason=_OWN)


def _require_nothing_precious(path: Path) -> None:
    from aidledger.operations import outputs

    try:
        kind = outputs.found_in(path)
    except OSError as error:  # an unreadable file may be anything
        raise CannotWrite(path=path, reason=error.strerror or "") from error
    if kind is not None:
        raise OutputKept(path=path, reason=_WHATS[kind])


def _ledger(context: click.Context) -> Path | None:
    """The ledger's file; None on a server."""
    place = str(context.find_root().params.get("place") or "")
    if "://" not in place:  # without loading SQLAlchemy
        return Path(place) if place else None
    from aidledger.operations.opening import file_of

    return file_of(place)


def _named(context: click.Context, kinds: tuple[type[Any], ...]) -> Iterator[tuple[Any, Path]]:
    """The files named by parameters of some types, of a command and of its parents."""
    above: click.Context | None = context
    while above is not None:
        for parameter in above.command.params:
            value = above.params.get(parameter.name or "")
            if isinstance(parameter.type, kinds) and value is not None:
                for name in value if isinstance(value, tuple) else (value,):
                    if "://" not in str(name) and not str(name).startswith("keyring:"):
                        yield parameter.type, Path(name)
        above = above.parent


def _files_below(folder: Path) -> Iterator[os.stat_result]:
    for above, _, names in os.walk(folder):
        for name in names:
            try:
                yield Path(above, name).stat()
            except OSError:  # a broken link
                continue


def _same(path: Path, other: Path) -> bool:
    """Whether two names mean the same file, even a missing one."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return os.path.normcase(os.path.realpath(path)) == os.path.normcase(os.path.realpath(other))
