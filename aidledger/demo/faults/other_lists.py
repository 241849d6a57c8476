"""Faults between rosters and the office's lists: paid but not listed, listed but not paid."""

from __future__ import annotations

from aidledger.demo import compulsory, preschool
from aidledger.demo.faults.lists import Lists
from aidledger.demo.faults.outside import DESTITUTE
from aidledger.demo.faults.papers import certification_path, register_path
from aidledger.demo.faults.planting import DraftRoster, Life, Planting
from aidledger.demo.listings import ListLine
from aidledger.domain.term import Period

FIRST, AUTUMN, LAST = "2021-spring", "2021-autumn", "2022-spring"
_ALL = frozenset({FIRST, AUTUMN, LAST})
_MOVED = 4


def plant(planting: Planting, lists: Lists) -> None:
    """Plant them all."""
    _not_certified(planting, lists)
    _certified_for_another_year(planting, lists)
    _not_enrolled(planting, lists)
    _left(planting, lists)
    _more_paid_than_enrolled(planting, lists)
    _never_paid(planting)
    _not_paid_any_more(planting)


def _not_certified(planting: Planting, lists: Lists) -> None:
    for life in planting.pick(10, _at_one_school):
        for certified in lists.certified.values():
            certified.pop(life.person.number, None)
        planting.expect_payments("not-certified", life, note="on no certification list")


def _certified_for_another_year(planting: Planting, lists: Lists) -> None:
    this_year = Period.parse(AUTUMN).school_year
    for life in planting.pick(10, lambda life: _at_one_school(life) and life.periods == _ALL):
        (school,) = life.schools
        del lists.certified[school, this_year][life.person.number]
        for stay in life.stays:
            if stay.draft.period.school_year == this_year:
                _expect(
                    planting,
                    "certified-for-another-year",
                    life,
                    stay.draft,
                    f"not in {certification_path(school)} for this year",
                )


def _not_enrolled(planting: Planting, lists: Lists) -> None:
    for i, life in enumerate(planting.pick(12, lambda life: _at_one_school(life) and life.periods == _ALL)):
        (school,) = life.schools
        term = Period.parse((AUTUMN, LAST)[i % 2])
        del lists.enrolled[school, term][life.person.number]
        stay = life.stay(term.code)
        if stay is not None:
            _expect(planting, "not-enrolled", life, stay.draft, f"not in {register_path(school)} for this term")


def _left(planting: Planting, lists: Lists) -> None:
    term = Period.parse(LAST)
    for life in planting.pick(10, lambda life: _at_one_school(life) and life.periods == _ALL):
        (school,) = life.schools
        register = lists.enrolled[school, term]
        register[life.person.number] = register[life.person.number].gone(term)
        stay = life.stay(LAST)
        if stay is not None:
            _expect(planting, "left-before-term", life, stay.draft, f"gone by {register_path(school)}")


def _more_paid_than_enrolled(planting: Planting, lists: Lists) -> None:
    """Move the paid pupils of a school into another's register; its own lists nobody who is not paid."""
    term = Period.parse(AUTUMN)
    for program, count in ((compulsory.PROGRAM, 2), (preschool.PROGRAM, 1)):
        drafts = [draft for draft in planting.rosters(program, AUTUMN) if draft.lines[0].level != "junior"]
        for draft, other in zip(drafts[5 : 5 + count], drafts[-count:], strict=True):

            def here(life: Life, draft: DraftRoster = draft) -> bool:
                stay = life.stay(AUTUMN)
                return _at_one_school(life) and stay is not None and stay.draft is draft

            register, elsewhere = lists.enrolled[draft.school, term], lists.enrolled[other.school, term]
            for life in planting.pick(_MOVED, here, apart=lambda life: life.person):
                elsewhere[life.person.number] = register.pop(life.person.number)
                planting.expect_stranger(life, draft, (program,))
            paid = {line.person.number for line in draft.lines}
            for number in [number for number, pupil in register.items() if number not in paid and not pupil.left_on]:
                del register[number]
            note = f"{_MOVED} of the pupils are in the register of another school"
            planting.expect("more-paid-than-enrolled", draft.school, program, AUTUMN, draft=draft, note=note)


def _never_paid(planting: Planting) -> None:
    for life in planting.pick(8, lambda life: _at_one_school(life) and life.periods == {AUTUMN, LAST}):
        _take_off(planting, life, AUTUMN, ("missing-disbursement",))


def _not_paid_any_more(planting: Planting) -> None:
    for life in planting.pick(12, lambda life: _at_one_school(life) and life.periods == _ALL):
        _take_off(planting, life, LAST, ("missing-disbursement", "lapsed-disbursement"))


def _take_off(planting: Planting, life: Life, period: str, rules: tuple[str, ...]) -> None:
    """Take somebody off the roster of a term, but not off the certification and the register."""
    stay = life.stay(period)
    if stay is None:
        raise ValueError(period)
    planting.change(life, _no_line, stay.draft)
    # Those of the list of a population are missed there as well.
    listed = ("listed-not-paid",) if stay.line.category == DESTITUTE else ()
    for rule in (*rules, *listed):
        _expect(planting, rule, life, stay.draft, "certified and enrolled, and not on the roster")


def _no_line(_draft: DraftRoster, _line: ListLine) -> None:
    return None


def _expect(planting: Planting, rule: str, life: Life, draft: DraftRoster, note: str) -> None:
    planting.expect(rule, life.person.number, draft.codes[0], draft.period.code, draft=draft, note=note)


def _at_one_school(life: Life) -> bool:
    """Whether everything is of one program and school, so that only the fault can be the reason."""
    one_program = life.only(compulsory.PROGRAM) or life.only(preschool.PROGRAM)
    return one_program and len(life.schools) == 1
