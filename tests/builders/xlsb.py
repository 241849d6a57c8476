"""Grids of cells into .xlsb, record by record: no library writes them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

from tests.builders.files import Cell, ErrorCell, Grid

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


def failed_formula(column: int, error: str) -> bytes:
    """A cell whose formula gives an error."""
    return record(11, struct.pack("<II", column, 0) + bytes([_ERRORS[error]]) + struct.pack("<HII", 0, 0, 0))


def xlsb_bytes(
    content: Grid | Mapping[str, Grid],
    *,
    merges: Sequence[tuple[int, int, int, int]] = (),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[tuple[int, int]] = (),
    hidden_sheets: Sequence[str] = (),
    date_1904: bool = False,
    more: bytes = b"",
) -> bytes:
    """A binary workbook. ``merges``: first and last row, first and last column, 0-based; ``more``: cells of a last row."""
    sheets = content if isinstance(content, Mapping) else {"Sheet1": content}
    names = enumerate(sheets, 1)
    book = record(131) + record(153, struct.pack("<III", date_1904, 0, 0)) + record(143)
    for i, name in names:
        book += record(156, struct.pack("<II", name in hidden_sheets, i) + _text(f"rId{i}") + _text(name))
    book += record(144) + record(132)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(sheets)))
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.bin")}))
        parts = {f"rId{i}": ("worksheet", f"worksheets/sheet{i}.bin") for i in range(1, len(sheets) + 1)}
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(parts))
        archive.writestr("xl/workbook.bin", book)
        for i, grid in enumerate(sheets.values(), 1):
            part = _sheet(grid, merges, hidden_rows, hidden_columns, more)
            archive.writestr(f"xl/worksheets/sheet{i}.bin", part)
    return target.getvalue()


def _sheet(
    grid: Grid,
    merges: Sequence[tuple[int, int, int, int]],
    hidden_rows: Sequence[int],
    hidden_columns: Sequence[tuple[int, int]],
    more: bytes,
) -> bytes:
    width = max(map(len, grid), default=1)
    part = record(129) + record(148, struct.pack("<IIII", 0, len(grid), 0, width))
    columns = b"".join(record(60, struct.pack("<IIIIH", *run, 2048, 0, 1)) for run in hidden_columns)
    part += record(390) + columns + record(391) + record(145)
    for r, row in enumerate(grid):
        part += _row(r, hidden=r in hidden_rows)
        part += b"".join(_cell(c, value) for c, value in enumerate(row) if value is not None and value != "")
    part += _row(len(grid)) + more if more else b""
    merged = b"".join(record(176, struct.pack("<IIII", *merge)) for merge in merges)
    return part + record(146) + record(177, struct.pack("<I", len(merges))) + merged + record(178) + record(130)


def _row(index: int, *, hidden: bool = False) -> bytes:
    return record(0, struct.pack("<IIHBBBI", index, 0, 300, 0, 0x10 if hidden else 0, 0, 0))


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.ms-excel"
    inner = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.bin" ContentType="{kind}.worksheet"/>' for i in range(1, sheets + 1)
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.bin" ContentType="{kind}.sheet.binary.macroEnabled.main"/>{inner}</Types>'
    )
