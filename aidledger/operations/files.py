"""Which files a folder holds for import, and how they are called."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aidledger.errors import CannotRead

# .et is what WPS calls a workbook of its own.
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".et"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read once: those bytes are hashed, those bytes are parsed, those bytes are kept.

    ``failure`` says why it could not be read from the disk at all.
    """

    path: Path
    content: bytes
    sha256: str
    failure: str | None = None

    @property
    def shown(self) -> str:
        """The path as text, also where the file system's name is not UTF-8 (old archives carry GBK names)."""
        return shown_path(self.path)


def shown_path(path: Path) -> str:
    """A path as text that can be printed and stored; each part in the encoding that it is in."""
    return str(Path(*map(_shown_part, path.parts)))


def _shown_part(part: str) -> str:
    raw = os.fsencode(part)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def walk(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those in folders in the order of their names; each once."""
    found: dict[Path, None] = {}
    for path in paths:
        for file in _within(path, frozenset()) if path.is_dir() else [path]:
            found.setdefault(file)
    return list(found)


def _within(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    here = folder.resolve()
    if here in above:
        return  # a link back to a folder that it is in
    try:
        children = sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name))
    except OSError as error:
        raise CannotRead(path=shown_path(folder), reason=error.strerror or "") from None
    for child in children:
        if child.name.startswith((".", "~$")):
            continue
        if child.is_dir():
            yield from _within(child, above | {here})
        elif child.suffix.lower() in SPREADSHEETS and (child.is_file() or not child.exists()):  # no pipe, no device
            yield child


def read(path: Path, size_max_bytes: int) -> SourceFile:
    """Read a file once. Of one that is beyond the limit only as much as shows it; a pipe might never end."""
    if path.exists() and not path.is_file():
        return SourceFile(path, b"", hashlib.sha256(b"").hexdigest(), "it is no ordinary file")
    try:
        with path.open("rb") as file:
            content = file.read(size_max_bytes + 1)
    except OSError as error:
        return SourceFile(path, b"", hashlib.sha256(b"").hexdigest(), error.strerror or "cannot be opened")
    return SourceFile(path, content, hashlib.sha256(content).hexdigest())
