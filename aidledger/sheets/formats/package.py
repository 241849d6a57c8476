"""Workbooks that are zip archives: their guard, which inflates every part to see how large it really is."""

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

# All that zipfile raises of an archive that is not as it should be. NotImplementedError is its word for a way of
# compression that it does not know; asked for before RuntimeError, of which it is a kind: the word for a password.
ARCHIVE_DAMAGES = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, KeyError, OSError)
Container = Literal["xlsx", "xlsb", "ods"]

# What is raised for damaged XML; the last two for an encoding that is not known, or not as one of XML.
XML_DAMAGES = (ET.ParseError, expat.ExpatError, LookupError, ValueError)
_DOCTYPE = "<!DOCTYPE"
_ENCRYPTED_PACKAGE = "encrypted-package"  # how LibreOffice 24 and later puts a whole document under a password
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_CHUNK_BYTES = 2**20
_RATIO_FREE_BYTES = 2**20
# Read by calamine alone, and often the largest: no need to hold on to them.
_NOT_KEPT = ("sharedstrings.xml", "vbaproject.bin")
# ... but for texts of which a part is crossed out, raised or lowered.
_CROSSED_OUT = (b"strike", b"vertAlign")


@dataclass(slots=True)
class Package:
    """An opened archive that is within the limits; the parts that tell of sheets, by their names (see part_name).

    ``mended``: parts, by their names in the archive, that have to be other ones for calamine.
    """

    container: Container
    parts: dict[str, bytes] = field(default_factory=dict)
    mended: dict[str, bytes] = field(default_factory=dict)


def part_name(name: str) -> str:
    """The name that a part is looked up by: some programs write backslashes and capitals."""
    return name.replace("\\", "/").lstrip("/").casefold()


def open_package(content: bytes, limits: Limits) -> Package:
    """Inflate an archive under guard; raises FileRefused."""
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
        kept = (is_xml or name.endswith(".bin")) and not (name.endswith(_NOT_KEPT) and _is_plain(name, part))
        if (kept or is_xml) and _declares_entities(part):
            raise FileRefused("unreadable-file", why="it declares entities, which no spreadsheet program writes")
        if kept:
            package.parts[name] = bytes(part)
    if package.container == "ods" and not any(info.filename == "mimetype" for info in infos):
        package.mended["mimetype"] = _ODS
    _refuse_encrypted(package)
    return package


def _is_plain(name: str, part: bytes | bytearray) -> bool:
    return not name.endswith(".xml") or not any(mark in part for mark in _CROSSED_OUT)


def inflated(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, size_max_bytes: int, *, cut: bool = False
) -> bytearray:
    """A part as it is unpacked; raises FileRefused beyond the limits. ``cut``: of one too large, no more than that."""
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
                    "file-too-large", what="the ratio of compression", limit=f"{limits.inflation_ratio_max}:1"
                )
    return part


def _declares_entities(part: bytes | bytearray) -> bool:
    """Whether an XML parser would find a document type in it; all that one reads is like ASCII, or is UTF-16."""
    if b"\0" in part[:2] or part.startswith((b"\xff\xfe", b"\xfe\xff")):
        return any(_DOCTYPE.encode(encoding) in part for encoding in ("utf-16-le", "utf-16-be"))
    return _DOCTYPE.encode() in part


def holds_workbook(names: set[str]) -> bool:
    """Whether an archive with parts of these names (see part_name) is a workbook, though perhaps a locked one."""
    return _ENCRYPTED_PACKAGE in names or _container_in(names) is not None


def _container(names: set[str]) -> Container:
    container = _container_in(names)
    if container is not None:
        return container
    if _ENCRYPTED_PACKAGE in names:
        raise FileRefused("encrypted-file")
    raise FileRefused("unreadable-file", why="it is an archive, but no workbook")


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
    """By the id of a relation of a part, the part that it leads to, where that was kept; raises FileRefused."""
    folder, _, file = name.rpartition("/")
    try:
        root = ET.fromstring(package.parts[f"{folder}/_rels/{file}.rels".lstrip("/")])  # noqa: S314 - no DOCTYPE
    except XML_DAMAGES as error:  # a part that is not there, too
        raise FileRefused("unreadable-file", why="the workbook is damaged") from error
    paths = {relation.get("Id"): _path(folder, relation.get("Target", "")) for relation in root}
    return {key: package.parts[path] for key, path in paths.items() if path in package.parts}


def related(package: Package, name: str, kind: str) -> bytes | None:
    """The part of a kind (``styles``) that another one refers to, where there is one."""
    folder, _, file = name.rpartition("/")
    root = ET.fromstring(package.parts[f"{folder}/_rels/{file}.rels".lstrip("/")])  # noqa: S314 - no DOCTYPE
    paths = (_path(folder, r.get("Target", "")) for r in root if r.get("Type", "").endswith(f"/{kind}"))
    return next((package.parts[path] for path in paths if path in package.parts), None)


def _path(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    path = target if target.startswith("/") else f"{folder}/{target}"
    return part_name(posixpath.normpath(path))
