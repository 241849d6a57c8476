"""One roster in every format and encoding is one and the same roster."""

from __future__ import annotations

import pytest

from aidledger.domain.lines import Lines
from aidledger.domain.problem import Problem
from aidledger.domain.roster import Fate, Roster
from tests.builders import (
    FORMATS,
    HEADERS,
    Cell,
    Grid,
    csv_bytes,
    edited_package,
    examined,
    people,
    roster_grid,
    with_cells,
    xls_bytes,
    xlsx_bytes,
)

RICH = (*HEADERS, "银行卡号", "学籍号", "出生日期", "就读方式", "困难类型", "入学年份", "班级", "资助档次", "学校")
FILL: dict[str, Cell] = {
    "就读方式": "寄宿",
    "困难类型": "脱贫户",
    "入学年份": "2021级",
    "班级": "高一(1)班",
    "资助档次": "二档",
    "学校": "金溪中学",
}
GRID = with_cells(roster_grid(5, headers=RICH, fill=FILL), {"F4": "1,250.50", "F5": 612.5, "F8": 4863})


def content_of(raw: bytes, name: str) -> tuple[Lines, list[Roster], list[Problem], dict[Fate, int], str | None]:
    file = examined(raw, name)
    (table,) = file.tables
    return table.lines, table.rosters, file.problems, file.fates, table.school


BASE = content_of(FORMATS["xlsx"](GRID), "名册.xlsx")


def test_the_base_is_what_was_written() -> None:
    lines, rosters, problems, fates, school = BASE
    assert (lines.names, lines.numbers) == ([p.name for p in people(5)], [p.number for p in people(5)])
    assert rosters[0].amounts_fen == [100_000, 125_050, 61_250, 100_000, 100_000]
    assert set(zip(lines.boardings, lines.categories, lines.entry_years, lines.tiers, strict=True)) == {
        ("boarder", "脱贫户", 2021, "二档")
    }
    assert lines.births == ["2006-03-15"] * 5
    assert fates == {Fate.HEADING: 2, Fate.STUDENT: 5, Fate.TOTAL: 1, Fate.BLANK: 0, Fate.OTHER: 0}
    assert (problems, school) == ([], "金溪中学")


@pytest.mark.parametrize("extension", FORMATS)
def test_every_format_gives_the_same_lines(extension: str) -> None:
    assert content_of(FORMATS[extension](GRID), f"名册.{extension}") == BASE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_every_encoding_and_separator_gives_the_same_lines(encoding: str, separator: str) -> None:
    assert content_of(csv_bytes(GRID, encoding=encoding, separator=separator), "名册.csv") == BASE


@pytest.mark.parametrize("ends", [b"\n", b"\r"])
def test_line_ends_do_not_matter(ends: bytes) -> None:
    assert content_of(csv_bytes(GRID).replace(b"\r\n", ends), "名册.csv") == BASE


def test_a_quoted_cell_may_hold_separators_and_line_breaks() -> None:
    grid = with_cells(roster_grid(), {"B2": "姓\n名", "F2": "发放\r\n金额"})
    file = examined(csv_bytes(grid), "名册.csv")
    assert file.problems == []
    assert file.tables[0].rosters[0].amount_fen == 300_000


def test_a_rare_surname_survives_gb18030() -> None:
    grid = with_cells(roster_grid(), {"B3": "㛃𠀀"})
    assert examined(csv_bytes(grid, encoding="gb18030"), "名册.csv").tables[0].lines.names[0] == "㛃𠀀"


def test_control_characters_in_a_text_file_are_refused() -> None:
    spoiled = csv_bytes(roster_grid()).replace("王".encode(), "王\x01".encode())
    assert [problem.code for problem in examined(spoiled, "名册.csv").problems] == ["unreadable-file"]


@pytest.mark.parametrize("extension", ["xlsx", "xls", "ods"])
def test_a_table_may_begin_anywhere_in_its_sheet(extension: str) -> None:
    grid: Grid = [[], [], *([None, None, *row] for row in roster_grid())]
    file = examined(FORMATS[extension](grid), f"名册.{extension}")
    assert file.problems == []
    assert file.tables[0].header_row == 4
    assert file.tables[0].lines.rows == [5, 6, 7]
    assert file.tables[0].rosters[0].amount_column == "H"
    assert file.fates[Fate.BLANK] == 2


def test_a_wrong_dimension_loses_no_row() -> None:
    def wrong(part: bytes) -> bytes:
        assert b'<dimension ref="A1:F23"' in part
        return part.replace(b'<dimension ref="A1:F23"', b'<dimension ref="A1:C4"')

    content = edited_package(xlsx_bytes(roster_grid(20)), {"xl/worksheets/sheet1.xml": wrong})
    file = examined(content)
    assert file.problems == []
    assert len(file.tables[0].lines) == 20


@pytest.mark.parametrize("to_bytes", [xlsx_bytes, xls_bytes])
def test_formatted_empty_rows_cost_nothing_and_end_nothing(to_bytes: object) -> None:
    assert callable(to_bytes)
    grid = roster_grid(4, total=False)
    grid[4:4] = [[None] * 6, ["", " ", None]]
    file = examined(to_bytes(with_cells(grid, {"A900": " "})))
    assert file.tables[0].lines.rows == [3, 4, 7, 8]
    assert file.fates[Fate.STUDENT] == 4
    assert file.problems == []


def test_hidden_rows_and_sheets_count() -> None:
    from io import BytesIO

    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, first in (("高一(1)班", 0), ("高一(2)班", 10)):
        sheet = book.create_sheet(name)
        for row in roster_grid(first=first):
            sheet.append(row)
        sheet.row_dimensions[4].hidden = True
    book.worksheets[1].sheet_state = "hidden"
    target = BytesIO()
    book.save(target)
    file = examined(target.getvalue())
    assert file.problems == []
    assert [len(table.lines) for table in file.tables] == [3, 3]
