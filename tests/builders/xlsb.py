"""Grids of cells into .xlsb, record by record: no library writes them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from tests.builders.files import Cell, ErrorCell, Grid

if TYPE_CHECKING:
    from tests.builders.books import Page

_STATES = {"visible": 0, "hidden": 1, "veryHidden": 2}
_ERRORS = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(number: int, data: bytes = b"") -> bytes:
    """A number and a length with seven bits to a byte, and the data."""
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    length, size = bytearray(), len(data)
    while size >= 0x80:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return head + bytes([*length, size]) + data


def _text(value: str) -> bytes:
    encoded = value.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def _cell(column: int, value: Cell) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(value, ErrorCell):
        return record(3, place + bytes([_ERRORS[value.text]]))
    if isinstance(value, bool):
        return record(4, place + bytes([value]))
    if isinstance(value, int | float):
        return record(5, place + struct.pack("<d", value))
    return record(6, place + _text(str(value)))


def xlsb_bytes(grid: Grid) -> bytes:
    """A sheet of cells as .xlsb."""
    return xlsb_book([_OnePage(grid)])


@dataclass(slots=True)
class _OnePage:
    grid: Grid
    name: str = "Sheet1"
    merges: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    state: str = "visible"


def xlsb_book(book: Sequence[Page | _OnePage], *, date_1904: bool = False) -> bytes:
    """The book as .xlsb."""
    sheets = record(131) + record(153, struct.pack("<III", date_1904, 0, 0)) + record(143)
    for i, page in enumerate(book, 1):
        sheets += record(156, struct.pack("<II", _STATES[page.state], i) + _text(f"rId{i}") + _text(page.name))
    sheets += record(144) + record(132)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(book)))
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.bin")}))
        parts = {f"rId{i}": ("worksheet", f"worksheets/sheet{i}.bin") for i in range(1, len(book) + 1)}
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(parts))
        archive.writestr("xl/workbook.bin", sheets)
        for i, page in enumerate(book, 1):
            archive.writestr(f"xl/worksheets/sheet{i}.bin", _sheet(page))
    return target.getvalue()


def _sheet(page: Page | _OnePage) -> bytes:
    width = max(map(len, page.grid), default=1)
    part = record(129) + record(148, struct.pack("<IIII", 0, len(page.grid), 0, width)) + record(390)
    for column in sorted(page.hidden_columns):
        part += record(60, struct.pack("<IIIIH", column, column, 2048, 0, 1))
    part += record(391) + record(145)
    for r, row in enumerate(page.grid):
        part += record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, 0x10 if r in page.hidden_rows else 0, 0, 0))
        part += b"".join(_cell(c, value) for c, value in enumerate(row) if value is not None and value != "")
    part += record(146) + record(177, struct.pack("<I", len(page.merges)))
    for (top, left), (bottom, right) in page.merges:
        part += record(176, struct.pack("<IIII", top, bottom, left, right))
    return part + record(178) + record(130)


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.ms-excel"
    inner = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.bin" ContentType="{kind}.worksheet"/>'
        for i in range(1, sheets + 1)
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.bin" ContentType="{kind}.sheet.binary.macroEnabled.main"/>{inner}</Types>'
    )
