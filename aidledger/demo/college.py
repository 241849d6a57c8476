"""College aid to households lifted out of poverty, and loans: annual lists that the office keeps itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from aidledger.demo.amounts import Weights, counts_for, norms
from aidledger.demo.listings import DemoList, District, ListLine
from aidledger.demo.places import PLACES
from aidledger.demo.rolls import Finished
from aidledger.demo.solver import apportion
from aidledger.demo.students import Student, borrowers, undergraduate
from aidledger.domain.money import FEN_PER_YUAN
from aidledger.domain.program import Program
from aidledger.domain.published import PublishedLine
from aidledger.domain.term import Period
from aidledger.errors import Unsolvable

AID, LOAN = "college-poverty-aid", "origin-based-loan"
# Loans in 元 and their relative frequency, apart from the sum: a year's fees and board, often the old cap.
_BORROWED_YUAN = {
    3000: 1, 4000: 3, 4500: 2, 4700: 1, 5000: 6, 5200: 1, 5500: 3, 5800: 1, 6000: 9, 6300: 1, 6500: 5, 6800: 2,
    7000: 5, 7500: 5, 7800: 2, 8000: 22, 8500: 2, 9000: 3, 9600: 1, 10_000: 5, 12_000: 7, 16_000: 1,
}  # fmt: skip
_GRADUATES = 60  # at least one in this many borrowers is a graduate student
_ON_ONE_LIST = {AID: 120, LOAN: 460}
_POOR, _HARDSHIP = "脱贫户", "家庭经济困难"


def listings(district: District, finished: Finished) -> list[DemoList]:
    """The office's lists; some of the borrowers finished high school in that year."""
    rng = district.rng(AID)
    result: list[DemoList] = []
    aided: dict[Period, list[Student]] = {}
    aid = district.line(AID)
    if aid is not None:
        program = district.program(AID)
        base = dict.fromkeys(norms(district.rates(program)), 1)
        for period, amounts in _by_year(district, aid, base, rng):
            aided[period] = [undergraduate(district.people, period, rng, entered=program.entry_years) for _ in amounts]
            result += _lists(district, period, program, aided[period], amounts, _POOR, rng)
    loan = district.line(LOAN)
    if loan is not None:
        program = district.program(LOAN)
        cap = max(rate.high_fen for rate in district.rates(program, "undergraduate"))
        for period, amounts in _by_year(district, loan, _loans(district, program), rng):
            above = [amount for amount in amounts if amount > cap]
            rest = [amount for amount in amounts if amount <= cap]
            leavers = [person for year, person in finished if year == period.year]
            graduates = max(len(above), len(amounts) // _GRADUATES)
            students = borrowers(district.people, period, len(amounts), graduates, aided.get(period, []), leavers, rng)
            result += _lists(district, period, program, students, above + rest, _HARDSHIP, rng)
    return result


def _by_year(
    district: District, line: PublishedLine, amounts: Weights, rng: Random
) -> Iterator[tuple[Period, list[int]]]:
    """The line's payments in 分, unordered, divided among the years; each person is in one year only."""
    if not district.years:
        raise Unsolvable(program=line.program, why="no year begins within the report's periods")
    pool = [fen for fen, n in counts_for(line, [amounts]).items() for _ in range(n)]
    rng.shuffle(pool)
    for period, share in zip(district.years, apportion(line.count, [1] * len(district.years)), strict=True):
        yield period, [pool.pop() for _ in range(share)]


def _loans(district: District, program: Program) -> Weights:
    rates = district.rates(program)
    least, cap = min(rate.low_fen for rate in rates), max(rate.high_fen for rate in rates)
    wanted = {yuan * FEN_PER_YUAN: weight for yuan, weight in _BORROWED_YUAN.items()}
    return {fen: weight for fen, weight in wanted.items() if least <= fen <= cap}


def _lists(
    district: District,
    period: Period,
    program: Program,
    students: Sequence[Student],
    amounts: Sequence[int],
    category: str,
    rng: Random,
) -> Iterator[DemoList]:
    """The students, unordered, on lists by their part of the district."""
    lines = [
        ListLine(
            person=student.person,
            school=student.college,
            level=student.level,
            grade=period.year - student.entry_year,
            class_no=1,
            entry_year=student.entry_year,
            category=category,
            amounts_fen=(amount,),
            short_course=student.short_course,
        )
        for student, amount in zip(students, amounts, strict=True)
    ]
    rng.shuffle(lines)
    parts = max(1, round(len(lines) / _ON_ONE_LIST[program.code]))
    start = 0
    for i, size in enumerate(apportion(len(lines), [rng.randint(60, 140) for _ in range(parts)])):
        part = f"{PLACES[i]}{'街道' if i % 2 == 0 else '镇'}"
        yield DemoList(district.name, period, (program,), "大学", i, tuple(lines[start : start + size]), part=part)
        start += size
