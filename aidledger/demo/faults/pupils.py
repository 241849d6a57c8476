"""Faults on every list of a pupil: planted before certifications and registers are derived from the rosters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from aidledger.demo import college, compulsory, high_school, preschool, vocational
from aidledger.demo.faults.planting import Life, Planting
from aidledger.demo.people import Person
from aidledger.domain.identity import check_digit
from aidledger.domain.term import Period

FIRST, LAST = "2021-spring", "2022-spring"
_TOO_OLD_YEARS = 14
_OTHER, _LOW_INCOME = "其他家庭经济困难", "低保"
_LAST_GRADE = 2
_GRANT_FEN = 1000_00
_SHARERS = (2, 2, 2, 2, 2, 2, 3, 4)


def plant(planting: Planting) -> None:
    """Plant them all."""
    _other_ages(planting)
    _twice_with_two_numbers(planting)
    _shared_cards(planting)
    _malformed_cards(planting)
    _finished(planting)
    _other_categories(planting)
    _third_grade(planting)


def _other_ages(planting: Planting) -> None:
    for program in (preschool.PROGRAM, compulsory.PROGRAM):
        for life in planting.pick(5, lambda life, only=program: life.only(only)):  # type: ignore[misc]
            year = life.person.birth.year - _TOO_OLD_YEARS
            older = planting.somebody(date(year, 1, 1), date(year, 12, 31))
            planting.exchange(life, replace(older, name=life.person.name, account=life.person.account))
            note = f"{_TOO_OLD_YEARS} years older than his class"
            planting.expect_payments("age-out-of-range", life, number=older.number, note=note)


def _twice_with_two_numbers(planting: Planting) -> None:
    for life in planting.pick(8, lambda life: life.only(compulsory.PROGRAM) and _free_number(planting, life) != ""):
        twin = replace(life.person, number=_free_number(planting, life), account=planting.card())
        for stay in life.stays:
            planting.add(stay.draft, replace(stay.line, person=twin))
        subject = "+".join(sorted((life.person.number, twin.number)))
        planting.expect(
            "likely-same-person", subject, draft=life.stays[0].draft, note="a second number, one digit off, is paid too"
        )


def _free_number(planting: Planting, life: Life) -> str:
    """An unused number one digit off; empty if there is none."""
    number = life.person.number
    for step in range(1, 10):
        body = f"{number[:15]}{(int(number[15]) + step) % 10}{number[16]}"
        if not planting.known(body):
            return body + check_digit(body)
    return ""


def _shared_cards(planting: Planting) -> None:
    for sharers in _SHARERS:
        lives = planting.pick(sharers, lambda life: life.only(compulsory.PROGRAM), apart=lambda life: life.person.name)
        owner = lives[0].person
        for life in lives[1:]:
            planting.exchange(life, replace(life.person, account=owner.account))
        planting.expect(
            "account-shared", owner.account, draft=lives[0].stays[0].draft, note=f"the card of {sharers} pupils"
        )


def _malformed_cards(planting: Planting) -> None:
    for life in planting.pick(8, lambda life: life.only(compulsory.PROGRAM)):
        card = life.person.account[:11]
        planting.exchange(life, replace(life.person, account=card))
        planting.expect("account-format", card, draft=life.stays[0].draft, note="eight digits of the card are missing")


def _finished(planting: Planting) -> None:
    def leaver(life: Life) -> bool:
        (*_, last) = life.stays
        only_once = life.periods == {FIRST} and life.only(vocational.WAIVER)
        return only_once and last.line.grade == _LAST_GRADE

    for life in planting.pick(8, leaver, apart=_each):
        planting.change(life, lambda draft, line: replace(line, entry_year=draft.period.school_year - 3))
        planting.expect_payments("stage-finished", life, note="entered a year before his class")


def _other_categories(planting: Planting) -> None:
    def day_pupil(life: Life) -> bool:
        return life.only(compulsory.PROGRAM) and all(stay.line.boarding == "day" for stay in life.stays)

    for life in planting.pick(6, day_pupil):
        _other_category(planting, life, compulsory.PROGRAM, _OTHER)
    waived = planting.catalogue.program(high_school.WAIVER).rates(Period.parse(LAST))
    if all(rate.categories for rate in waived):  # in some provinces it is for whoever gets the grant
        for life in planting.pick(4, lambda life: life.only(high_school.GRANT, high_school.WAIVER)):
            _other_category(planting, life, high_school.WAIVER, _OTHER)
    for life in planting.pick(5, lambda life: life.only(college.AID), apart=_each):
        _other_category(planting, life, college.AID, _LOW_INCOME)


def _other_category(planting: Planting, life: Life, program: str, category: str) -> None:
    planting.change(life, lambda _, line: replace(line, category=category))
    note = "certified for a reason that the program is not for"
    planting.expect_payments("category-not-eligible", life, programs=(program,), note=note)


def _third_grade(planting: Planting) -> None:
    def in_last_grade(life: Life) -> bool:
        stay = life.stay(LAST, vocational.WAIVER)
        return stay is not None and life.only(vocational.WAIVER) and stay.line.grade == _LAST_GRADE

    for life in planting.pick(8, in_last_grade, each=2):
        stay = life.stay(LAST)
        if stay is None:
            continue
        paying = next(draft for draft in planting.rosters(vocational.GRANT, LAST) if draft.school == stay.draft.school)
        amounts = tuple(
            _GRANT_FEN if code == vocational.GRANT else stay.paid.get(code) if paying is stay.draft else None
            for code in paying.codes
        )
        line = replace(stay.line, amounts_fen=amounts)
        if paying is stay.draft:
            planting.put(stay, line)
        else:
            planting.add(paying, line)
        planting.expect(
            "grade-not-eligible", life.person.number, vocational.GRANT, LAST, draft=paying, note="in the third grade"
        )


def _each(life: Life) -> Person:
    return life.person
