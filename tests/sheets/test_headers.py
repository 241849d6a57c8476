"""Headers of one to three rows, grouped in every way: what is posted is what stands in the column of payment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from tests.builders import Cell, Grid, examined, people, resident_number

TITLE = "金溪中学2021年秋季学期普通高中国家助学金花名册"
# A column: what it is, what stands over it, and in a row as deep as the header its own words.
Column = tuple[str, tuple[str, ...]]
GUARDIANS = ("监护人信息", "家长信息", "户主信息", "监护人", "法定监护人情况")
STUDENTS = ((), ("学生信息",), ("学生基本情况",))
GRANTS = (
    (("应发",), ("实发",)),
    (("助学金", "应发"), ("助学金", "实发")),
    (("国家助学金", "应发金额"), ("国家助学金", "实发金额")),
    (("资助情况", "助学金", "应发"), ("资助情况", "助学金", "实发")),
)


def columns(student: tuple[str, ...], guardian: str, grant: tuple[tuple[str, ...], ...], waiver: bool) -> list[Column]:
    found: list[Column] = [
        ("serial", ("序号",)),
        ("name", (*student, "姓名")),
        ("number", (*student, "身份证号")),
        ("class", (*student, "班级")),
    ]
    if guardian:
        found += [("guardian", (guardian, "姓名")), ("guardian number", (guardian, "身份证号"))]
    found += [("due", grant[0]), ("paid", grant[1])]
    if waiver:
        over = grant[0][:-2] if len(grant[0]) > 2 else ()
        found.append(("waiver", (*over, "免学费")))
    return found


def header(some: Sequence[Column], depth: int, *, low: bool, repeated: bool) -> Grid:
    """The rows of a header; words that are fewer than it is deep stand at its top, or (``low``) at its bottom."""
    lines: Grid = [[None] * len(some) for _ in range(depth)]
    for index, (_, words) in enumerate(some):
        first = depth - len(words) if low else 0
        for level, word in enumerate(words):
            # The last word stands in the last row that its group leaves, whatever stands above.
            at = depth - 1 if level == len(words) - 1 and len(words) > 1 else first + level
            before = some[index - 1][1] if index else ()
            if level == len(words) - 1 or repeated or before[: level + 1] != words[: level + 1]:
                lines[at][index] = word
    return lines


def grid(some: Sequence[Column], depth: int, *, low: bool, repeated: bool) -> Grid:
    rows: Grid = [[TITLE], *header(some, depth, low=low, repeated=repeated)]
    for serial, person in enumerate(people(3), 1):
        cells: dict[str, Cell] = {
            "serial": serial,
            "name": person.name,
            "number": person.number,
            "class": "1班",
            "guardian": "张三丰",
            "guardian number": resident_number(500 + serial),
            "due": 1500,
            "paid": 1000,
            "waiver": 400,
        }
        rows.append([cells[name] for name, _ in some])
    return rows


CASES = [
    (columns(student, guardian, grant, waiver), depth, low, repeated)
    for student, guardian, grant, waiver, low, repeated in product(
        STUDENTS, ("", *GUARDIANS), GRANTS, (False, True), (False, True), (False, True)
    )
    for depth in (1, 2, 3)
    if depth >= max(len(words) for _, words in columns(student, guardian, grant, waiver))
]


def wrong(some: Sequence[Column], depth: int, low: bool, repeated: bool) -> str | None:
    """What is posted that should not be; a file that is refused is none of it."""
    file = examined(grid(some, depth, low=low, repeated=repeated))
    names = {name for name, _ in some}
    expected = {"high-school-grant": [100_000] * 3}
    if "waiver" in names:
        expected["high-school-tuition-waiver"] = [40_000] * 3
    said = {r.program: r.amounts_fen for table in file.tables for r in table.rosters}
    numbers = [number for table in file.tables for number in table.lines.numbers]
    if file.problems:
        return f"refused: {[problem.code for problem in file.problems]}"
    if said != expected or numbers != [person.number for person in people(3)]:
        return f"{said} {numbers[:1]}"
    return None


def test_every_header_of_one_to_three_rows_is_read_as_it_stands() -> None:
    assert len(CASES) > 500
    found = [(one, said) for one in CASES if (said := wrong(*one))]
    shown = [f"{list(header(s, d, low=low, repeated=r))}: {said}" for (s, d, low, r), said in found]
    assert not found, f"{len(found)} of {len(CASES)}: " + "\n".join(shown[:6])


@pytest.mark.parametrize("guardian", GUARDIANS)
def test_a_guardians_name_over_two_columns_of_money_loses_none(guardian: str) -> None:
    some = columns((), guardian, GRANTS[3], waiver=True)
    assert wrong(some, 3, low=False, repeated=False) is None
