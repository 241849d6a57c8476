"""The one way of results into files: nothing is written over but what --force gives up, and what is precious never.

A command that may not write where it was told to is refused before it does anything.
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
# Names there are of devices and of open files; but for /dev/shm, a disk in memory.
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
    """What --force does: from now on a file that is there may be replaced."""
    if value:
        context.meta[_FORCE] = True


def put(path: Path, content: bytes) -> None:
    """Write a result into a file, whole; raises OutputExists, OutputKept, OutputNoFile, CannotWrite."""
    context = click.get_current_context()
    over = bool(context.meta.get(_FORCE))
    # Once more: the command may have taken its time, and have made files of its own.
    _require(path, context, over=over)
    try:
        private.put(path, content, over=over)
    except FileExists:
        raise OutputExists(path=path) from None


def require_writable(context: click.Context) -> None:
    """Judge what a command is to write, before it does anything.

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
    # /dev/stdout is a file where the screen is redirected into one; what is renamed over it takes the name from all.
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
    """Refuse the ledger's own names, also where nothing is yet: a journal of ours would be played into the ledger."""
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
    """Refuse a file that lies in a folder which the command reads, under any name; and those of the program."""
    for _, folder in _named(context, READS):
        if folder.is_dir() and any(os.path.samestat(found, one) for one in _files_below(folder)):
            raise OutputKept(path=path, reason=_READ)
    program = Path(private.__file__).parent
    if any(path.resolve().is_relative_to(folder) for folder in (program, shipped_folder())):
        raise OutputKept(path=path, reason=_OWN)


def _require_nothing_precious(path: Path) -> None:
    from aidledger.operations import outputs

    try:
        what = outputs.found_in(path)
    except OSError as error:  # what cannot be read may be anything
        raise CannotWrite(path=path, reason=error.strerror or "") from error
    if what is not None:
        raise OutputKept(path=path, reason=_WHATS[what])


def _ledger(context: click.Context) -> Path | None:
    """The ledger's file, None on a server."""
    place = str(context.find_root().params.get("place") or "")
    if "://" not in place:  # and no SQLAlchemy is loaded
        return Path(place) if place else None
    from aidledger.operations.opening import file_of

    return file_of(place)


def _named(context: click.Context, kinds: tuple[type[Any], ...]) -> Iterator[tuple[Any, Path]]:
    """What the parameters of some types name as files, of a command and of those that it belongs to."""
    above: click.Context | None = context
    while above is not None:
        for parameter in above.command.params:
            value = above.params.get(parameter.name or "")
            if isinstance(parameter.type, kinds) and value is not None:
                for one in value if isinstance(value, tuple) else (value,):
                    if "://" not in str(one) and not str(one).startswith("keyring:"):
                        yield parameter.type, Path(one)
        above = above.parent


def _files_below(folder: Path) -> Iterator[os.stat_result]:
    for above, _, names in os.walk(folder):
        for name in names:
            try:
                yield Path(above, name).stat()
            except OSError:  # a link to nowhere
                continue


def _same(one: Path, other: Path) -> bool:
    """Whether two names are of one file, be it there or not."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
