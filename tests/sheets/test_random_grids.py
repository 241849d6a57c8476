"""Whatever stands in a grid: nothing is paid to anybody who is not in that row, and nothing that is not in that row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from aidledger.domain.roster import Fate, RosterFile
from tests.builders import TITLE, Cell, Grid, csv_bytes, examined, people

STUDENTS = people(8)
GUARDIAN, PASSPORT = "511300197803150010", "E12345678"
TITLES = (
    *(TITLE, "金溪中学2021-2022学年上学期普高学生资助花名册", "金溪中学2021年秋季学期普高助学金、免学费"),
    *("2022年春季中职国家助学金", "2021年生源地信用助学贷款", "单位:万元", "单位:元"),
    *("学校:金溪中学", "填报单位:龙门小学", "汇总", ""),
)
HEADERS = (
    *("序号", "姓名", "学生姓名", "身份证号", "证件号码", "监护人身份证号", "监护人姓名", "户主姓名", "学籍号"),
    *("金额", "补助金额(元)", "金额（万元）", "应发金额", "实发金额", "助学金", "免学费", "合计", "补助标准"),
    *("资助项目", "学期", "月份", "性别", "年级", "班级", "学校", "入学时间", "出生日期", "证件类型"),
    *("银行卡号", "联系电话", "备注", "", "家庭人口", "学生信息"),
)
WORDS = (
    *("合计", "小计", "总计", "本页小计", "合计(大写):叁仟元整", "共3人", "3人", "填表人:张三", "审核人"),
    *("说明", "无", "-", "男", "高一", "寄宿", "是", "2022年春季", "普高助学金", "居民身份证", "脱贫户"),
    *("金溪中学", "2021年12月3日", "第1页", "#N/A"),
)
# Numbers of guardians, telephones, cards, and what is nearly an ID.
NUMBERS = (
    *(GUARDIAN, PASSPORT, "13900001234", "6217000000000000000"),
    *("51130020060315", "511300200603150018"),
)
AMOUNTS: tuple[Cell, ...] = (
    *(0, 400, 500, 1000, 1500, 612.5, 0.1, -1000),
    *("1,000.00", "￥500", "１０００元", "壹仟元整", "若干"),
)

cells: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.sampled_from(AMOUNTS),
    st.sampled_from(NUMBERS),
    st.sampled_from(STUDENTS).map(lambda student: student.number),
    st.sampled_from(STUDENTS).map(lambda student: student.name),
    st.integers(0, 20_000),
)


@st.composite
def rows_for(draw: st.DrawFn, headers: list[str], *, calm: bool) -> list[Cell]:
    """A row that has under each header what belongs there, mostly or (``calm``) always."""
    student = draw(st.sampled_from(STUDENTS))
    row: list[Cell] = []
    for header in headers:
        if not calm and draw(st.integers(0, 9)) == 0:
            row.append(draw(cells))
        elif "姓名" in header:
            row.append("赵大山" if "人" in header or "户主" in header else student.name)
        elif "号" in header and "序" not in header:
            row.append(draw(st.sampled_from(NUMBERS)) if "人" in header else student.number)
        elif any(sign in header for sign in ("金", "费", "标准", "合计")):
            row.append(draw(st.sampled_from(AMOUNTS[1:5])))
        else:
            row.append(draw(st.sampled_from([None, 1, *WORDS])))
    return row


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Lines of title, a header, rows under it that are students, totals, notes and junk; perhaps all of it twice."""
    grid: Grid = []
    for _ in range(draw(st.integers(1, 2))):
        calm = draw(st.booleans())
        grid += [[TITLE]] if calm else [[draw(st.sampled_from(TITLES))] for _ in range(draw(st.integers(0, 2)))]
        usual = ["姓名", "身份证号", "金额"] if calm or draw(st.booleans()) else []
        headers = draw(st.permutations([*usual, *draw(st.lists(st.sampled_from(HEADERS), max_size=5))]))
        grid.append([*headers])
        grid += draw(st.lists(rows_for(headers, calm=calm), max_size=5))
        if not calm:
            grid += draw(st.lists(st.lists(cells, min_size=1, max_size=max(1, len(headers))), max_size=2))
        grid += draw(st.lists(st.sampled_from([[*headers], [], ["合计", 3000], ["填表人:张三"]]), max_size=2))
    return grid


def posted(file: RosterFile) -> Iterator[tuple[int, str, int]]:
    """Row, number and amount in 分 of every entry that would be posted, contradictions and all."""
    if file.blocked(record_conflicts=True):
        return
    for table in file.tables:
        for roster in table.rosters:
            for row, number, fen in zip(table.lines.rows, table.lines.numbers, roster.amounts_fen, strict=True):
                if fen is not None:
                    yield row, number, fen


def bare(cell: Cell) -> str:
    return re.sub(r"[\s,¥元]", "", unicodedata.normalize("NFKC", str(cell))).upper()


def amounts_in(row: list[Cell], *, wan: bool) -> set[int]:
    """What a row's cells may mean as amounts in 分; also in 万元, where something says so."""
    found: set[Decimal] = set()
    for cell in row:
        text = {"壹仟元整": "1000"}.get(str(cell), bare(cell))
        if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
            found |= {Decimal(text) * 100, *([Decimal(text) * 1_000_000] if wan else [])}
    return {int(fen) for fen in found if fen == fen.to_integral_value()}


@settings(max_examples=150)
@given(grids())
def test_only_who_and_what_stands_in_a_row_is_posted(grid: Grid) -> None:
    for row, number, fen in posted(examined(grid)):
        cells_of_it = grid[row - 1]
        assert number == PASSPORT or ric.calc_check_digit(number) == number[17:]
        assert number in {bare(cell) for cell in cells_of_it}
        assert fen > 0
        assert fen in amounts_in(cells_of_it, wan=any("万元" in str(cell) for line in grid for cell in line))
        assert number != GUARDIAN or is_under_a_students_header(grid, row, number)


def is_under_a_students_header(grid: Grid, row: int, number: str) -> bool:
    """Whether what is usually a guardian's number stands in a column that some header calls the student's."""
    at = {column for column, cell in enumerate(grid[row - 1]) if bare(cell) == number}
    return any(line[i] in {"身份证号", "证件号码"} for line in grid[: row - 1] for i in at if i < len(line))


def test_such_grids_are_posted_often_enough_to_tell() -> None:
    quickly = settings(max_examples=60, phases=[Phase.generate])
    assert find(grids(), lambda grid: len(list(posted(examined(grid)))) > 1, settings=quickly)


@settings(max_examples=100)
@given(grids())
def test_a_grid_is_the_same_as_a_workbook_and_as_a_text(grid: Grid) -> None:
    assume(any(cell not in {None, ""} for row in grid for cell in row))
    one, two = examined(grid), examined(csv_bytes(grid), "名册.csv")
    assert places(one) == places(two)
    assert one.fates == two.fates
    assert list(posted(one)) == list(posted(two))
    assert [(t.school, t.lines) for t in one.tables] == [(t.school, t.lines) for t in two.tables]


def places(file: RosterFile) -> list[tuple[str, int | None, str | None]]:
    return [(problem.code, problem.place.row, problem.place.column) for problem in file.problems]


@settings(max_examples=100)
@given(grids())
def test_every_student_is_a_row_of_its_own(grid: Grid) -> None:
    file = examined(grid)
    rows = [row for table in file.of_people() for row in table.lines.rows]
    assert len(rows) == len(set(rows))
    assert all(any(cell not in {None, ""} for cell in grid[row - 1]) for row in rows)
    assert file.rows_read == max(
        (at for at, row in enumerate(grid, 1) if any(c not in {None, ""} for c in row)), default=0
    )
    if not file.listings:
        assert file.fates[Fate.STUDENT] == len(rows)
