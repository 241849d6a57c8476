"""Workbooks as spreadsheet programs write them, but without styles: 126,000 rows in seconds.

Written out here because openpyxl takes ten times as long and XlsxWriter five times, and a city has 1.3 million rows.
The demo's own writer is the oracle: a test reads both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from aidledger.domain.place import column_letter

Cell = str | int | Decimal | None
Sheet = tuple[str, Iterable[Sequence[Cell]]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ROWS_AT_ONCE = 2_000


def write(path: Path, sheets: Iterable[Sheet]) -> int:
    """Write a workbook; how many rows it has."""
    texts: dict[str, int] = {}
    names: list[str] = []
    rows = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=3) as package:
        for name, cells in sheets:
            names.append(name)
            with package.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as part:
                rows += _write_sheet(part, cells, texts)
        for part_name, xml in _other_parts(names, texts):
            package.writestr(part_name, _XML + xml)
    return rows


def _write_sheet(part: IO[bytes], cells: Iterable[Sequence[Cell]], texts: dict[str, int]) -> int:
    part.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
    letters = [column_letter(i) for i in range(64)]
    waiting: list[str] = []
    number = 0
    for number, row in enumerate(cells, 1):
        waiting.append(f'<row r="{number}">')
        for letter, value in zip(letters, row, strict=False):
            if isinstance(value, str):
                at = texts.setdefault(value, len(texts))
                waiting.append(f'<c r="{letter}{number}" t="s"><v>{at}</v></c>')
            elif value is not None:
                waiting.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        waiting.append("</row>")
        if number % _ROWS_AT_ONCE == 0:
            part.write("".join(waiting).encode())
            waiting.clear()
    part.write(f"{''.join(waiting)}</sheetData></worksheet>".encode())
    return number


def _other_parts(names: Sequence[str], texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    numbered = list(enumerate(names, 1))
    sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"/>' for i, name in numbered)
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    yield "xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{items}</sst>'
    targets = [(f"worksheets/sheet{i}.xml", "worksheet") for i, _ in numbered]
    yield "xl/_rels/workbook.xml.rels", _relationships([*targets, ("sharedStrings.xml", "sharedStrings")])
    yield "_rels/.rels", _relationships([("xl/workbook.xml", "officeDocument")])
    kinds = [("xl/workbook.xml", "sheet.main"), ("xl/sharedStrings.xml", "sharedStrings")]
    kinds += [(f"xl/worksheets/sheet{i}.xml", "worksheet") for i, _ in numbered]
    said = "".join(f'<Override PartName="/{name}" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in kinds)
    usual = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    usual += '<Default Extension="xml" ContentType="application/xml"/>'
    yield "[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{usual}{said}</Types>'


def _relationships(targets: Sequence[tuple[str, str]]) -> str:
    said = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for i, (target, kind) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{said}</Relationships>'
