"""The files to import in a folder or archive, and their names."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol, Self

from aidledger.domain.problem import Problem
from aidledger.errors import CannotRead
from aidledger.i18n import N_
from aidledger.sheets.formats.archive import Archive, Member, is_archive
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits

# .et is WPS's own workbook format.
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".et"})
_ARCHIVE, _TEXT = ".zip", ".txt"
# Why a file is passed over.
Why = Literal["document", "picture", "shortcut", "packed", "archive-within", "no-list", "unseen", "other"]
_WHYS: dict[Why, frozenset[str]] = {
    "document": frozenset({".doc", ".docx", ".wps", ".pdf", ".ofd", ".rtf", ".ppt", ".pptx", ".dps", ".odt"}),
    "picture": frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic"}),
    "shortcut": frozenset({".lnk", ".url"}),
    "packed": frozenset({".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".z01", ".001"}),
}
CHANGED = N_("it changed while it was being read; import it again")
_SAME_NAME = N_("another file here has the same name")
# What operating systems put into folders and archives.
_OF_SYSTEMS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


class Shelf(Protocol):
    """Where files lie that are not on this computer's disk, each under a path of its own."""

    def open(self, path: Path) -> io.RawIOBase:
        """A file's bytes; raises OSError."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a file is: on disk, or a member of an ``archive`` on disk.

    ``path``: its name; a member's is as if in a folder named like the archive. ``tentative``: a text file found in a
    folder, which may not be a list. ``problem``: why it cannot be opened at all. ``shelf``: where it lies, if not on
    disk.
    """

    path: Path
    archive: Path | None = None
    member: Member | None = None
    tentative: bool = field(default=False, compare=False)
    problem: Problem | None = field(default=None, compare=False)
    shelf: Shelf | None = field(default=None, compare=False)

    def opened(self) -> io.RawIOBase:
        """The bytes of the file, or of the archive that it is in; raises OSError."""
        path = self.archive or self.path
        return io.FileIO(path) if self.shelf is None else self.shelf.open(path)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file in a folder or archive that was not read."""

    path: str
    why: Why


@dataclass(slots=True)
class Walked:
    """The files to read, each once and in name order; and those passed over."""

    found: list[Found] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read once: the same bytes are hashed, parsed and kept.

    ``failure``: why it could not be read. ``found``: where it is, unless simply at its path.
    """

    path: Path
    content: bytes
    sha256: str
    failure: Problem | None = field(default=None, hash=False)
    found: Found | None = None

    @property
    def place(self) -> Found:
        """Where it was found."""
        return self.found or Found(self.path)

    @property
    def shown(self) -> str:
        """The path as text, even if the name is not UTF-8 (old archives carry GBK names)."""
        return shown_path(self.path)

    @property
    def unpacked(self) -> Path:
        """The path with the archive's name as a folder: without its extension."""
        archive = self.place.archive
        return self.path if archive is None else archive.with_suffix("") / self.path.relative_to(archive)

    @property
    def heard(self) -> str:
        """The path whose folders and name help to recognise a list."""
        return shown_path(self.unpacked)


def shown_path(path: Path) -> str:
    """A path as text that can be printed and stored; each part is decoded from its own encoding."""
    return str(Path(*map(_shown_part, path.parts)))


def _shown_part(part: str) -> str:
    raw = os.fsencode(part)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def walk(paths: Iterable[Path], limits: Limits = DEFAULT_LIMITS, shelf: Shelf | None = None) -> Walked:
    """The files given, and those in folders and archives in name order; each once. ``shelf``: where all of them lie."""
    found: dict[Found, None] = {}
    passed_over: dict[PassedOver, None] = {}
    shown: set[str] = set()
    for path in paths:
        for one in _given(path, limits) if shelf is None else _among(Found(path, shelf=shelf), limits):
            if isinstance(one, Found):
                # What is done with files of a shelf is said by name.
                if shelf is not None and one not in found and shown_path(one.path) in shown:
                    one = replace(one, problem=Problem("unreadable-file", facts={"why": _SAME_NAME}))  # noqa: PLW2901
                shown.add(shown_path(one.path))
                found.setdefault(one)
            else:
                passed_over.setdefault(one)
    return Walked(list(found), list(passed_over))


def _given(path: Path, limits: Limits) -> Iterator[Found | PassedOver]:
    """What a person names is read, whatever it is called."""
    if path.is_dir():
        yield from _within(path, frozenset(), limits)
    elif path.is_file():
        yield from _unpacked(Found(path), limits)
    else:
        yield Found(path)  # reading it will report why


def _within(folder: Path, above: frozenset[Path], limits: Limits) -> Iterator[Found | PassedOver]:
    here = folder.resolve()
    if here in above:
        return  # a link to one of its own parents
    try:
        children = sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name))
    except OSError as error:
        raise CannotRead(path=shown_path(folder), reason=error.strerror or "") from None
    for child in children:
        if _is_unseen(child.name):
            continue
        if child.is_dir():
            yield from _within(child, above | {here}, limits)
        elif child.is_file() or not child.exists():  # not a pipe or device
            yield from _among(Found(child), limits)


def _among(found: Found, limits: Limits) -> Iterator[Found | PassedOver]:
    """A file in a folder: taken only if its name says that it is, or holds, a list."""
    if found.path.suffix.lower() == _ARCHIVE:
        yield from _unpacked(found, limits)
    else:
        yield _told_by_name(found)


def _unpacked(found: Found, limits: Limits) -> Iterator[Found | PassedOver]:
    """A file itself or, if its first bytes say that it is an archive, its members."""
    path = found.path
    if path.suffix.lower() in SPREADSHEETS:
        yield found
        return
    try:
        with found.opened() as raw:
            packed = is_archive(raw)
        if not packed:
            yield found
            return
        with Archive(found.opened(), limits) as archive:
            if archive.is_workbook:
                yield found
                return
            members = [member for member in archive.members() if not any(map(_is_unseen, member.parts))]
    except FileRefused as refusal:
        yield replace(found, problem=refusal.problem)
        return
    except OSError:
        yield found  # reading it will report why
        return
    for member in members:
        yield _told_by_name(Found(path.joinpath(*member.parts), path, member, shelf=found.shelf))


def by_name(path: str) -> Why | None:
    """Why a file that lies in a folder under this path would be passed over; None if it would be read."""
    parts = path.split("/")
    if any(map(_is_unseen, parts)):
        return "unseen"
    told = Found(Path(path)) if Path(path).suffix.lower() == _ARCHIVE else _told_by_name(Found(Path(path)))
    return told.why if isinstance(told, PassedOver) else None


def _is_unseen(name: str) -> bool:
    """Whether a name is that of a hidden file, a workbook's lock file, or an operating system's own."""
    return name.startswith((".", "~$")) or name.casefold() in _OF_SYSTEMS


def _told_by_name(found: Found) -> Found | PassedOver:
    ending = found.path.suffix.lower()
    if ending in SPREADSHEETS:
        return found
    if ending == _TEXT:
        return replace(found, tentative=True)
    why: Why = next((why for why, endings in _WHYS.items() if ending in endings), "other")
    return PassedOver(shown_path(found.path), "archive-within" if ending == _ARCHIVE else why)


class Reader:
    """Reads files where they were found. The last archive stays open for the next file."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._archive: Archive | None = None
        self._path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def read(self, found: Found) -> InputFile:
        """Read a file once; an unreadable file has a failure and no content."""
        if found.member is None:
            limit = self._limits.file_size_max_bytes
            source = read(found.path, limit) if found.shelf is None else _taken(found, limit)
            return InputFile(source.path, source.content, source.sha256, found.problem or source.failure, found)
        if found.problem is not None:
            return _unread(found, found.problem)
        try:
            content = self._opened(found).read(found.member)
        except FileRefused as refusal:
            return _unread(found, refusal.problem)
        except OSError as error:
            return _unread(found, _unopened(error.strerror))
        return InputFile(found.path, content, hashlib.sha256(content).hexdigest(), found=found)

    def _opened(self, found: Found) -> Archive:
        if self._archive is None or self._path != found.archive:
            self._close()
            self._archive, self._path = Archive(found.opened(), self._limits), found.archive
        return self._archive

    def _close(self) -> None:
        if self._archive is not None:
            self._archive.close()
        self._archive = None


def read_again(source: InputFile, limits: Limits) -> InputFile:
    """Read a file again where it was found."""
    with Reader(limits) as reader:
        return reader.read(source.place)


def read(path: Path, size_max_bytes: int) -> InputFile:
    """Read a file once, and no further than just past the size limit; a pipe might never end."""
    found = Found(path)
    if path.exists() and not path.is_file():
        return _unread(found, Problem("unreadable-file", facts={"why": "it is not a regular file"}))
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            content = file.read(size_max_bytes + 1)
            changed = _changed(before, os.fstat(file.fileno()), len(content), size_max_bytes)
    except OSError as error:
        return _unread(found, _unopened(error.strerror))
    if changed:
        return _unread(found, Problem("unreadable-file", facts={"why": CHANGED}))
    return InputFile(path, content, hashlib.sha256(content).hexdigest())


def _taken(found: Found, size_max_bytes: int) -> InputFile:
    """A file from its shelf, where nobody else writes."""
    try:
        with found.opened() as raw:
            content = raw.read(size_max_bytes + 1) or b""
    except OSError as error:
        return _unread(found, _unopened(error.strerror))
    return InputFile(found.path, content, hashlib.sha256(content).hexdigest())


def _changed(before: os.stat_result, after: os.stat_result, length: int, size_max_bytes: int) -> bool:
    """Whether a file changed while it was read: what was read is then neither version."""
    untouched = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return not untouched or length != min(after.st_size, size_max_bytes + 1)


def _unread(found: Found, problem: Problem) -> InputFile:
    return InputFile(found.path, b"", hashlib.sha256(b"").hexdigest(), problem, found)


def _unopened(reason: str | None) -> Problem:
    return Problem("unreadable-file", facts={"why": reason or "cannot be opened"})
