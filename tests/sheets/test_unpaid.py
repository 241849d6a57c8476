"""Amounts of nobody or of several, ditto marks, rows that say that they are not paid: asked about, never chosen."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from aidledger.domain.roster import RosterFile
from tests.builders import Cell, Grid, codes, examined, found, roster_grid, two_program_grid, with_cells, xlsx_bytes

DITTO = ("〃", "″", '"', "”", "''", "同上", "同左", "〞", " 〃 ")
HEADERS = ("序号", "姓名", "身份证号", "班级", "困难类型", "银行卡号", "发放金额")
FILL: dict[str, Cell] = {"班级": "1班", "困难类型": "低保", "银行卡号": "6217001234567890123"}


def plain(**cells: Cell) -> Grid:
    return with_cells(roster_grid(headers=HEADERS, fill=FILL, total=False), cells)


def merged(grid: Grid, *ranges: str, covered: dict[str, Cell] | None = None) -> bytes:
    """A workbook with merged cells; ``covered``: what stands under them, as other writers leave it."""
    book = load_workbook(BytesIO(xlsx_bytes(grid)))
    sheet: Any = book.worksheets[0]
    for cells in ranges:
        sheet.merged_cells.add(cells)
    for place, value in (covered or {}).items():
        sheet[place].value = value
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def amounts(file: RosterFile) -> list[list[int | None]]:
    return [roster.amounts_fen for table in file.tables for roster in table.rosters]


@pytest.mark.parametrize("mark", DITTO)
@pytest.mark.parametrize("column", ["B", "C", "F"])
def test_a_ditto_mark_is_no_name_no_number_and_no_card(mark: str, column: str) -> None:
    file = examined(plain(**{f"{column}4": mark}))
    assert next(one for one in found(file) if one[3] == column) == ("ditto-mark", "Sheet1", 4, column)


@pytest.mark.parametrize("mark", DITTO)
def test_a_ditto_mark_is_no_amount(mark: str) -> None:
    assert found(examined(plain(G4=mark))) == [("amount-format", "Sheet1", 4, "G")]


@pytest.mark.parametrize("mark", [mark for mark in DITTO if mark != "同左"])
def test_where_no_money_and_no_person_stands_it_is_filled_down(mark: str) -> None:
    file = examined(plain(D4=mark, D5=mark, E5=mark))
    assert file.problems == []
    assert (file.tables[0].lines.classes, file.tables[0].lines.categories) == (["1班"] * 3, ["低保"] * 3)


def test_a_ditto_mark_with_nothing_above_stands_for_nothing() -> None:
    assert found(examined(plain(D3="〃"))) == [("ditto-mark", "Sheet1", 3, "D")]
    assert found(examined(plain(D4="同左"))) == [("ditto-mark", "Sheet1", 4, "D")]


def test_one_amount_merged_over_several_students_is_nobodys() -> None:
    file = examined(merged(plain(G4=None, G5=None), "G3:G5"))
    assert ("amount-merged", "Sheet1", 3, "G") in found(file)


def test_an_amount_merged_over_two_programs_or_two_students_of_one_is_refused() -> None:
    assert ("amount-merged", "Sheet1", 3, "E") in found(
        examined(merged(with_cells(two_program_grid(), {"F3": None}), "E3:F3"))
    )
    assert found(examined(merged(with_cells(two_program_grid(), {"F4": None}), "F3:F4"))) == [
        ("amount-merged", "Sheet1", 3, "F")
    ]


def test_what_lies_under_a_merged_cell_is_not_seen_and_never_read() -> None:
    amount = examined(merged(plain(), "G3:G4", covered={"G4": 9999}))
    assert ("amount-merged", "Sheet1", 3, "G") in found(amount)
    assert amounts(amount)[0][1] is None
    name = examined(merged(plain(), "B3:B4", covered={"B4": "张三"}))
    assert ("name-missing", "Sheet1", 4, "B") in found(name)
    pupil = examined(merged(plain(), "A4:G5", covered={}))
    assert [note.count for note in pupil.notes if note.code == "covered-cells"] == [13]
    assert amounts(pupil) == [[100_000]]


def test_a_title_that_covers_cells_of_the_header_hides_them() -> None:
    file = examined(merged(plain(G1="发放金额"), "A1:G1"))
    assert file.problems == []


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        *[("是否发放", word) for word in ("否", False, "不发", "N", "×", "FALSE")],
        *[("是否享受", "否"), ("是否资助", "否")],
        *[
            ("备注", word)
            for word in (
                "已退学不发",
                "本学期休学",
                "不予发放",
                "放弃",
                "已转出",
                "停发",
                "与他校重复",
                "上学期已退学",
                "去年死亡",
                "作废",
            )
        ],
        *[("学籍变动情况", "转出"), ("说明", "暂停发放")],
    ],
)
def test_a_row_that_says_that_it_is_not_paid_is_asked_about(heading: str, value: Cell) -> None:
    headers = (*HEADERS, heading)
    grid = roster_grid(headers=headers, fill=FILL | {heading: None}, total=False)
    assert found(examined(with_cells(grid, {"H4": value}))) == [("not-to-be-paid", "Sheet1", 4, "H")]


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        *[("备注", word) for word in ("补发上月", "上学期停发", "休学后复学", "转入", "班长", "复学", "")],
        ("是否发放", "是"),
        ("是否发放", True),
        ("是否住校生", "否"),
    ],
)
def test_what_says_nothing_of_the_kind_is_no_doubt(heading: str, value: Cell) -> None:
    headers = (*HEADERS, heading)
    grid = roster_grid(headers=headers, fill=FILL | {heading: None}, total=False)
    assert codes(examined(with_cells(grid, {"H4": value}))) == []


@pytest.mark.parametrize("line", ["以下学生不予发放", "作废", "以下人员停发", "以下不发放", "以下学生本学期不享受资助"])
def test_a_line_above_rows_that_are_not_paid_is_asked_about(line: str) -> None:
    grid = plain()
    grid.insert(3, [line])
    assert found(examined(grid)) == [("not-to-be-paid", "Sheet1", 4, None)]
    assert codes(examined([*plain(), [line]])) == []


@pytest.mark.parametrize("word", ["作废", "注销", "停发", "已退学", "不发"])
def test_a_word_in_the_place_of_the_serial_number_is_asked_about(word: str) -> None:
    assert found(examined(plain(A4=word))) == [("not-to-be-paid", "Sheet1", 4, "A")]
