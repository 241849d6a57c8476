"""Zip archives of lists, read within limits. Nothing is ever extracted to disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.package import ARCHIVE_DAMAGES, holds_workbook, inflated, part_name

_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is an empty archive
_UTF_8_NAME, _ENCRYPTED = 0x800, 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# zipfile reads the central directory at once; this allows some 40,000 names, more than any school sends.
_READ_MAX_BYTES = 4 * 2**20
_NOT_IN_NAMES = str.maketrans(dict.fromkeys(':*?"<>|\0', "_"))


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its index in the central directory, and its path as folder names and file name."""

    number: int
    parts: tuple[str, ...]


class Archive:
    """An archive open for reading; raises FileRefused, OSError."""

    def __init__(self, raw: io.RawIOBase, limits: Limits) -> None:
        self._limits = limits
        self._file = _Bounded(raw, limits)
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._infos = self._zip.infolist()
            self._check_limits()
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
        """Close the file."""
        self._zip.close()
        self._file.close()

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook named .zip, as browsers save .xlsx files."""
        return holds_workbook({part_name(info.filename) for info in self._infos})

    def members(self) -> Iterator[Member]:
        """The files in it, sorted by path; unsafe components of paths are removed."""
        named = [Member(number, _parts(info)) for number, info in enumerate(self._infos) if not _is_folder(info)]
        yield from sorted(named, key=lambda member: [part.encode("utf-8", "replace") for part in member.parts])

    def read(self, member: Member) -> bytes:
        """Read a file, at most one byte beyond the size limit; raises FileRefused.

        The archive on disk may have been replaced since its members were listed.
        """
        if member.number >= len(self._infos) or _parts(self._infos[member.number]) != member.parts:
            raise FileRefused("unreadable-file", why="it changed while it was being read; import it again")
        info = self._infos[member.number]
        if info.flag_bits & _ENCRYPTED:
            raise FileRefused("encrypted-file")
        if info.compress_type not in _METHODS:
            raise FileRefused("unreadable-file", why="its compression is not supported; pack it as .zip again")
        try:
            return bytes(inflated(self._zip, info, self._limits, self._limits.file_size_max_bytes + 1, cut=True))
        except (*ARCHIVE_DAMAGES, RuntimeError) as error:
            raise FileRefused("unreadable-file", why="the archive is damaged") from error

    def _check_limits(self) -> None:
        limits = self._limits
        if len(self._infos) > limits.archive_files_max:
            raise _too_many(limits)
        # zipfile never inflates a file beyond its declared size.
        if sum(info.file_size for info in self._infos) > limits.archive_size_max_bytes:
            limit = f"{limits.archive_size_max_bytes >> 20} MiB"
            raise FileRefused("file-too-large", what="the unpacked size", limit=limit)


class _Bounded(io.BufferedReader):
    """A file that refuses reads larger than any legitimate central directory."""

    def __init__(self, raw: io.RawIOBase, limits: Limits) -> None:
        super().__init__(raw)
        self._limits = limits

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _READ_MAX_BYTES:
            raise _too_many(self._limits)
        return super().read(size)


def is_archive(raw: io.RawIOBase) -> bool:
    """Whether a file begins like a zip archive."""
    return raw.read(len(_BEGINNINGS[0])) in _BEGINNINGS


def _too_many(limits: Limits) -> FileRefused:
    return FileRefused("file-too-large", what="the number of files", limit=limits.archive_files_max)


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return _name(info).endswith(("/", "\\"))


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    return safe_parts(_name(info))


def safe_parts(path: str) -> tuple[str, ...]:
    """The components of a path, without drive, parent folders and characters invalid on any system."""
    names = path.replace("\\", "/").split("/")
    return tuple(name.translate(_NOT_IN_NAMES) for name in names if name not in {"", ".", ".."}) or ("_",)


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a file: in UTF-8 if flagged or valid as such, else in GB18030, as old Chinese systems wrote it."""
    name = info.orig_filename
    if info.flag_bits & _UTF_8_NAME:
        return name
    raw = name.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
