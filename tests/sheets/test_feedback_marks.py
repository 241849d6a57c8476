"""Marks in a school's sheets: colours, comments, the column of problems; and how they go again."""

from __future__ import annotations

import re
import time
import zipfile
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from aidledger.sheets.feedback.workbook import marked_copy
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from tests.builders import (
    Cell,
    Grid,
    edited_package,
    examined,
    people,
    roster_grid,
    with_cells,
    xlsx_bytes,
)
from tests.builders.feedback import (
    CONFLICT,
    ERROR,
    WARNING,
    bad_grid,
    commented,
    copy_of,
    given_of,
    marked,
    saved,
)


def test_a_cell_has_the_colour_of_the_gravest_and_the_words_of_all() -> None:
    grid = with_cells(bad_grid(), {"D4": "女", "D6": "女"})
    grid.append([*grid[2][:3], "女", "高一", 1000])
    sheet = marked(grid).worksheets[1]
    assert (sheet["C4"].fill.fgColor.rgb, sheet["C8"].fill.fgColor.rgb) == (ERROR, CONFLICT)
    assert sheet["D6"].fill.fgColor.rgb == WARNING
    assert "household register" in str(sheet["C4"].comment.text)
    assert people(2)[1].number[6:14] not in str(sheet["C4"].comment.text)
    assert sheet["G2"].value == "Problems found"
    assert [bool(sheet.cell(row, 7).value) for row in range(3, 9)] == [False, True, True, True, False, True]
    assert str(sheet["G5"].value).count("\n") == 1
    assert sheet["G5"].fill.fgColor.rgb == ERROR


def test_comments_are_large_enough_to_be_read() -> None:
    book = load_workbook(BytesIO(xlsx_bytes(with_cells(bad_grid(), {"F4": "一千元" * 60}))))
    book.worksheets[0]["A3"].comment = Comment("校对过" * 100, "王老师")
    copy = copy_of(saved(book)).content
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        drawing = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml"))
    sheet = load_workbook(BytesIO(copy)).worksheets[1]
    rows = [int(row) for row in re.findall(r"Row>(\d+)<", drawing)]
    heights = dict(zip(rows, [int(px) for px in re.findall(r"height:(\d+)px", drawing)], strict=True))
    assert heights[2] >= 18 * 600 / 42
    assert heights[3] > 18 * len(sheet["F4"].comment.text) / 42
    assert heights[4] < 80


def test_a_table_anywhere_is_marked_where_it_stands() -> None:
    grid: Grid = [[], [], [], *([None, None, *row] for row in bad_grid())]
    sheet = marked(grid).worksheets[1]
    assert commented(sheet) == {"E7", "D8", "H8"}
    assert sheet["I5"].value == "Problems found"


def test_the_column_is_behind_all_that_stands_in_the_sheet() -> None:
    sheet = marked(with_cells(bad_grid(), {"M9": "制表人"})).worksheets[1]
    assert sheet["N2"].value == "Problems found"


def test_a_merged_cell_is_marked_at_its_top_left() -> None:
    book = load_workbook(BytesIO(xlsx_bytes(with_cells(bad_grid(), {"F4": "?"}))))
    book.worksheets[0].merge_cells("F4:G6")
    assert commented(marked(saved(book)).worksheets[1]) >= {"C4", "B5", "F4"}


def test_each_table_of_a_sheet_has_the_header_of_the_column() -> None:
    title = "金溪中学2022年春季学期普通高中国家助学金发放花名册"
    first, second = bad_grid(), with_cells(roster_grid(3, title=title, first=50, total=False), {"B3": None})
    sheet = marked([*first, [], *second]).worksheets[1]
    rows = [cell.row for cell in sheet["G"] if cell.value == "Problems found"]
    assert rows == [2, len(first) + 3]


def test_what_is_wrong_with_a_table_stands_at_its_header() -> None:
    grid = with_cells(bad_grid(), {"A1": "花名册"})
    sheet = marked(grid).worksheets[1]
    assert sheet["G2"].value == "Problems found"
    assert sheet["G2"].fill.fgColor.rgb == ERROR
    assert sheet["G2"].comment is not None


def test_a_schools_own_comment_stays_and_is_left_behind_when_ours_goes() -> None:
    book = load_workbook(BytesIO(xlsx_bytes(bad_grid())))
    book.worksheets[0]["C4"].comment = Comment("校对过", "王老师")
    book.worksheets[0]["C6"].comment = Comment("转学生", "王老师")
    copy = marked(saved(book))
    sheet = copy.worksheets[1]
    assert sheet["C4"].comment.text.startswith("校对过\n")
    assert (sheet["C6"].comment.text, sheet["C6"].comment.author) == ("转学生", "王老师")
    sheet["C4"] = people(2)[1].number
    sheet["B5"].comment.author = "LibreOffice keeps none"
    again = marked(saved(copy)).worksheets[1]
    assert (again["C4"].comment.text, again["C4"].comment.author) == ("校对过", "王老师")
    assert again["B5"].comment.text == "aidledger:\nThe name is missing. Fill it in."
    assert again["C4"].fill.fill_type is None


def test_feedback_on_feedback_starts_anew() -> None:
    copy = marked(bad_grid())
    sheet = copy.worksheets[1]
    sheet["C4"] = people(2)[1].number
    sheet["C4"].comment = None  # as who has dealt with it may do
    again = marked(saved(copy))
    sheet = again.worksheets[1]
    assert again.sheetnames == ["Problems", "Sheet1"]
    assert sheet["C4"].fill.fill_type is None
    assert [cell.value for cell in sheet[2]][6:] == ["Problems found"]
    assert (sheet["G4"].value, sheet["G4"].fill.fill_type, bool(sheet["G5"].value)) == (None, None, True)
    assert sheet["B5"].comment.text.count("The name is missing") == 1


def test_columns_hidden_to_the_edge_stay_hidden_but_for_the_new_one() -> None:
    book = load_workbook(BytesIO(xlsx_bytes(bad_grid())))
    run = book.worksheets[0].column_dimensions["E"]
    run.min, run.max, run.hidden, run.width = 5, 16_384, True, 9
    with zipfile.ZipFile(BytesIO(copy_of(saved(book)).content)) as archive:
        part = archive.read("xl/worksheets/sheet2.xml").decode()
    runs = [(int(low), int(high)) for low, high in re.findall(r'<col [^>]*min="(\d+)" max="(\d+)"', part)]
    hidden = re.findall(r'<col hidden="1"[^>]*min="(\d+)" max="(\d+)"', part)
    assert runs == [(5, 6), (7, 7), (8, 16_384)]  # Excel repairs a file whose runs overlap
    assert hidden == [("5", "6"), ("8", "16384")]


def test_a_million_formatted_rows_behind_the_last_student_cost_little() -> None:
    def long(part: bytes) -> bytes:
        rows = b"".join(b'<row r="%d" ht="15" customHeight="1"/>' % row for row in range(20, 1_048_577))
        return part.replace(b"</sheetData>", rows + b"</sheetData>")

    content = edited_package(xlsx_bytes(bad_grid()), {"xl/worksheets/sheet1.xml": long})
    given = given_of(examined(content))
    start = time.process_time()
    copy = marked_copy(content, given, DEFAULT_LIMITS)
    assert time.process_time() - start < 10
    assert commented(load_workbook(BytesIO(copy.content)).worksheets[1]) == {"C4", "B5", "F5"}


@pytest.mark.parametrize("lost", [511300200603150012, 5.113002006031500e17, "5.113E+17"])
def test_a_number_that_lost_its_digits_is_taken_out_to_be_typed_as_text(lost: Cell) -> None:
    kept = roster_grid(3, total=False)
    sheet = marked(with_cells(kept, {"C4": lost})).worksheets[1]
    assert (sheet["C4"].value, sheet["C4"].number_format) == (None, "@")
    assert "lost its last digits" in sheet["C4"].comment.text
    assert [sheet.cell(row, 3).value for row in (3, 5)] == [kept[2][2], kept[4][2]]
