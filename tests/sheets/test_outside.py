"""Nobody is passed over: whoever stands outside of the table that was recognised stops the file with his place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import Cell, ErrorCell, Grid, codes, csv_bytes, examined, found, people, roster_grid, xlsx_bytes

PERSON = people(1, first=50)[0]
WHO: list[Cell] = [PERSON.name, PERSON.number]


def roster(total: bool = True) -> Grid:
    return [[*row] for row in roster_grid(total=total)]


def _beside(grid: Grid, first: int, rows: list[list[Any]]) -> Grid:
    """A grid with cells written to the right of it from a row (0-based) on."""
    width = max(map(len, grid))
    grid = [[*row, *[None] * (width - len(row))] for row in grid]
    while len(grid) < first + len(rows):
        grid.append([None] * width)
    for row, cells in zip(grid[first:], rows, strict=False):
        row += [None, *cells]
    return grid


@pytest.mark.parametrize(
    ("grid", "place"),
    [
        # A second block to the right, which has no heading of its own.
        (_beside(roster(), 2, [[4, *WHO, "男", "高一", 1000]]), (3, "J")),
        # The same, with a header of its own lower down.
        (_beside(roster(), 3, [["姓名", "身份证号", "金额"], [*WHO, 1000]]), (4, "H")),
        # A row typed too far to the right.
        ([*roster(total=False), [None, None, None, 4, *WHO, "男", "高一", 1000]], (6, "F")),
        ([*roster(total=False), [None] * 7 + [PERSON.name, 1000]], (6, "H")),
        # A block below, shifted by two columns.
        ([*roster(total=False), [], [None, None, 1, *WHO, "男", "高一", 1000]], (7, "E")),
        # A header sorted into the middle, pupils above it.
        ([roster()[0], [4, *WHO, "男", "高一", 1000], *roster()[1:]], (2, "C")),
        ([[4, *WHO, "男", "高一", 1000], *roster(total=False)], (1, "C")),
        # A pupil in a sentence below.
        ([*roster(), [f"另：{PERSON.name}{PERSON.number}补发1000元"]], (7, "A")),
        # A pupil below the line of signatures, under no column.
        ([*roster(), ["制表人：张三"], [None, None, None, None, None, None, PERSON.number]], (8, "G")),
    ],
)
def test_whoever_is_outside_of_the_table_stops_the_file(grid: Grid, place: tuple[int, str]) -> None:
    assert ("outside-table", "Sheet1", *place) in found(examined(grid))


def test_errors_beside_a_serial_number_are_errors_and_no_blank() -> None:
    missing = ErrorCell("#N/A")
    grid: Grid = [*roster(total=False), [4, missing, missing, missing, missing, missing]]
    assert found(examined(xlsx_bytes(grid))) == [("cell-error", "Sheet1", 6, column) for column in "BCDEF"]


@pytest.mark.parametrize(
    "line",
    [
        ["制表人：张三", None, None, "审核人：李四", None, "2021年12月1日"],
        ["说明", "本表一式三份", None, None, None, None],
        ["注：共3人，金额3000元"],
        [None, "校长（签字）", None, "经办人", None, "2021.12"],
        ["联系电话：", None, None, None, None, "08172234567"],
    ],
)
def test_lines_of_signatures_and_notes_are_nobody(line: list[Cell]) -> None:
    assert codes(examined([*roster(), line])) == []


def test_a_guardian_with_an_id_beside_is_no_pupil() -> None:
    headers = ("序号", "姓名", "身份证号", "监护人姓名", "监护人身份证号", "发放金额")
    grid = roster_grid(headers=headers, fill={"监护人姓名": "张三", "监护人身份证号": PERSON.number}, total=False)
    assert codes(examined(grid)) == []


@pytest.mark.parametrize(
    "line",
    [
        f"4,{PERSON.name},{PERSON.number},女,高一,1,000",
        f"4,{PERSON.name},{PERSON.number},女,高一,1,000.00",
        f"4,{PERSON.name},{PERSON.number},女,高一,12,500,",
    ],
)
def test_a_row_of_a_text_with_a_field_too_many_is_refused(line: str) -> None:
    """An amount with a comma and no quotes makes one field too many: it is not 1 yuan."""
    text = csv_bytes(roster(total=False)).decode() + line + "\n"
    assert ("row-too-long", "CSV", 6, None) in found(examined(text.encode(), "a.csv"))
    quoted = line.replace("1,000", '"1,000"')
    if quoted != line:
        file = examined((csv_bytes(roster(total=False)).decode() + quoted + "\n").encode(), "a.csv")
        assert file.problems == []
        assert file.tables[0].rosters[0].amounts_fen[-1] == 100_000


def test_blank_fields_at_the_end_of_a_row_are_none_too_many() -> None:
    text = csv_bytes(roster(total=False)).decode() + f"4,{PERSON.name},{PERSON.number},女,高一,1000,,,\n"
    assert examined(text.encode(), "a.csv").problems == []
