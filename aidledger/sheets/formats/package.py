"""Workbooks in zip archives, guarded: every part is inflated within limits, whatever its declared size."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.parsers import expat

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits
from aidledger.sheets.formats.mending import in_utf_8

__all__ = [
    "ARCHIVE_DAMAGES",
    "XML_DAMAGES",
    "Container",
    "Package",
    "holds_workbook",
    "inflated",
    "open_package",
    "part_name",
    "related",
    "relations",
]

# All that zipfile raises for a damaged archive. NotImplementedError, for an unknown compression method, must be caught
# before its base class RuntimeError, which stands for a password.
ARCHIVE_DAMAGES = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, KeyError, OSError)
Container = Literal["xlsx", "xlsb", "ods"]

# All that is raised for damaged XML; the last two for an unknown or invalid encoding.
XML_DAMAGES = (ET.ParseError, expat.ExpatError, LookupError, ValueError)
_DOCTYPE = "<!DOCTYPE"
_ENCRYPTED_PACKAGE = "encrypted-package"  # LibreOffice 24 and later encrypts the whole document into this part
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_CHUNK_BYTES = 2**20
_RATIO_FREE_BYTES = 2**20
# Parts that only calamine reads, often the largest, are not kept in memory,
_NOT_KEPT = ("sharedstrings.xml", "vbaproject.bin")
# unless they contain struck-through, superscript or subscript runs.
_RUN_MARKS = (b"strike", b"vertAlign")


@dataclass(slots=True)
class Package:
    """An inflated workbook within the limits: its relevant parts by name (see part_name).

    ``mended``: replacements for parts that calamine would reject, by their names in the archive.
    """

    container: Container
    parts: dict[str, bytes] = field(default_factory=dict)
    mended: dict[str, bytes] = field(default_factory=dict)


def part_name(name: str) -> str:
    """The normalised name of a part: some programs write backslashes and capitals."""
    return name.replace("\\", "/").lstrip("/").casefold()


def open_package(content: bytes, limits: Limits) -> Package:
    """Inflate a workbook within the limits; raises FileRefused."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _guarded(archive, limits)
    except ARCHIVE_DAMAGES as error:
        raise FileRefused("unreadable-file", why="the archive is damaged") from error
    except RuntimeError as error:
        raise FileRefused("encrypted-file") from error


def _guarded(archive: zipfile.ZipFile, limits: Limits) -> Package:
    infos = archive.infolist()
    if len(infos) > limits.parts_max:
        raise FileRefused("file-too-large", what="the number of parts", limit=limits.parts_max)
    package = Package(_container({part_name(info.filename) for info in infos}))
    inflated_bytes = 0
    for info in infos:
        part: bytes | bytearray = inflated(archive, info, limits, limits.inflated_size_max_bytes - inflated_bytes)
        inflated_bytes += len(part)
        name = part_name(info.filename)
        is_xml = name.endswith((".xml", ".rels"))
        recoded = in_utf_8(part) if is_xml else None
        if recoded is not None:
            part = package.mended[info.filename] = recoded
        kept = _is_kept(name, part)
        if (kept or is_xml) and _declares_entities(part):
            raise FileRefused("unreadable-file", why="it declares XML entities, which no spreadsheet program writes")
        if kept:
            package.parts[name] = bytes(part)
    if package.container == "ods" and not any(info.filename == "mimetype" for info in infos):
        package.mended["mimetype"] = _ODS
    _refuse_encrypted(package)
    return package


def _is_kept(name: str, part: bytes | bytearray) -> bool:
    return name.endswith((".xml", ".rels", ".bin")) and not (name.endswith(_NOT_KEPT) and _is_plain(name, part))


def _is_plain(name: str, part: bytes | bytearray) -> bool:
    return not name.endswith(".xml") or not any(mark in part for mark in _RUN_MARKS)


def inflated(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, size_max_bytes: int, *, cut: bool = False
) -> bytearray:
    """Inflate a part; raises FileRefused beyond the limits. ``cut``: truncate an oversized part instead."""
    part = bytearray()
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            part += chunk
            if len(part) > size_max_bytes:
                if cut:
                    return part[:size_max_bytes]
                raise FileRefused(
                    "file-too-large", what="the unpacked size", limit=f"{limits.inflated_size_max_bytes >> 20} MiB"
                )
            if len(part) > max(_RATIO_FREE_BYTES, limits.inflation_ratio_max * max(1, info.compress_size)):
                raise FileRefused(
                    "file-too-large", what="the compression ratio", limit=f"{limits.inflation_ratio_max}:1"
                )
    return part


def _declares_entities(part: bytes | bytearray) -> bool:
    """Whether an XML parser would find a DOCTYPE; it reads ASCII-compatible encodings and UTF-16 only."""
    if b"\0" in part[:2] or part.startswith((b"\xff\xfe", b"\xfe\xff")):
        return any(_DOCTYPE.encode(encoding) in part for encoding in ("utf-16-le", "utf-16-be"))
    return _DOCTYPE.encode() in part


def holds_workbook(names: set[str]) -> bool:
    """Whether parts of these names (see part_name) make a workbook, possibly an encrypted one."""
    return _ENCRYPTED_PACKAGE in names or _container_in(names) is not None


def _container(names: set[str]) -> Container:
    container = _container_in(names)
    if container is not None:
        return container
    if _ENCRYPTED_PACKAGE in names:
        raise FileRefused("encrypted-file")
    raise FileRefused("unreadable-file", why="it is an archive, but not a workbook")


def _container_in(names: set[str]) -> Container | None:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        return "ods"
    return "xlsx" if any(name.endswith("workbook.xml") for name in names) else None


def _refuse_encrypted(package: Package) -> None:
    if b"encryption-data" in package.parts.get("meta-inf/manifest.xml", b""):
        raise FileRefused("encrypted-file")


def relations(package: Package, name: str) -> dict[str | None, bytes]:
    """The kept targets of a part's relationships, by id; raises FileRefused."""
    folder, _, file = name.rpartition("/")
    try:
        root = ET.fromstring(package.parts[f"{folder}/_rels/{file}.rels".lstrip("/")])  # noqa: S314 - no DOCTYPE
    except XML_DAMAGES as error:  # also raised for a missing part
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    paths = {relation.get("Id"): _path(folder, relation.get("Target", "")) for relation in root}
    return {key: package.parts[path] for key, path in paths.items() if path in package.parts}


def related(package: Package, name: str, kind: str) -> bytes | None:
    """The target of a part's relationship of a kind (``styles``); None without one."""
    folder, _, file = name.rpartition("/")
    root = ET.fromstring(package.parts[f"{folder}/_rels/{file}.rels".lstrip("/")])  # noqa: S314 - no DOCTYPE
    paths = (_path(folder, r.get("Target", "")) for r in root if r.get("Type", "").endswith(f"/{kind}"))
    return next((package.parts[path] for path in paths if path in package.parts), None)


def _path(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    path = target if target.startswith("/") else f"{folder}/{target}"
    return part_name(posixpath.normpath(path))
