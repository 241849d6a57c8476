"""Workbooks as other programs than ours write them: parts, strings, references and names that openpyxl never makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.formats.sheet import Sheet
from tests.builders import TITLE, examined, found, people, resident_number
from tests.builders.packages import (
    RELATIONSHIPS,
    SHEET,
    STRICT_MAIN,
    STRICT_RELATIONSHIPS,
    archive,
    ods_parts,
    text_rows,
    workbook_parts,
)

GOOD = resident_number(1)
HEADER = ("姓名", "身份证号", "发放金额", "银行卡号")
PERSON = people(1)[0]
# A roster whose row 3 lacks the card number, since its look-up failed: read as a blank, nobody would know.
FAILED = text_rows((TITLE,), HEADER) + (
    f'<row r="3"><c r="A3" t="inlineStr"><is><t>{PERSON.name}</t></is></c>'
    f'<c r="B3" t="inlineStr"><is><t>{PERSON.number}</t></is></c>'
    '<c r="C3"><v>1000</v></c><c r="D3" t="e"><f>VLOOKUP(B3,X:Y,2,0)</f><v>#N/A</v></c></row>'
)


def only_sheet(content: bytes) -> Sheet:
    (sheet,) = read_grid(content, DEFAULT_LIMITS)
    return sheet


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        (f"<t>{GOOD}</t>", GOOD),
        (f'<t xml:space="preserve"> {GOOD} </t>', f" {GOOD} "),
        (f"<r><rPr><b/></rPr><t>{GOOD[:6]}</t></r><r><t>{GOOD[6:]}</t></r>", GOOD),
        ('<t>王芳</t><rPh sb="0" eb="2"><t>WANGFANG</t></rPh><phoneticPr fontId="1" type="noConversion"/>', "王芳"),
        ('<r><t>王</t></r><r><t>芳</t></r><rPh sb="0" eb="2"><t>WANGFANG</t></rPh>', "王芳"),
        (f"<t>{GOOD}_x000D_</t>", f"{GOOD}\r"),
        ("<t>姓_x000A_名</t>", "姓\n名"),
        ("<t>_x005F_x000D_</t>", "_x000D_"),
        ("<t>姓&#10;名</t>", "姓\n名"),
        ("<t><![CDATA[张三]]></t>", "张三"),
        ("<t/>", ""),
        ("", ""),
    ],
)
def test_a_shared_string_is_its_text(string: str, expected: str) -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c></row>'
    assert only_sheet(archive(workbook_parts(rows, strings=f"<si>{string}</si>"))).rows == [[expected, 1]]


def test_an_id_number_is_read_from_the_strings_of_wps() -> None:
    texts = [TITLE, *HEADER[:3], f"<t>{PERSON.name}</t><rPh sb='0' eb='2'><t>WANG</t></rPh>", f"{PERSON.number}_x000D_"]
    strings = "".join(f"<si>{text if text.startswith('<') else f'<t>{text}</t>'}</si>" for text in texts)
    cell = '<c r="{}" s="1" t="s"><v>{}</v></c>'.format
    rows = f'<row r="1" spans="1:3">{cell("A1", 0)}</row><row r="2">{cell("A2", 1)}{cell("B2", 2)}{cell("C2", 3)}</row>'
    rows += f'<row r="3">{cell("A3", 4)}{cell("B3", 5)}<c r="C3"><v>1000</v></c></row>'
    file = examined(archive(workbook_parts(rows, strings=strings)))
    assert file.problems == []
    assert (file.tables[0].lines.names, file.tables[0].lines.numbers) == ([PERSON.name], [PERSON.number])


def renamed(change: Callable[[str], str]) -> bytes:
    return archive({change(name): part for name, part in workbook_parts(FAILED).items()})


def retargeted(target: str) -> bytes:
    parts = workbook_parts(FAILED)
    relations = str(parts["xl/_rels/workbook.xml.rels"])
    assert "worksheets/sheet1.xml" in relations
    return archive(parts | {"xl/_rels/workbook.xml.rels": relations.replace("worksheets/sheet1.xml", target)})


@pytest.mark.parametrize(
    "content",
    [
        archive(workbook_parts(FAILED)),
        renamed(lambda name: name.replace("/", "\\")),
        renamed(str.upper),
        renamed(lambda name: name.replace("sheet1", "Sheet1").replace("[Content_Types]", "[content_types]")),
        retargeted("/xl/worksheets/sheet1.xml"),
        retargeted("worksheets/SHEET1.xml"),
        archive(workbook_parts(FAILED, main=STRICT_MAIN, relationships=STRICT_RELATIONSHIPS)),
        archive(workbook_parts(FAILED, before='<dimension ref="A1"/>')),
        archive(workbook_parts(FAILED, before='<dimension ref="A1:XFD1048576"/>')),
        archive(workbook_parts(FAILED.replace(' r="D3"', "").replace(' r="C3"', ""))),
        archive(workbook_parts(FAILED.replace('r="D3" t="e"', "r='D3' t='e'"))),
        archive(workbook_parts(FAILED.replace('<c r="D3" t="e">', '<c t="e" s="3" r="D3">'))),
        archive(workbook_parts(FAILED.replace("</row>", "\r\n  </row>\r\n"))),
    ],
)
def test_a_failed_formula_is_found_however_the_archive_is_written(content: bytes) -> None:
    file = examined(content)
    assert found(file) == [("cell-error", "Sheet1", 3, "D")]
    assert file.problems[0].facts == {"value": "#N/A"}


def test_a_failed_formula_is_found_under_prefixes() -> None:
    parts = workbook_parts(FAILED)
    part = (
        str(parts[SHEET])
        .replace("</", "</x:")
        .replace("<", "<x:")
        .replace("<x:/x:", "</x:")
        .replace("xmlns=", "xmlns:x=")
    )
    assert found(examined(archive(parts | {SHEET: part}))) == [("cell-error", "Sheet1", 3, "D")]


@pytest.mark.parametrize("formula", ["<f>A1</f>", "<f>A1</f><v/>", "<f>A1</f><v></v>", '<f t="shared" si="0"/>'])
@pytest.mark.parametrize("reference", [' r="C3"', ""])
def test_a_formula_without_a_value_is_found_however_it_is_written(formula: str, reference: str) -> None:
    rows = FAILED.replace('<c r="C3"><v>1000</v></c>', f"<c{reference}>{formula}</c>")
    rows = rows.replace('<c r="D3" t="e"><f>VLOOKUP(B3,X:Y,2,0)</f><v>#N/A</v></c>', "")
    assert found(examined(archive(workbook_parts(rows)))) == [("formula-without-value", "Sheet1", 3, "C")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="str"><f>B1</f><v>张三</v></c>', "张三"),
        ('<c r="A1" t="str"><f>B1</f><v></v></c>', ""),
        ('<c r="A1"><f>B1</f><v>7</v></c>', 7),
        ('<c r="A1"><f t="shared" ref="A1:A9" si="0">B1</f><v>7</v></c>', 7),
        ('<c r="A1" t="b"><v>1</v></c>', True),
    ],
)
def test_the_value_of_a_formula_that_was_calculated_is_used(cell: str, value: object) -> None:
    sheet = only_sheet(archive(workbook_parts(f'<row r="1">{cell}<c r="B1"><v>1</v></c></row>')))
    assert (sheet.rows, sheet.faults) == ([[value, 1]], {})


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_a_chart_has_no_rows_and_a_hidden_sheet_has(state: str) -> None:
    parts = workbook_parts(
        FAILED,
        sheets='<sheet name="图" sheetId="2" r:id="rId9"/>'
        f'<sheet name="高一" sheetId="1" state="{state}" r:id="rId1"/>',
    )
    chart = (
        f'<Relationship Id="rId9" Type="{RELATIONSHIPS}/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>'
    )
    relations = str(parts["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", chart)
    file = examined(
        archive(parts | {"xl/_rels/workbook.xml.rels": relations, "xl/chartsheets/sheet1.xml": "<chartsheet/>"})
    )
    assert found(file) == [("cell-error", "高一", 3, "D")]
    assert [(note.code, note.sheet) for note in file.notes] == (
        [] if state == "visible" else [("hidden-sheet", "高一")]
    )


@pytest.mark.parametrize(
    "parts",
    [
        {name: part for name, part in workbook_parts(FAILED).items() if name != SHEET},
        {name: part for name, part in workbook_parts(FAILED).items() if not name.endswith("workbook.xml.rels")},
        workbook_parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
        workbook_parts('<row r="1"><c r="A1" t="s"><v>7</v></c></row>', strings="<si><t>a</t></si>"),
        workbook_parts(FAILED) | {"xl/workbook.xml": '<?xml version="1.0" encoding="no-such"?><workbook/>'},
        workbook_parts(FAILED.replace('r="D3" t="e"', 't="e"').replace("</row>", "", 1)),
        ods_parts('<table:table table:name="a"><table:table-row table:visibility="collapse"></table:table>'),
    ],
)
def test_a_workbook_with_something_missing_is_refused(parts: dict[str, str | bytes]) -> None:
    (problem,) = examined(archive(parts)).problems
    assert (problem.code, problem.facts) == ("unreadable-file", {"why": "the workbook is damaged"})


def test_a_workbook_without_styles_and_types_is_read() -> None:
    assert not any("styles" in name for name in workbook_parts(FAILED))
    assert len(examined(archive(workbook_parts(FAILED))).tables[0].lines) == 1


# --- large and sparse sheets -----------------------------------------------------------------------------------------


def rows_of(first: int, last: int, row: str) -> str:
    return "".join(row.replace("#", str(r)) for r in range(first, last + 1))


@pytest.mark.parametrize(
    "row",
    [
        '<row r="#" s="1" customFormat="1"/>',
        '<row r="#" hidden="1"/>',
        '<row r="#" s="1" customFormat="1"><c r="A#" s="1"/></row>',
    ],
)
def test_a_million_formatted_rows_are_no_rows(row: str) -> None:
    valued = rows_of(1, 300, '<row r="#"><c r="A#"><v>#</v></c><c r="B#" t="inlineStr"><is><t>x</t></is></c></row>')
    sheet = only_sheet(archive(workbook_parts(valued + rows_of(301, 1_048_576, row))))
    assert (len(sheet.rows), sheet.rows[-1]) == (300, [300, "x"])
    assert (sheet.hidden_rows, sheet.rows_total) == (0, 300)


def test_rows_formatted_to_the_last_column_are_as_wide_as_their_values() -> None:
    blank = "".join(f'<c r="{letters}3" s="1"/>' for letters in ("E", "AB", "XFD"))
    sheet = only_sheet(archive(workbook_parts(FAILED.replace("</row>", f"{blank}</row>"))))
    assert {len(row) for row in sheet.rows} == {4}


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (("A1", "XFD1048576"), "the number of cells"),
        (("XFD1", "A1048576"), "the number of cells"),
        (("A1", "D1048576"), "the number of cells"),
        (("A1", "XFD1"), "the number of columns"),
    ],
)
@pytest.mark.parametrize("dimension", ["", '<dimension ref="A1:XFD1048576"/>', '<dimension ref="A1:B2"/>'])
def test_cells_far_apart_are_refused_before_all_between_are_asked_for(
    cells: tuple[str, ...], what: str, dimension: str
) -> None:
    rows = "".join(f'<row r="{cell.lstrip("AXFD")}"><c r="{cell}"><v>1</v></c></row>' for cell in cells)
    rows = rows.replace('</row><row r="1">', "")
    (problem,) = examined(archive(workbook_parts(rows, before=dimension))).problems
    assert (problem.code, problem.facts["what"]) == ("file-too-large", what)


@pytest.mark.parametrize("last", ["A1048576", "B1048576"])
def test_a_value_in_the_last_row_ends_no_sheet_and_is_read(last: str) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{last}"><v>2</v></c></row>'
    sheet = only_sheet(archive(workbook_parts(rows)))
    assert (len(sheet.rows), sheet.rows[0][0], sheet.rows[-1][-1]) == (1_048_576, 1, 2)


def test_what_is_beyond_the_limits_is_not_unpacked() -> None:
    bomb = archive(workbook_parts(FAILED) | {"xl/media/image1.png": b"\0" * 30_000_000})
    assert len(bomb) < 100_000
    (problem,) = examined(bomb).problems
    assert (problem.code, problem.facts["what"]) == ("file-too-large", "the compression ratio")
    (problem,) = examined(bomb, limits=replace(DEFAULT_LIMITS, inflated_size_max_bytes=10_000_000)).problems
    assert problem.code == "file-too-large"


def test_an_archive_that_lies_about_its_sizes_is_not_believed() -> None:
    content = bytearray(archive({**workbook_parts(FAILED), "xl/zeros.xml": b"0" * 3_000_000}))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/zeros.xml"))
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the size that the directory states for it
    (problem,) = examined(bytes(content)).problems
    assert problem.code in {"file-too-large", "unreadable-file"}
