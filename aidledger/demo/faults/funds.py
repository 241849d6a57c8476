"""Faults between rosters, allotments and the bank: what came back, came late, or rests on no document."""

from __future__ import annotations

from datetime import date

from aidledger.demo import college, compulsory, high_school, preschool, vocational
from aidledger.demo.faults.money import Allotted, Statement, by_school
from aidledger.demo.faults.papers import allotment_path, statement_path
from aidledger.demo.faults.planting import Planting

_REASONS = ("户名不符", "账号不存在", "账户已销户", "账户冻结")
_RETURNED = 12
_EVERY = 31
_LATE_SCHOOLS = 3
_UNALLOTTED = ((vocational.SUBSIDY, "2021-autumn"), (preschool.PROGRAM, "2022-spring"))
_TOO_LITTLE = (
    (compulsory.PROGRAM, "2021-spring"),
    (high_school.WAIVER, "2021-autumn"),
    (vocational.WAIVER, "2022-spring"),
)
_TOO_LITTLE_BY_FEN = 50_000_00


def plant(planting: Planting, allotted: list[Allotted], statements: list[Statement]) -> list[Allotted]:
    """Plant them all; the allotments that are left."""
    _late(planting, statements)
    _returned(planting, statements)
    return _unallotted(planting, allotted)


def _returned(planting: Planting, statements: list[Statement]) -> None:
    """One payment of each of some statements came back, and was not made again."""
    found = 0
    for statement in statements[::3]:
        one = statement.returns[_EVERY % len(statement.returns)]
        if statement.program.code == college.AID or not planting.spared(one.line.person.number):
            continue
        one.fail(_REASONS[found % len(_REASONS)])
        draft, program = statement.draft, statement.program.code
        note = f"returned in {statement_path(statement)}"
        number = one.line.person.number
        planting.expect("returned-not-reissued", number, program, draft.period.code, draft=draft, note=note)
        found += 1
        if found == _RETURNED:
            return


def _late(planting: Planting, statements: list[Statement]) -> None:
    aided = [statement for statement in statements if statement.program.code == college.AID]
    schools = by_school(aided)
    for school in sorted(schools)[:_LATE_SCHOOLS]:
        for statement, one in schools[school]:
            period = statement.draft.period
            one.paid_on = date(period.year + 1, 1, 18)
            planting.expect("late-payment", school, college.AID, period.code, note="paid in January of the next year")


def _unallotted(planting: Planting, allotted: list[Allotted]) -> list[Allotted]:
    left = []
    for one in allotted:
        program, period = one.program.code, one.period.code
        if (program, period) in _UNALLOTTED:
            planting.expect("paid-without-allotment", program, program, period, note=f"not in {allotment_path()}")
            continue
        if (program, period) in _TOO_LITTLE:
            one.by_source[0] -= _TOO_LITTLE_BY_FEN
            planting.expect("over-allotment", program, program, period, note=f"too little in {allotment_path()}")
        left.append(one)
    return left
