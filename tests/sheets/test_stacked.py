"""Lists one below the other: no row is posted under a title that does not stand above it."""

from __future__ import annotations

import pytest

from aidledger.domain.roster import RosterFile
from tests.builders import Grid, examined, found, people, roster_grid

OTHERS = {
    "school": "东山中学2021年秋季学期普通高中国家助学金发放花名册",
    "term": "金溪中学2022年春季学期普通高中国家助学金发放花名册",
    "program": "金溪中学2021年秋季学期普通高中免学费花名册",
    "short school": "东山中学普通高中国家助学金",
    "short term": "2022年春季学期",
    "short program": "普通高中免学费学生",
}


def stacked(title: str, *, header: bool, total: bool, blank: bool) -> Grid:
    first, second = roster_grid(3, total=total), roster_grid(2, first=10, total=total, title=title)
    return [*first, *([[]] if blank else []), *(second if header else [second[0], *second[2:]])]


def posted(file: RosterFile) -> set[tuple[str | None, str | None, str | None, str]]:
    return {
        (table.lines.schools[line] or table.school, roster.program, str(roster.period), number)
        for table in file.tables
        for roster in table.rosters
        for line, number in enumerate(table.lines.numbers)
    }


@pytest.mark.parametrize("title", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize("header", [False, True])
def test_a_title_between_rows_begins_a_table_or_stops_the_file(
    title: str, *, header: bool, total: bool, blank: bool
) -> None:
    file = examined(stacked(title, header=header, total=total, blank=blank))
    if file.problems:
        assert found(file)[0] == ("title-between", "Sheet1", 6 + total + blank, None)
        return
    first = {number for *_, number in posted(file) if number in {one.number for one in people(3)}}
    above = {key[:3] for key in posted(file) if key[3] in first}
    below = {key[:3] for key in posted(file) if key[3] not in first}
    assert above.isdisjoint(below)
    assert len(above) == len(below) == 1


def test_a_line_with_a_schools_name_alone_names_the_pupils_below_it() -> None:
    grid: Grid = [*roster_grid(2, total=False), ["东山小学"], *roster_grid(2, first=10, total=False)[2:]]
    file = examined(grid)
    assert file.problems == []
    assert {school for school, *_ in posted(file)} == {"金溪中学", "东山小学"}


@pytest.mark.parametrize("line", ["注：2022年春季学期另行发放", "高一2班", "以上3人", "第2页", "本页小计"])
def test_other_lines_between_rows_are_no_titles(line: str) -> None:
    grid: Grid = [*roster_grid(2, total=False), [line], *roster_grid(2, first=10, total=False)[2:]]
    assert [code for code, *_ in found(examined(grid))] == []


@pytest.mark.parametrize(
    "line", [["学校：", "东山中学"], ["学校：东山中学", None, "2021年秋季学期"], ["填报单位", "东山中学"]]
)
def test_a_labelled_school_between_rows_is_not_passed_over(line: list[str | None]) -> None:
    grid: Grid = [*roster_grid(2, total=False), [*line], *roster_grid(2, first=10, total=False)[2:]]
    assert found(examined(grid)) == [("title-between", "Sheet1", 5, None)]
