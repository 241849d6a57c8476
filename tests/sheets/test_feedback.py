"""Marked copies: they say what the file said, and keep what they can of the school's workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from aidledger.sheets.feedback.workbook import copy_of_cells
from tests.builders import (
    Grid,
    csv_bytes,
    edited_package,
    examined,
    found,
    ods_bytes,
    people,
    roster_grid,
    with_cells,
    xls_bytes,
    xlsx_bytes,
)
from tests.builders.books import BOOK_FORMATS, Page, html_book
from tests.builders.drafts import subsidy_draft
from tests.builders.feedback import (
    ERROR,
    bad_grid,
    commented,
    copy_of,
    marked,
    saved,
)
from tests.builders.xlsb import xlsb_bytes


@pytest.mark.parametrize("form", BOOK_FORMATS)
def test_a_copy_left_uncorrected_has_the_same_rows_and_problems(form: str) -> None:
    draft = subsidy_draft()
    draft.column("name").cells[1] = None
    draft.column("number").cells[3] = "51130020090504001"
    draft.column("number").cells[4] = draft.column("number").cells[5]
    suffix, to_bytes = BOOK_FORMATS[form]
    path, content = f"2021年秋季学期名册.{suffix}", to_bytes(draft.book())
    before = examined(content, path)
    copy = copy_of(content, path)
    after = examined(copy.content, path)
    assert len(before.problems) >= 3
    assert [one[0::2] for one in found(after)] == [one[0::2] for one in found(before)]
    assert [table.lines for table in after.tables] == [table.lines for table in before.tables]
    assert copy.suffix == ".xlsx"


@pytest.mark.parametrize("to_bytes", [xls_bytes, ods_bytes, xlsb_bytes, csv_bytes])
def test_what_openpyxl_cannot_open_is_made_of_its_cells(to_bytes: Callable[[Grid], bytes]) -> None:
    sheet = marked(to_bytes(bad_grid())).worksheets[1]
    assert commented(sheet) == {"C4", "B5", "F5"}
    assert (sheet["C3"].value, sheet["C3"].data_type, sheet["C3"].number_format) == (people(1)[0].number, "s", "@")


def test_a_web_page_is_made_of_its_cells() -> None:
    sheet = marked(html_book([Page("CSV", bad_grid(), merges=[((0, 0), (0, 5))])])).worksheets[1]
    assert commented(sheet) == {"C4", "B5", "F5"}
    assert str(sheet.merged_cells) == "A1:F1"


def test_a_number_that_lost_digits_is_taken_out_of_a_workbook_made_anew_too() -> None:
    grid = with_cells(roster_grid(3, total=False), {"C3": 511300200603150012})
    sheet = marked(xls_bytes(grid)).worksheets[1]
    assert (sheet["C3"].value, sheet["C3"].number_format, sheet["C3"].fill.fgColor.rgb) == (None, "@", ERROR)


def test_text_that_looks_like_a_formula_stays_text() -> None:
    content = csv_bytes(with_cells(bad_grid(), {"B3": "=1+1"}))
    sheet = load_workbook(BytesIO(copy_of(content).content)).worksheets[1]
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s")


def test_a_workbook_that_openpyxl_fails_on_is_made_of_its_cells() -> None:
    spoilt = edited_package(
        xlsx_bytes(bad_grid()), {"xl/styles.xml": lambda part: part.replace(b"<fills", b"<spoilt", 1)}
    )
    with pytest.raises(Exception, match=r".+"):
        load_workbook(BytesIO(spoilt))
    assert commented(marked(spoilt).worksheets[1]) == {"C4", "B5", "F5"}


def test_cells_that_openpyxl_overlooks_are_not_lost() -> None:
    """Of a strict workbook it reads sheets without any cell, and says nothing."""
    usual, strict = b"schemas.openxmlformats.org/spreadsheetml/2006/main", b"purl.oclc.org/ooxml/spreadsheetml/main"
    content = edited_package(
        xlsx_bytes(bad_grid()), {"xl/worksheets/sheet1.xml": lambda part: part.replace(usual, strict)}
    )
    assert load_workbook(BytesIO(content)).worksheets[0]["B3"].value is None
    sheet = marked(content).worksheets[1]
    assert sheet["B3"].value == people(1)[0].name
    assert commented(sheet) == {"C4", "B5", "F5"}


def test_formats_stay() -> None:
    book = load_workbook(BytesIO(xlsx_bytes(bad_grid())))
    sheet = book.worksheets[0]
    sheet.merge_cells("A1:F1")
    sheet["A1"].font = Font(name="宋体", size=20, bold=True)
    sheet["B3"].fill = PatternFill("solid", fgColor="00FF00")
    sheet["F3"].number_format = "#,##0.00"
    sheet.column_dimensions["C"].width = 33
    sheet.column_dimensions["E"].hidden = True
    sheet.row_dimensions[6].hidden = True
    sheet.row_dimensions[3].height = 40
    sheet.freeze_panes = "A3"
    sheet.auto_filter.ref = "A2:F7"
    sheet.add_data_validation(DataValidation("list", formula1='"男,女"', sqref="D3:D7"))
    book.create_sheet("说明").sheet_state = "hidden"
    copy = marked(saved(book))
    sheet = copy.worksheets[1]
    assert (sheet["A1"].font.name, sheet["A1"].font.size) == ("宋体", 20)
    assert (sheet["B3"].fill.fgColor.rgb, sheet["F3"].number_format) == ("0000FF00", "#,##0.00")
    assert (sheet.column_dimensions["C"].width, sheet.column_dimensions["E"].hidden) == (33, True)
    assert (sheet.row_dimensions[6].hidden, sheet.row_dimensions[3].height) == (True, 40)
    assert (str(sheet.merged_cells), sheet.freeze_panes, sheet.auto_filter.ref) == ("A1:F1", "A3", "A2:F7")
    assert [str(one.sqref) for one in sheet.data_validations.dataValidation] == ["D3:D7"]
    assert copy["说明"].sheet_state == "hidden"


def _with_macros(content: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        for info in source.infolist():
            part = source.read(info)
            if info.filename == "[Content_Types].xml":
                part = part.replace(
                    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                ).replace(
                    b"</Types>",
                    b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
                )
            if info.filename == "xl/_rels/workbook.xml.rels":
                kind = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
                added = b'<Relationship Id="rId99" Type="%s" Target="vbaProject.bin"/></Relationships>' % kind
                part = part.replace(b"</Relationships>", added)
            copy.writestr(info.filename, part)
        copy.writestr("xl/vbaProject.bin", b"macros")
    return target.getvalue()


def test_macros_stay() -> None:
    copy = copy_of(_with_macros(xlsx_bytes(bad_grid())), "名册.xlsm")
    with zipfile.ZipFile(BytesIO(copy.content)) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macros"
        assert b"macroEnabled.main" in archive.read("[Content_Types].xml")
        assert len(archive.namelist()) == len(set(archive.namelist()))
    assert copy.suffix == ".xlsm"
    assert commented(load_workbook(BytesIO(copy.content)).worksheets[1]) == {"C4", "B5", "F5"}


def test_a_workbook_of_cells_is_no_workbook_with_macros() -> None:
    assert copy_of(_with_macros(xlsx_bytes(bad_grid())), make=copy_of_cells).suffix == ".xlsx"
