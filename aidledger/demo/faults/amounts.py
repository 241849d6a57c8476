"""Faulty amounts: off the standard, in the wrong unit, above the cap, two where there should be one."""

from __future__ import annotations

from aidledger.demo import college, compulsory, high_school, vocational
from aidledger.demo.faults.planting import DraftRoster, Life, Planting, Stay
from aidledger.demo.faults.rosters import with_amount

FIRST, AUTUMN, LAST = "2021-spring", "2021-autumn", "2022-spring"
_TYPED_WRONG_FEN = 40_00
_ABOVE_ANY_CAP_FEN = 25_000_00
_BELOW_GRANT_FEN, _ABOVE_GRANT_FEN = 200_00, 3200_00
_VOCATIONAL_WRONG_FEN = 1100_00
_VOCATIONAL_FEES_FEN = (1000_00, 900_00)
_LOWEST_TIER_FEN, _MIDDLE_TIER_FEN, _HIGHEST_TIER_FEN = 500_00, 1000_00, 1500_00
_RAISED = 130
_WAN = 10_000
_OTHER_FEE_FEN = 20_00


def plant(planting: Planting) -> None:
    """Plant them all."""
    _off_standard(planting)
    _grants_off_standard(planting)
    _units(planting)
    _above_cap(planting)
    _two_fees(planting)
    _other_average(planting)
    _same_count(planting)


def _off_standard(planting: Planting) -> None:
    lives = planting.pick(10, lambda life: life.only(compulsory.PROGRAM) and LAST in life.periods)
    for life in lives:
        stay = _stay(life, LAST)
        _pay(planting, life, stay, compulsory.PROGRAM, stay.paid[compulsory.PROGRAM] + _TYPED_WRONG_FEN)
    for life in planting.pick(3, lambda life: life.stay(AUTUMN, vocational.GRANT) is not None):
        stay = _stay(life, AUTUMN, vocational.GRANT)
        _pay(planting, life, stay, vocational.GRANT, _VOCATIONAL_WRONG_FEN)


def _grants_off_standard(planting: Planting) -> None:
    """Amounts that are neither half nor twice one of the grant's."""
    for i, life in enumerate(planting.pick(6, lambda life: _granted(life, LAST), apart=_each)):
        amount = (_BELOW_GRANT_FEN, _ABOVE_GRANT_FEN)[i % 2]
        _pay(planting, life, _stay(life, LAST, high_school.GRANT), high_school.GRANT, amount)


def _units(planting: Planting) -> None:
    """元 for 万元, 万元 for 元, a year's money for a term's."""
    schools = planting.rosters(high_school.GRANT, AUTUMN)

    def at(school: DraftRoster, period: str, amount: int | None = None) -> tuple[Life, ...]:
        def paid_so(life: Life) -> bool:
            stay = life.stay(period, high_school.GRANT)
            here = stay is not None and stay.draft.school == school.school
            return here and stay is not None and (amount is None or stay.paid[high_school.GRANT] == amount)

        return tuple(planting.pick(1 if amount == _MIDDLE_TIER_FEN else 4, paid_so, apart=_each))

    for life in at(schools[0], AUTUMN, _MIDDLE_TIER_FEN):
        _wrong_unit(planting, life, AUTUMN, high_school.GRANT, _MIDDLE_TIER_FEN * _WAN)
    for life in at(schools[1], AUTUMN):
        stay = _stay(life, AUTUMN, high_school.GRANT)
        _wrong_unit(planting, life, AUTUMN, high_school.GRANT, stay.paid[high_school.GRANT] // _WAN)
    for life in at(schools[2], FIRST, _HIGHEST_TIER_FEN):
        _wrong_unit(planting, life, FIRST, high_school.GRANT, 2 * _HIGHEST_TIER_FEN)

    def boards(life: Life) -> bool:
        stay = life.stay(FIRST, compulsory.PROGRAM)
        return stay is not None and stay.line.level == "junior" and stay.line.boarding == "boarder"

    for life in planting.pick(3, boards):
        stay = _stay(life, FIRST, compulsory.PROGRAM)
        _wrong_unit(planting, life, FIRST, compulsory.PROGRAM, 2 * stay.paid[compulsory.PROGRAM])


def _wrong_unit(planting: Planting, life: Life, period: str, program: str, amount_fen: int) -> None:
    stay = _stay(life, period, program)
    planting.put(stay, with_amount(stay.draft, stay.line, program, amount_fen))
    _expect_of_school(planting, "unit-suspect", stay, program)


def _above_cap(planting: Planting) -> None:
    def borrower(life: Life) -> bool:
        return life.only(college.LOAN) and life.levels == {"undergraduate"}

    for life in planting.pick(8, borrower, apart=_each):
        (stay,) = life.stays
        planting.put(stay, with_amount(stay.draft, stay.line, college.LOAN, _ABOVE_ANY_CAP_FEN))
        planting.expect_payments("amount-above-cap", life, note="more than the limit of the year")


def _two_fees(planting: Planting) -> None:
    """Fees that the standard allows, but two at one school."""
    high_schools = planting.rosters(high_school.WAIVER, LAST)[3:5]
    vocational_schools = planting.rosters(vocational.WAIVER, LAST)[-1:]
    for program, drafts in ((high_school.WAIVER, high_schools), (vocational.WAIVER, vocational_schools)):
        for draft in drafts:

            def here(life: Life, draft: DraftRoster = draft, program: str = program) -> bool:
                stay = life.stay(LAST, program)
                return stay is not None and stay.draft is draft

            for life in planting.pick(3, here, apart=_each):
                stay = _stay(life, LAST, program)
                usual = stay.paid[program]
                other = usual - _OTHER_FEE_FEN
                if program == vocational.WAIVER:
                    other = next(fee for fee in _VOCATIONAL_FEES_FEN if fee != usual)
                planting.put(stay, with_amount(stay.draft, stay.line, program, other))
                _expect_of_school(planting, "mixed-rates", stay, program)


def _other_average(planting: Planting) -> None:
    """Enough pupils moved from the lowest tier to the middle one to put the average off by more than 1%."""
    for period in (AUTUMN, LAST):
        _raise_tiers(planting, period)


def _raise_tiers(planting: Planting, period: str) -> None:
    left = _RAISED
    for draft in planting.rosters(high_school.GRANT, period):
        place = draft.codes.index(high_school.GRANT)
        for i, line in enumerate(draft.lines):
            low = line.amounts_fen[place] == _LOWEST_TIER_FEN and planting.spared(line.person.number)
            if left and low:
                draft.lines[i] = with_amount(draft, line, high_school.GRANT, _MIDDLE_TIER_FEN)
                left -= 1
    note = f"{_RAISED} pupils of the lowest tier are paid the middle one"
    planting.expect("tier-average", high_school.GRANT, high_school.GRANT, period, note=note)


def _same_count(planting: Planting) -> None:
    """Expect the district's own case, unless it is right there: every aided high-school pupil gets both programs."""
    programs = (high_school.GRANT, high_school.WAIVER)
    if planting.catalogue.program(high_school.WAIVER).for_recipients_of == high_school.GRANT:
        return
    for period in (FIRST, AUTUMN, LAST):
        counts = {
            sum(1 for draft in planting.rosters(code, period) for line in draft.lines if code in dict(draft.paid(line)))
            for code in programs
        }
        if len(counts) == 1:
            note = f"{counts.pop()} pupils get both"
            planting.expect("same-count-two-programs", "+".join(programs), high_school.GRANT, period, note=note)


def _pay(planting: Planting, life: Life, stay: Stay, program: str, amount_fen: int) -> None:
    """Pay an amount that the standard does not allow."""
    planting.put(stay, with_amount(stay.draft, stay.line, program, amount_fen))
    planting.expect(
        "amount-off-standard",
        life.person.number,
        program,
        stay.draft.period.code,
        draft=stay.draft,
        note="an amount that the standard does not have",
    )


def _expect_of_school(planting: Planting, rule: str, stay: Stay, program: str) -> None:
    draft = stay.draft
    planting.expect(rule, draft.school, program, draft.period.code, draft=draft, note="by amounts that differ")


def _granted(life: Life, period: str) -> bool:
    return life.stay(period, high_school.GRANT) is not None


def _stay(life: Life, period: str, program: str | None = None) -> Stay:
    stay = life.stay(period, program)
    if stay is None:
        raise ValueError(period)
    return stay


def _each(life: Life) -> object:
    return life.person
