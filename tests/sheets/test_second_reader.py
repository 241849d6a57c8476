"""What our grid holds is what a second reader finds: openpyxl, calamine, and for .ods the bare XML."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from aidledger.operations.examining import run_guarded
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.grid import Sheet, read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from tests.builders import ErrorCell, ods_bytes, roster_grid, with_cells, xls_bytes, xlsx_bytes
from tests.builders.books import WORKBOOKS
from tests.builders.drafts import subsidy_draft, two_program_draft
from tests.builders.shapes import shaped

SAMPLES = Path(__file__).parents[2] / "imports"
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
_TABLE, _OFFICE, _TEXT = (f"{{{_OPEN_DOCUMENT}:{part}:1.0}}" for part in ("table", "office", "text"))
Cells = dict[tuple[int, int], object]
LOOKS: Mapping[str, Mapping[str, str]] = {
    "plain": {},
    "numbers and names": {"numbers": "broken into lines", "names": "parted by a wide space", "amounts": "full-width"},
    "moved and merged": {"offset": "C6", "header": "two rows", "class": "merged", "totals": "capitals"},
    "sheets": {"sheets": "summary of people", "unit": "单位:万元", "foot": "signed", "blank lines": "every 3"},
    "hidden": {"sheets": "a class very hidden", "hidden": "rows", "columns beside": "due and paid"},
}
KINDS = with_cells(
    roster_grid(4),
    {
        "H3": date(2009, 3, 17),
        "H4": datetime(2009, 3, 17, 8, 30),  # noqa: DTZ001 - a cell knows no zone
        "H5": 312.5,
        "H6": 0.1,
        "I3": True,
        "I4": 123456789012345,
        "I5": -7,
        "I6": 51130020090317001,
        "J3": " blanks ",
        "J4": "two\nlines",
        "J5": "𠮷",
        "J6": "00123",
        "K3": ErrorCell("#N/A"),
        "K4": ErrorCell("#DIV/0!"),
        "K5": "<&>\"'",
        "K6": "１２３",
    },
)


def comparable(value: object) -> object:
    """A value as both readers can tell it: whole numbers alike, days without a time as days."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def ours(sheet: Sheet) -> Cells:
    return {
        (sheet.first_row + r, sheet.first_column + c): comparable(value)
        for r, row in enumerate(sheet.rows)
        for c, value in enumerate(row)
        if value != ""
    }


def by_openpyxl(content: bytes) -> Iterator[tuple[str, Cells, Cells]]:
    """Of each sheet its values, and what is at fault: errors, and formulas without a value."""
    with_values = openpyxl.load_workbook(BytesIO(content), data_only=True)
    with_formulas = openpyxl.load_workbook(BytesIO(content))
    for sheet in with_values.worksheets:
        values: Cells = {}
        faults: Cells = {}
        for r, row in enumerate(sheet.iter_rows()):
            for c, cell in enumerate(row):
                place = r, c
                formula = with_formulas[sheet.title].cell(r + 1, c + 1).data_type == "f"
                if cell.data_type == "e":
                    faults[place] = cell.value
                elif cell.value is not None and cell.value != "":
                    values[place] = comparable(cell.value)
                elif formula:
                    faults[place] = "formula"
        yield sheet.title, values, faults


def by_calamine(content: bytes) -> list[tuple[str, Cells]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return [
        (
            name,
            {
                (r, c): comparable(value)
                for r, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for c, value in enumerate(row)
                if value != ""
            },
        )
        for name in book.sheet_names
    ]


def by_xml(content: bytes) -> Iterator[tuple[str, Cells]]:
    """An .ods as its XML says it; odfpy would do, but what it has read changes what it writes afterwards."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("content.xml"))  # noqa: S314 - our own
    for table in root.iter(f"{_TABLE}table"):
        cells: Cells = {}
        r = 0
        for row in table.iter(f"{_TABLE}table-row"):
            c = 0
            for cell in row:
                if (value := _ods_value(cell)) != "":
                    cells[r, c] = comparable(value)
                c += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            r += int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        yield table.get(f"{_TABLE}name", ""), cells


def _ods_value(cell: ET.Element) -> object:
    text = "\n".join("".join(_ods_texts(line)) for line in cell)
    match cell.get(f"{_OFFICE}value-type"):
        case "float":
            return float(cell.get(f"{_OFFICE}value", ""))
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value") == "true"
        case "date":
            return datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
    return "" if cell.get(f"{_TABLE}formula") and text.startswith("#") else text


def _ods_texts(element: ET.Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * int(child.get(f"{_TEXT}c", "1"))
        else:
            yield {f"{_TEXT}line-break": "\n", f"{_TEXT}tab": "\t"}.get(child.tag) or "".join(_ods_texts(child))
        yield child.tail or ""


def samples(ending: str, begins: bytes = b"PK") -> list[Path]:
    """The samples that can be read, and are what their names say."""
    readable = []
    for path in sorted(SAMPLES.glob(f"*.{ending}")):
        if not path.read_bytes().startswith(begins):
            continue
        try:
            read_grid(path.read_bytes(), DEFAULT_LIMITS)
        except FileRefused:
            continue
        readable.append(path)
    return readable


def shaped_books(file_format: str) -> dict[str, bytes]:
    _, to_bytes = WORKBOOKS[file_format]
    drafts = {"one": subsidy_draft, "two": two_program_draft}
    return {
        f"{name} {n}": to_bytes(shaped(draft(), looks).book())
        for name, looks in LOOKS.items()
        for n, draft in drafts.items()
    }


def assert_openpyxl_agrees(content: bytes) -> None:
    sheets = read_grid(content, DEFAULT_LIMITS)
    second = list(by_openpyxl(content))
    assert [sheet.name for sheet in sheets] == [name for name, _, _ in second]
    for sheet, (_, values, faults) in zip(sheets, second, strict=True):
        assert ours(sheet) == values
        assert sheet.faults == faults


def assert_calamine_agrees(content: bytes) -> None:
    second = run_guarded(by_calamine, content, limits=DEFAULT_LIMITS)
    sheets = read_grid(content, DEFAULT_LIMITS)
    assert [(sheet.name, ours(sheet)) for sheet in sheets] == second


def assert_xml_agrees(content: bytes) -> None:
    sheets = read_grid(content, DEFAULT_LIMITS)
    assert [(sheet.name, ours(sheet)) for sheet in sheets] == list(by_xml(content))


@pytest.mark.parametrize("path", samples("xlsx"), ids=lambda path: path.name)
def test_openpyxl_finds_the_same_in_a_sample(path: Path) -> None:
    assert_openpyxl_agrees(path.read_bytes())


@pytest.mark.parametrize("path", samples("xls", b"\xd0\xcf\x11\xe0"), ids=lambda path: path.name)
def test_calamine_finds_the_same_in_an_old_sample(path: Path) -> None:
    assert_calamine_agrees(path.read_bytes())


@pytest.mark.parametrize("path", samples("ods"), ids=lambda path: path.name)
def test_the_xml_says_the_same_in_a_sample(path: Path) -> None:
    assert_xml_agrees(path.read_bytes())


@pytest.mark.parametrize(("name", "content"), shaped_books("xlsx").items())
def test_openpyxl_finds_the_same_in_every_shape(name: str, content: bytes) -> None:
    assert_openpyxl_agrees(content)


@pytest.mark.parametrize(("name", "content"), shaped_books("xls").items())
def test_calamine_finds_the_same_in_every_shape(name: str, content: bytes) -> None:
    assert_calamine_agrees(content)


@pytest.mark.parametrize(("name", "content"), shaped_books("ods").items())
def test_the_xml_says_the_same_in_every_shape(name: str, content: bytes) -> None:
    assert_xml_agrees(content)


def test_every_kind_of_cell_is_read_alike() -> None:
    assert_openpyxl_agrees(xlsx_bytes(KINDS))
    assert_calamine_agrees(xls_bytes(KINDS))
    assert_xml_agrees(ods_bytes(KINDS))
