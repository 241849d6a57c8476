"""Vocational schools: everybody's tuition is waived; some also get the grant, some the poverty subsidy."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from aidledger.demo.amounts import allowed_fees, counts_for, neediest_first, norms, tiers, with_amounts, with_odd_amount
from aidledger.demo.enrolment import Pupil
from aidledger.demo.listings import DemoList, District, ListLine, by_need, whole_list
from aidledger.demo.people import Person
from aidledger.demo.rolls import Roll, rolls_by_fee
from aidledger.demo.solver import apportion
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.errors import Unsolvable

WAIVER, GRANT, SUBSIDY = "vocational-tuition-waiver", "vocational-grant", "vocational-poverty-living-subsidy"
_USUAL_OWN_FEES_FEN = {900_00: 1}
_NORM_WEIGHT = 6
_POOR = "脱贫户"
_other_category = by_need(
    ((200, "特困供养"), (900, "残疾学生"), (2600, "低保"), (8800, "农村学生")), otherwise="城市家庭经济困难"
)

Paid = list[dict[str, int]]
"""For each roll (a school in a term), the amount in 分 by the person's number."""


def listings(district: District) -> list[DemoList]:
    """The lists of all vocational schools: one per program, or one with an amount column for each."""
    rolls = _rolls(district)
    if not rolls:
        return []
    paid = _paid(district, rolls)
    poor = {number for roll in paid[SUBSIDY] for number in roll}
    together = {school for i, school in enumerate(dict.fromkeys(roll.school for roll in rolls)) if i % 2}
    result = []
    for i, roll in enumerate(rolls):
        codes = [code for code in paid if paid[code][i]]
        for shown in [codes] if roll.school in together else [[code] for code in codes]:
            programs = tuple(district.program(code) for code in shown)
            lines = _lines(roll, [paid[code][i] for code in shown], poor)
            result.append(whole_list(roll.school, roll.semester, programs, "中职", lines))
    return result


def _paid(district: District, rolls: Sequence[Roll]) -> dict[str, Paid]:
    """What each program pays, in the order of the columns."""
    waived = [{pupil.person.number: roll.school.fee_fen or 0 for pupil in roll.pupils} for roll in rolls]
    return {
        GRANT: _chosen(district, GRANT, rolls),
        WAIVER: waived,
        SUBSIDY: _chosen(district, SUBSIDY, rolls),
    }


def _lines(roll: Roll, amounts: Sequence[dict[str, int]], poor: AbstractSet[str]) -> list[ListLine]:
    """The pupils of a roll who are paid under any of some programs; ``amounts``: of each, by the person's number."""
    return [
        roll.line(pupil, _category(pupil.person, poor), tuple(fen.get(pupil.person.number) for fen in amounts))
        for pupil in roll.pupils
        if any(pupil.person.number in fen for fen in amounts)
    ]


def _rolls(district: District) -> list[Roll]:
    line = district.line(WAIVER)
    if line is None:
        for code in (GRANT, SUBSIDY):
            if district.line(code):
                raise Unsolvable(program=code, why=f"the report has no {WAIVER}, to whose pupils the demo pays it")
        return []
    rates = district.rates(district.program(WAIVER))
    base = dict.fromkeys(norms(rates), _NORM_WEIGHT)
    own_fees = [rate for rate in rates if rate.basis == "school-fee"]
    with_own = base | allowed_fees(rates, _USUAL_OWN_FEES_FEN)
    of_fee = counts_for(line, (base, *with_odd_amount(with_own, own_fees, min(_USUAL_OWN_FEES_FEN))))
    rng = district.rng(WAIVER)
    rolls, _ = rolls_by_fee(district, "vocational", of_fee.items(), rng)
    return rolls


def _chosen(district: District, code: str, rolls: Sequence[Roll]) -> Paid:
    """The pupils whom a program pays among those eligible: the same share everywhere, the neediest first.

    Need is for life, so pupils paid in one term are mostly paid in the next.
    """
    line = district.line(code)
    if line is None:
        return [{} for _ in rolls]
    program = district.program(code)
    eligible = [
        sorted(
            (pupil.person for pupil in roll.pupils if _may(program, district.semesters[0], pupil)), key=neediest_first
        )
        for roll in rolls
    ]
    if line.count > sum(map(len, eligible)):
        raise Unsolvable(program=code, why=f"only {sum(map(len, eligible))} of the vocational pupils may be paid it")
    rates = district.rates(program)
    counts = counts_for(line, with_odd_amount(tiers(program, district.semesters[0], rates), (), 0))
    shares = apportion(line.count, [len(group) for group in eligible])
    chosen = [group[:share] for group, share in zip(eligible, shares, strict=True)]
    return [
        {person.number: amount for person, amount in zip(group, amounts, strict=True)}
        for group, amounts in zip(chosen, with_amounts(chosen, counts), strict=True)
    ]


def _may(program: Program, semester: Period, pupil: Pupil) -> bool:
    standard = program.standard_for(semester)
    of_grade = standard is None or not standard.grades or pupil.grade + 1 in standard.grades
    return of_grade and (program.entry_years is None or pupil.entry_year in program.entry_years)


def _category(person: Person, poor: AbstractSet[str]) -> str:
    return _POOR if person.number in poor else _other_category(person)
