"""Workbooks that are zip archives: their guard, and what the reader does not tell of their cells.

calamine gives error cells as blanks and formulas without a value as blanks too (python-calamine#105), so both are
looked up in the sheets' XML, which is inflated here in any case to see how large it really is.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal
from xml.etree import ElementTree as ET

from aidledger.sheets.failures import FileRefused
from aidledger.sheets.limits import Limits

CellFaults = dict[tuple[int, int], str]
Container = Literal["xlsx", "xlsb", "ods"]

FORMULA = "formula"
_CHUNK_BYTES = 2**20
_RATIO_FREE_BYTES = 2**20
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"')
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(slots=True)
class Package:
    """An opened archive that is within the limits; parts that were kept, by name."""

    container: Container
    parts: dict[str, bytes] = field(default_factory=dict)


def open_package(content: bytes, limits: Limits) -> Package:
    """Inflate an archive under guard; raises FileRefused."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _guarded(archive, limits)
    # NotImplementedError is zipfile's word for a way of compression that it does not know.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, KeyError, OSError) as error:
        raise FileRefused("unreadable-file", why="the archive is damaged") from error
    except RuntimeError as error:  # zipfile's word for a part under a password
        raise FileRefused("encrypted-file") from error


def _guarded(archive: zipfile.ZipFile, limits: Limits) -> Package:
    infos = archive.infolist()
    if len(infos) > limits.parts_max:
        raise FileRefused("file-too-large", what="the number of parts", limit=limits.parts_max)
    package = Package(_container({info.filename for info in infos}))
    inflated_bytes = 0
    for info in infos:
        part = bytearray()
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                part += chunk
                inflated_bytes += len(chunk)
                if inflated_bytes > limits.inflated_size_max_bytes:
                    raise FileRefused(
                        "file-too-large", what="the unpacked size", limit=f"{limits.inflated_size_max_bytes >> 20} MiB"
                    )
                if len(part) > max(_RATIO_FREE_BYTES, limits.inflation_ratio_max * max(1, info.compress_size)):
                    raise FileRefused(
                        "file-too-large", what="the ratio of compression", limit=f"{limits.inflation_ratio_max}:1"
                    )
        if info.filename.endswith((".xml", ".rels")):
            if b"<!DOCTYPE" in part[:4_096]:
                raise FileRefused("unreadable-file", why="it declares entities, which no spreadsheet program writes")
            package.parts[info.filename] = bytes(part)
    _refuse_encrypted(package)
    return package


def _container(names: set[str]) -> Container:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        return "ods"
    if any(name.endswith("workbook.xml") for name in names):
        return "xlsx"
    raise FileRefused("unreadable-file", why="it is an archive, but no workbook")


def _refuse_encrypted(package: Package) -> None:
    if b"encryption-data" in package.parts.get("META-INF/manifest.xml", b""):
        raise FileRefused("encrypted-file")


def cell_faults(package: Package) -> dict[str, CellFaults]:
    """By sheet name, the cells (0-based row, column) that hold an error (its text) or a formula without a value."""
    if package.container == "xlsx":
        return {name: faults for name, part in _xlsx_sheets(package) if (faults := _xlsx_faults(part))}
    if package.container == "ods" and b'calcext:value-type="error"' in package.parts["content.xml"]:
        return _ods_faults(package.parts["content.xml"])
    return {}


def hidden_rows(package: Package) -> dict[str, int]:
    """By sheet name, how many rows are hidden; .xlsx only."""
    if package.container != "xlsx":
        return {}
    counted = {name: _hidden_in(part) for name, part in _xlsx_sheets(package)}
    return {name: count for name, count in counted.items() if count}


def _hidden_in(part: bytes) -> int:
    return len(_HIDDEN_ROW.findall(part)) if b"hidden=" in part else 0


def _xlsx_sheets(package: Package) -> Iterator[tuple[str, bytes]]:
    workbook_name = next(name for name in package.parts if name.endswith("workbook.xml"))
    folder, _, file = workbook_name.rpartition("/")
    try:
        workbook = ET.fromstring(package.parts[workbook_name])  # noqa: S314 - a DOCTYPE was refused
        relations = ET.fromstring(package.parts[f"{folder}/_rels/{file}.rels".lstrip("/")])  # noqa: S314
    except (ET.ParseError, KeyError):
        return
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in workbook.iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            if path in package.parts:
                yield element.get("name", ""), package.parts[path]


def _xlsx_faults(part: bytes) -> CellFaults:
    begin, end = part.find(b"sheetData"), part.rfind(b"sheetData")
    faults: CellFaults = {}
    for needle in (b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/", b":f>", b":f "):
        at = part.find(needle, begin, end)
        while at >= 0:
            cell = _cell_around(part, at)
            reference = _REFERENCE.search(cell)
            if reference is None:
                return _xlsx_faults_slowly(part)
            fault = _fault_of(cell)
            if fault is not None:
                faults[int(reference[2]) - 1, _column(reference[1].decode())] = fault
            at = part.find(needle, at + 1, end)
    return faults


def _cell_around(part: bytes, at: int) -> bytes:
    # First within the row: a spelling that a sheet does not use would be looked for through all of it, for every cell.
    row = max(0, part.rfind(b"row", 0, at))
    start = _cell_begin(part, row, at)
    if start < 0:
        start = _cell_begin(part, 0, at)
    stop = _CELL_END.search(part, at)
    return part[start : stop.start() if stop else len(part)]


def _cell_begin(part: bytes, first: int, at: int) -> int:
    return max(part.rfind(begin, first, at) for begin in (b"<c ", b"<c>", b":c "))


def _fault_of(cell: bytes) -> str | None:
    head = cell[: cell.find(b">") + 1]
    value = re.search(rb"<(?:\w+:)?v[^>/]*>([^<]*)<", cell)
    if b't="e"' in head or b"t='e'" in head:
        return value[1].decode("ascii", "replace") if value and value[1] else "#ERROR"
    has_formula = re.search(rb"<(?:\w+:)?f[\s>/]", cell) is not None
    has_text = b't="str"' in head or b't="s"' in head or b"inlineStr" in head
    return FORMULA if has_formula and not has_text and not (value and value[1].strip()) else None


def _xlsx_faults_slowly(part: bytes) -> CellFaults:
    """For the rare writers that leave out the cells' references: counted, as the standard says."""
    faults: CellFaults = {}
    row = column = -1
    try:
        for _, element in ET.iterparse(BytesIO(part), events=("start",)):  # noqa: S314 - a DOCTYPE was refused
            tag = element.tag.rpartition("}")[2]
            if tag == "row":
                row, column = int(element.get("r") or row + 2) - 1, -1
            elif tag == "c":
                column += 1
                if element.get("t") == "e":
                    faults[row, column] = "#ERROR"
    except (ET.ParseError, ValueError):
        return faults
    return faults


def _ods_faults(part: bytes) -> dict[str, CellFaults]:
    faults: dict[str, CellFaults] = {}
    sheet, row, column, rows_repeated = "", -1, -1, 1
    try:
        for event, element in ET.iterparse(BytesIO(part), events=("start", "end")):  # noqa: S314
            space, _, tag = element.tag.rpartition("}")
            if tag == "table" and event == "start":
                sheet, row, rows_repeated = element.get(f"{space}}}name", ""), -1, 1
            elif tag == "table-row" and event == "start":
                row, column = row + rows_repeated, -1
                rows_repeated = int(element.get(f"{space}}}number-rows-repeated", "1"))
            elif tag in {"table-cell", "covered-table-cell"} and event == "end":
                if any(key.endswith("}value-type") and value == "error" for key, value in element.items()):
                    text = "".join(element.itertext()).strip() or "#ERROR"
                    faults.setdefault(sheet, {})[row, column + 1] = text
                column += int(element.get(f"{space}}}number-columns-repeated", "1"))
                element.clear()
    except (ET.ParseError, ValueError):
        return faults
    return faults


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
