"""Primary and junior schools: the living subsidy of boarders and of day pupils."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from aidledger.demo.amounts import norms, not_to_be_made
from aidledger.demo.listings import DemoList, District, ListLine, by_need, whole_list
from aidledger.demo.rolls import rolls_of
from aidledger.demo.schools import Cell, DemoSchool, cells_for, schools_for
from aidledger.demo.solver import mix
from aidledger.domain.program import Boarding, Level
from aidledger.domain.published import PublishedLine
from aidledger.domain.term import Period

PROGRAM = "compulsory-living-subsidy"
# The division of pupils, apart from the sum.
_WEIGHTS: dict[tuple[Level, Boarding], int] = {
    ("primary", "boarder"): 12,
    ("junior", "boarder"): 18,
    ("primary", "day"): 42,
    ("junior", "day"): 28,
}
_day_category = by_need(((300, "特困供养"), (1100, "残疾学生"), (7000, "脱贫户")), otherwise="低保")
_boarder_category = by_need(
    ((200, "特困供养"), (350, "孤儿"), (900, "残疾学生"), (5000, "脱贫户"), (7000, "低保")), otherwise="其他"
)


def listings(district: District) -> list[DemoList]:
    """The lists of all primary and junior schools; boarders and day pupils of a school are on one list."""
    line = district.line(PROGRAM)
    if line is None:
        return []
    program = district.program(PROGRAM)
    amounts = {(level, boarding): norms(district.rates(program, level, boarding))[0] for level, boarding in _WEIGHTS}
    rng = district.rng(PROGRAM)
    rolls, _ = rolls_of(district, _cells(district, _counts(line, amounts), rng), rng)
    by_school: dict[tuple[Period, DemoSchool], list[ListLine]] = defaultdict(list)
    for roll in rolls:
        boarding: Boarding = roll.boarding or "day"
        category = _boarder_category if boarding == "boarder" else _day_category
        by_school[roll.semester, roll.school] += [
            roll.line(pupil, category(pupil.person), (amounts[roll.school.level, boarding],)) for pupil in roll.pupils
        ]
    return [
        whole_list(school, semester, (program,), "义务教育", lines) for (semester, school), lines in by_school.items()
    ]


def _counts(line: PublishedLine, amounts: dict[tuple[Level, Boarding], int]) -> dict[tuple[Level, Boarding], int]:
    counts = mix(line.count, line.amount_fen, list(amounts.values()), list(_WEIGHTS.values()))
    if counts is None:
        raise not_to_be_made(line)
    return dict(zip(_WEIGHTS, counts, strict=True))


def _cells(district: District, counts: dict[tuple[Level, Boarding], int], rng: Random) -> list[Cell]:
    """Every school has boarders and day pupils, in different proportions."""
    cells: list[Cell] = []
    for level in dict.fromkeys(level for level, _ in counts):
        of_level = {boarding: n for (at, boarding), n in counts.items() if at == level}
        names = district.school_names(level)
        schools = schools_for(sum(of_level.values()), len(district.semesters), level, names, rng)
        for boarding, n in of_level.items():
            tilts = [rng.randint(3, 17) if boarding == "boarder" else 10 for _ in schools]
            cells += cells_for(n, schools, district.semesters, boarding=boarding, tilts=tilts)
    return cells
