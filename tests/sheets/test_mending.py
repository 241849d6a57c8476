"""Workbooks that are written in rare ways, and are whole."""

from __future__ import annotations

from io import BytesIO

import pytest
import xlwt
from openpyxl import Workbook

from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.grid import read_grid
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.formats.sheet import STRUCK_PART
from tests.builders import edited_package, examined, roster_grid, xls_bytes, xlsx_bytes
from tests.builders.packages import archive, ods_parts, workbook_parts

CELLS = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="0"><v>5</v></c></row>'
CROSSED = "<si><r><rPr><strike/></rPr><t>10</t></r><r><t>00</t></r></si>"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "name",
    [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "_rels/.rels",
    ],
)
def test_parts_in_utf_16_are_read(name: str, encoding: str) -> None:
    parts = workbook_parts(CELLS, strings="<si><t>张三</t></si>")
    parts[name] = f'<?xml version="1.0" encoding="UTF-16"?>{parts[name]!s}'.encode(encoding)
    assert read_grid(archive(parts), DEFAULT_LIMITS)[0].rows == [["张三", 5]]


def test_what_is_crossed_out_is_seen_in_utf_16() -> None:
    parts = workbook_parts(CELLS, strings=CROSSED)
    parts["xl/sharedStrings.xml"] = str(parts["xl/sharedStrings.xml"]).encode("utf-16")
    assert read_grid(archive(parts), DEFAULT_LIMITS)[0].faults == {(0, 0): STRUCK_PART}


@pytest.mark.parametrize("damage", [b"\xff\xfe\x00", b"\xff\xfe\x00\xd8\x00\xd8", "<!DOCTYPE x><y/>".encode("utf-16")])
def test_what_is_no_utf_16_is_refused(damage: bytes) -> None:
    parts = workbook_parts(CELLS, strings="<si><t>x</t></si>")
    parts["xl/sharedStrings.xml"] = damage
    with pytest.raises(FileRefused):
        read_grid(archive(parts), DEFAULT_LIMITS)


def test_an_ods_that_does_not_say_what_it_is_is_read() -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    parts = ods_parts(f'<table:table table:name="a"><table:table-row>{cell}</table:table-row></table:table>')
    del parts["mimetype"]
    assert read_grid(archive(parts), DEFAULT_LIMITS)[0].rows == [["x"]]


def test_the_stream_of_an_xls_may_be_named_in_capitals() -> None:
    name, capitals = ("".join(word).encode("utf-16-le") for word in ("Workbook", "WORKBOOK"))
    file = examined(xls_bytes(roster_grid()).replace(name, capitals), "名册.xls")
    assert (file.problems, len(file.tables[0].lines)) == ([], 3)


def test_a_workbook_that_may_only_be_read_is_read() -> None:
    sharing = b'<fileSharing readOnlyRecommended="1" userName="x" hashValue="aa" spinCount="100000"/><workbookPr'
    book = Workbook()
    book.worksheets[0].append(["x", 1])
    book.worksheets[0].protection.sheet = True
    book.security.lockStructure = True
    target = BytesIO()
    book.save(target)
    content = edited_package(target.getvalue(), {"xl/workbook.xml": lambda part: part.replace(b"<workbookPr", sharing)})
    assert read_grid(content, DEFAULT_LIMITS)[0].rows == [["x", 1]]
    assert examined(xlsx_bytes(roster_grid())).problems == []


def test_an_xls_that_may_only_be_read_is_read() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "x")
    book.protect = book.wnd_protect = sheet.protect = True
    sheet.password = "x"
    target = BytesIO()
    book.save(target)
    assert read_grid(target.getvalue(), DEFAULT_LIMITS)[0].rows == [["x"]]


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ("<table><tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d</table>", [["a", "b"], ["", "c"], ["d", ""]]),
        ("<table><thead><tr><th>a</thead><tbody><tr><td>b</tbody></table>", [["a"], ["b"]]),
        ("<table><tr><td>a</table><table><tr><td>b</table>", [["a"], ["b"]]),
        ("<table><tr><td>a<tr></tr><tr><td>b</table>", [["a"], [""], ["b"]]),
        ("<p>t</p><table><tr><td>a</table>", [["t"], ["a"]]),
    ],
)
def test_rows_of_a_web_page_stand_where_a_spreadsheet_puts_them(page: str, rows: list[list[str]]) -> None:
    assert read_grid(f"<html>{page}</html>".encode(), DEFAULT_LIMITS)[0].rows == rows
