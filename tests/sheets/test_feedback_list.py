"""The list in front of a marked copy."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.builders import (
    examined,
    found,
    ods_bytes,
    roster_grid,
    with_cells,
    xls_bytes,
    xlsx_bytes,
)
from tests.builders.feedback import (
    LIST_HEADS,
    bad_grid,
    commented,
    copy_of,
    marked,
)


def test_every_problem_is_listed_and_linked() -> None:
    grid = roster_grid(1_500, total=False)
    for row in grid[2:]:
        row[5] = "?"
    book = marked({"高一's (1)班": grid})
    listed = book.worksheets[0]
    assert listed.max_row - LIST_HEADS == 1_500
    assert [cell.value for cell in listed[6]][:6] == [1, "error", "高一's (1)班", "F3", 3, "amount-format"]
    assert listed["D6"].hyperlink.location == "'高一''s (1)班'!F3"
    assert listed["D1505"].hyperlink.location == "'高一''s (1)班'!F1502"
    assert listed["A3"].value == "error 1500    conflict 0    warning 0"
    assert book.active is listed


def test_the_list_can_be_read_filtered_and_printed() -> None:
    listed: Any = marked(bad_grid()).worksheets[0]
    assert (listed.freeze_panes, listed.auto_filter.ref) == ("A6", "A5:H8")
    assert (listed.page_setup.orientation, listed.page_setup.fitToWidth, listed.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert (listed.print_title_rows, listed.sheet_properties.pageSetUpPr.fitToPage) == ("$5:$5", True)
    assert listed["G6"].alignment.wrap_text


def test_what_stands_at_no_cell_is_listed_too() -> None:
    listed = marked({"名单": [["无表头"], ["甲", "乙"]]}).worksheets[0]
    assert [cell.value for cell in listed[6]][:6] == [1, "error", "名单", None, None, "no-header"]
    assert listed["C6"].hyperlink.location == "'名单'!A1"


def test_the_list_is_passed_over_when_the_copy_is_read() -> None:
    content = xlsx_bytes({"名单": [["无表头"], ["甲", "乙"]]})
    assert found(examined(copy_of(content).content)) == found(examined(content))


@pytest.mark.parametrize("name", ["Problems", "PROBLEMS", "problems"])
def test_the_list_takes_no_sheets_name(name: str) -> None:
    assert marked({name: bad_grid()}).sheetnames == ["Problems (2)", name]


def test_sheets_whose_names_excel_refuses_are_renamed() -> None:
    """An .ods may call its sheets what it likes."""
    long = "金溪中学2021年秋季学期普通高中国家助学金发放花名册(高一年级)"
    names = ["高一/1班", long + "甲", long + "乙", "'"]
    book = marked(ods_bytes({name: with_cells(bad_grid(), {"B6": None}) for name in names}))
    titles = book.sheetnames[1:]
    assert titles[0] == "高一_1班"
    assert len({title.casefold() for title in titles}) == 4
    assert all(0 < len(title) <= 31 and not set(title) & set("\\/*?:[]") for title in titles)
    assert all("B6" in commented(book[title]) for title in titles)
    assert {cell.hyperlink.location.split("!")[0] for cell in book.worksheets[0]["D"][LIST_HEADS:]} == {
        f"'{t}'" for t in titles
    }


def test_characters_that_no_workbook_holds_are_left_out() -> None:
    content = xls_bytes(with_cells(bad_grid(), {"E3": "高\x01一", "F4": "一\x0b千"}))
    sheet = load_workbook(BytesIO(copy_of(content).content)).worksheets[1]
    assert (sheet["E3"].value, sheet["F4"].value) == ("高一", "一千")
