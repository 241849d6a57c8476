"""Archives (.zip) in which lists are sent: what is in them, read under limits. Nothing is ever unpacked to a disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.package import ARCHIVE_DAMAGES, holds_workbook, inflated, part_name

_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is how an archive begins that has nothing in it
_UTF_8_NAME, _ENCRYPTED = 0x800, 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# zipfile takes the list of what is in an archive in at once: some 40,000 names are no archive of a school's.
_READ_MAX_BYTES = 4 * 2**20
_NOT_IN_NAMES = str.maketrans(dict.fromkeys(':*?"<>|\0', "_"))


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its number in the archive's own list, and the names of its folders and its own."""

    number: int
    parts: tuple[str, ...]


class Archive:
    """An archive that is open for reading; raises FileRefused, and OSError where the disk refuses."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._file = _Bounded(io.FileIO(path), limits)
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._infos = self._zip.infolist()
            self._hold_to_limits()
        except ARCHIVE_DAMAGES as error:
            self._file.close()
            raise FileRefused("unreadable-file", why="the archive is damaged") from error
        except FileRefused:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._zip.close()
        self._file.close()

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook under the name of an archive: browsers save .xlsx files so."""
        return holds_workbook({part_name(info.filename) for info in self._infos})

    def members(self) -> Iterator[Member]:
        """The files in it, in the order of their names, as a folder is walked; what they are called is not obeyed."""
        named = [Member(number, _parts(info)) for number, info in enumerate(self._infos) if not _is_folder(info)]
        yield from sorted(named, key=lambda member: [part.encode("utf-8", "replace") for part in member.parts])

    def read(self, member: Member) -> bytes:
        """What is in one of its files, of one beyond the limit as much as shows it; raises FileRefused.

        The archive may be another by now than the one in which the file was seen.
        """
        if member.number >= len(self._infos) or _parts(self._infos[member.number]) != member.parts:
            raise FileRefused("unreadable-file", why="it was changed while it was read; import it again")
        info = self._infos[member.number]
        if info.flag_bits & _ENCRYPTED:
            raise FileRefused("encrypted-file")
        if info.compress_type not in _METHODS:
            raise FileRefused("unreadable-file", why="it is packed in a way that is not read; pack it as .zip again")
        try:
            return bytes(inflated(self._zip, info, self._limits, self._limits.file_size_max_bytes + 1, cut=True))
        except (*ARCHIVE_DAMAGES, RuntimeError) as error:
            raise FileRefused("unreadable-file", why="the archive is damaged") from error

    def _hold_to_limits(self) -> None:
        limits = self._limits
        if len(self._infos) > limits.archive_files_max:
            raise _too_many(limits)
        # zipfile never gives more of a file than this, whatever is packed in it.
        if sum(info.file_size for info in self._infos) > limits.archive_size_max_bytes:
            limit = f"{limits.archive_size_max_bytes >> 20} MiB"
            raise FileRefused("file-too-large", what="the unpacked size", limit=limit)


class _Bounded(io.BufferedReader):
    """A file of which nobody takes more at once than an honest archive's list needs."""

    def __init__(self, raw: io.FileIO, limits: Limits) -> None:
        super().__init__(raw)
        self._limits = limits

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _READ_MAX_BYTES:
            raise _too_many(self._limits)
        return super().read(size)


def is_archive(path: Path) -> bool:
    """Whether a file begins as a zip archive does; an OSError is for who reads it."""
    try:
        with path.open("rb") as file:
            return file.read(len(_BEGINNINGS[0])) in _BEGINNINGS
    except OSError:
        return False


def _too_many(limits: Limits) -> FileRefused:
    return FileRefused("file-too-large", what="the number of files", limit=limits.archive_files_max)


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return _name(info).endswith(("/", "\\"))


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The names on the way to a file: no drive, no way up and no sign that a name cannot have anywhere."""
    names = _name(info).replace("\\", "/").split("/")
    return tuple(name.translate(_NOT_IN_NAMES) for name in names if name not in {"", ".", ".."}) or ("_",)


def _name(info: zipfile.ZipInfo) -> str:
    """What a file is called: in UTF-8 where the archive says so, or where it is; else as old Chinese systems wrote."""
    said = info.orig_filename
    if info.flag_bits & _UTF_8_NAME:
        return said
    raw = said.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return said
