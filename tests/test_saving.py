"""Workbooks written in memory are the same as openpyxl writes them."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from xml.etree.ElementTree import canonicalize

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from aidledger.saving import saved

VALUES = (
    "张三 & <李四> \"王五\" 'x'",
    " blanks at both ends ",
    "two\nlines\tand a tab",
    "𠮷田 🎓",
    "",
    "=SUM(A1:A2)",
    "#N/A",
    "0123",
    0,
    -17,
    312.5,
    1e-7,
    123456789012345678,
    0.1 + 0.2,
    True,
    False,
    date(2026, 11, 30),
    datetime(2026, 11, 30, 9, 30, tzinfo=UTC).replace(tzinfo=None),
    time(9, 30),
    timedelta(hours=30),
    CellRichText("plain ", TextBlock(InlineFont(b=True), "bold")),
    None,
)


def book() -> Workbook:
    """All kinds of cells, plain and styled, with what stands beside rows in a sheet."""
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row, value in enumerate(VALUES, 2):
        sheet.cell(row, 1).value = value
        styled = sheet.cell(row, 30)
        styled.value, styled.font = value, Font(bold=True)
        sheet.cell(row, 31).fill = PatternFill("solid", fgColor="FFFF00")
    sheet["C3"].comment = Comment("look here", "office")
    sheet["D4"] = "linked"
    sheet["D4"].hyperlink = "https://example.invalid/a?b=c&d=e"
    sheet.row_dimensions[5].height = 40
    sheet.row_dimensions[60].hidden = True
    sheet.column_dimensions["B"].width = 22
    sheet.merge_cells("F1:H1")
    sheet["G1"].border = Border(top=Side("thin"))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = "A1:D9"
    sheet.add_data_validation(DataValidation("list", formula1='"a,b"'))
    sheet.print_title_rows = "1:1"
    made.create_sheet("空").sheet_properties.tabColor = "FF0000"
    made.create_sheet("texts")["A1"] = "<sheetData />"
    return made


def parts(content: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        read = {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}
    return {name: canonicalize(part) if name.endswith((".xml", ".rels")) else part for name, part in read.items()}


def test_a_workbook_is_what_openpyxl_would_write() -> None:
    by_openpyxl = io.BytesIO()
    book().save(by_openpyxl)
    ours, theirs = parts(saved(book())), parts(by_openpyxl.getvalue())
    assert ours.keys() == theirs.keys()
    for name, part in theirs.items():
        assert ours[name] == part, name
