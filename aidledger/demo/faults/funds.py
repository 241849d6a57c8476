"""Faults between rosters, allotments and the bank: returned, late, or without a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from aidledger.demo import college, compulsory, high_school, preschool, vocational
from aidledger.demo.faults.lists import Lists
from aidledger.demo.faults.money import PAID, SENT_BACK, Allotted, BankStatement, Return, by_school
from aidledger.demo.faults.papers import allotment_path, statement_path
from aidledger.demo.faults.planting import Planting

_REASONS = ("户名不符", "账号不存在", "账户已销户", "账户冻结")
_RETURNED, _SENT_BACK, _TWICE = 12, 6, 6
_DAYS_LATER = 6
_EVERY = 31
_LATE_SCHOOLS = 3
_AFTER_TERM_SCHOOLS, _CERTIFIED_LATE_SCHOOLS = 2, 2
_UNALLOTTED = ((vocational.SUBSIDY, "2021-autumn"), (preschool.PROGRAM, "2022-spring"))
_TOO_LITTLE = (
    (compulsory.PROGRAM, "2021-spring"),
    (high_school.WAIVER, "2021-autumn"),
    (vocational.WAIVER, "2022-spring"),
)
_TOO_LITTLE_BY_FEN = 50_000_00
_TOO_MUCH = ((high_school.GRANT, "2021-spring"), (vocational.WAIVER, "2021-autumn"))
_TOO_MUCH_BY_FEN = 5_000_000_00
_AUTUMN = "2021-autumn"


def plant(planting: Planting, allotted: list[Allotted], statements: list[BankStatement]) -> list[Allotted]:
    """Plant them all; returns the remaining allotments."""
    _late(planting, statements)
    _returned(planting, statements[::3])
    _sent_back(planting, statements[1::3])
    _paid_twice(planting, statements[2::3])
    _after_term(planting, statements)
    _lying(planting, allotted)
    return _unallotted(planting, allotted)


def _returned(planting: Planting, statements: list[BankStatement]) -> None:
    """Return one payment in each of some statements, and do not reissue it."""
    for i, (statement, one) in enumerate(islice(_one_each(planting, statements), _RETURNED)):
        one.fail(_REASONS[i % len(_REASONS)])
        _expect(planting, "returned-not-reissued", statement, one, f"returned in {statement_path(statement)}")


def _sent_back(planting: Planting, statements: list[BankStatement]) -> None:
    """Pay others, and return the money some days later."""
    for i, (statement, one) in enumerate(islice(_one_each(planting, statements), _SENT_BACK)):
        statement.returns.append(one.later(_DAYS_LATER, SENT_BACK, _REASONS[i % len(_REASONS)]))
        note = f"paid, and sent back {_DAYS_LATER} days later in {statement_path(statement)}"
        _expect(planting, "returned-not-reissued", statement, one, note)


def _paid_twice(planting: Planting, statements: list[BankStatement]) -> None:
    """Pay others twice, some days apart."""
    for statement, one in islice(_one_each(planting, statements), _TWICE):
        statement.returns.append(one.later(_DAYS_LATER, PAID))
        note = f"paid, and once more {_DAYS_LATER} days later in {statement_path(statement)}"
        _expect(planting, "paid-twice-by-bank", statement, one, note)


def _one_each(planting: Planting, statements: Iterable[BankStatement]) -> Iterator[tuple[BankStatement, Return]]:
    """One payment from each of some statements, to somebody without a fault."""
    for statement in statements:
        one = statement.returns[_EVERY % len(statement.returns)]
        if statement.program.code != college.AID and planting.spared(one.line.person.number):
            planting.use(one.line.person.number)
            yield statement, one


def _expect(planting: Planting, rule: str, statement: BankStatement, one: Return, note: str) -> None:
    draft, number = statement.draft, one.line.person.number
    planting.expect(rule, number, statement.program.code, draft.period.code, draft=draft, note=note)


def _late(planting: Planting, statements: list[BankStatement]) -> None:
    aided = [statement for statement in statements if statement.program.code == college.AID]
    schools = by_school(aided)
    for school in sorted(schools)[:_LATE_SCHOOLS]:
        for statement, one in schools[school]:
            period = statement.draft.period
            one.paid_on = date(period.year + 1, 1, 18)
            planting.expect("late-payment", school, college.AID, period.code, note="paid in January of the next year")


def _after_term(planting: Planting, statements: list[BankStatement]) -> None:
    """Pay everybody on some statements of autumn in the spring after it."""
    autumn = [one for one in statements if one.draft.period.code == _AUTUMN and one.program.code == compulsory.PROGRAM]
    with_faults = {one.file for one in planting.expected}
    for statement in [one for one in autumn if one.draft.file not in with_faults][:_AFTER_TERM_SCHOOLS]:
        for one in statement.returns:
            one.paid_on = date(statement.draft.period.year + 1, 2, 25)
        draft = statement.draft
        planting.expect(
            "paid-after-term",
            draft.school,
            compulsory.PROGRAM,
            _AUTUMN,
            draft=draft,
            note="paid in the February after it",
        )


def certified_late(planting: Planting, lists: Lists, statements: list[BankStatement]) -> None:
    """Certify the pupils of some schools only after the payments of autumn."""
    with_faults = {one.file for one in planting.expected}
    of_school: dict[str, list[BankStatement]] = defaultdict(list)
    for statement in statements:
        if statement.draft.period.code == _AUTUMN:
            of_school[statement.draft.school].append(statement)
    alone = [found[0] for _, found in sorted(of_school.items()) if len(found) == 1 and found[0].program.certified]
    for statement in [one for one in alone if one.draft.file not in with_faults][:_CERTIFIED_LATE_SCHOOLS]:
        draft, program = statement.draft, statement.program.code
        lists.late.add((draft.school, draft.period.school_year))
        note = "certified on 20 December, paid in November"
        planting.expect("certified-after-payment", draft.school, program, _AUTUMN, draft=draft, note=note)


def _lying(planting: Planting, allotted: list[Allotted]) -> None:
    """Allot to some programs much more than they need."""
    for one in allotted:
        program, period = one.program.code, one.period.code
        if (program, period) in _TOO_MUCH:
            one.by_source[0] += _TOO_MUCH_BY_FEN
            planting.expect("allotted-not-paid", program, program, period, note=f"too much in {allotment_path()}")


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
