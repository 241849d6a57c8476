"""Faults in single rosters: pupils on two of them, or with another name, card, grade or year of entry."""

from __future__ import annotations

from dataclasses import replace

from aidledger.demo import college, compulsory, high_school, preschool, vocational
from aidledger.demo.columns import states_major
from aidledger.demo.faults.planting import DraftRoster, Life, Planting, Stay
from aidledger.demo.listings import ListLine
from aidledger.demo.names import person_name

AUTUMN, LAST = "2021-autumn", "2022-spring"
_ELIGIBLE = frozenset({"特困供养", "残疾学生", "脱贫户", "低保"})
_NINTH_GRADE = 2
_PERFORMERS = ("舞蹈表演", "戏曲表演", "音乐表演")
_TOO_EARLY = 2015
_SECOND_TIER, _SECOND_TIER_FEN = "二档", 1000_00


def plant(planting: Planting) -> None:
    """Plant them all."""
    _paid_twice(planting)
    _boarder_and_day(planting)
    _in_high_and_vocational_school(planting)
    _in_two_stages(planting)
    _other_names(planting)
    _other_cards(planting)
    _other_grades(planting)
    _entered_too_early(planting)
    _performers(planting)


def _performers(planting: Planting) -> None:
    """Waive the tuition of performers, on rosters that state majors."""

    def pupil(life: Life) -> bool:
        stay = life.stay(AUTUMN, vocational.WAIVER)
        return stay is not None and states_major(stay.draft.listing, planting.catalogue.layout)

    for place, life in enumerate(planting.pick(8, pupil, apart=_each)):
        stay = life.stay(AUTUMN, vocational.WAIVER)
        if stay is not None:
            major = _PERFORMERS[place % len(_PERFORMERS)]
            planting.put(stay, replace(stay.line, major=major))
            if "戏曲" not in major:
                planting.expect(
                    *("major-not-waived", life.person.number, vocational.WAIVER, AUTUMN),
                    draft=stay.draft,
                    note=f"{major}, a major that is not waived",
                )


def _paid_twice(planting: Planting) -> None:
    def pupil(life: Life) -> bool:
        return life.only(compulsory.PROGRAM) and AUTUMN in life.periods and life.levels == {"primary"}

    lives = planting.pick(12, pupil)
    for i, life in enumerate(lives):
        stay = _stay(life, AUTUMN)
        draft = stay.draft if i % 3 == 0 else _other_school(planting, stay)
        planting.add(draft, replace(stay.line, school=draft.school))
        where = "on the same roster"
        if draft is not stay.draft:
            where = "by another school"
            planting.expect_stranger(life, draft, draft.codes)
        planting.expect(
            "duplicate-disbursement",
            life.person.number,
            compulsory.PROGRAM,
            AUTUMN,
            draft=draft,
            note=f"paid once more, {where}",
        )


def _boarder_and_day(planting: Planting) -> None:
    def day_pupil(life: Life) -> bool:
        stay = life.stay(AUTUMN)
        return life.only(compulsory.PROGRAM) and stay is not None and stay.line.boarding == "day"

    for life in planting.pick(6, day_pupil):
        stay = _stay(life, AUTUMN)
        draft = _other_school(planting, stay)
        rate = next(line.amounts_fen for line in draft.lines if line.boarding == "boarder")
        planting.add(draft, replace(stay.line, school=draft.school, boarding="boarder", amounts_fen=rate))
        planting.expect_stranger(life, draft, draft.codes)
        number, note = life.person.number, "a boarder at another school"
        planting.expect("boarder-and-day", number, compulsory.PROGRAM, AUTUMN, draft=draft, note=note)


def _in_high_and_vocational_school(planting: Planting) -> None:
    drafts = planting.rosters(vocational.WAIVER, LAST)
    lives = planting.pick(8, lambda life: _in_high_school(life, LAST), apart=_each)
    for i, life in enumerate(lives):
        draft = drafts[i % len(drafts)]
        fee = _fee(draft, vocational.WAIVER)
        line = replace(
            _stay(life, LAST).line,
            school=draft.school,
            level="vocational",
            grade=0,
            class_no=1,
            entry_year=draft.period.school_year,
            category="农村学生",
            amounts_fen=tuple(fee if code == vocational.WAIVER else None for code in draft.codes),
            tier=None,
        )
        planting.add(draft, line)
        planting.expect_stranger(life, draft, (vocational.WAIVER,))
        # Of two programs, the first of the catalogue is named.
        planting.expect(
            "exclusive-programs",
            life.person.number,
            high_school.GRANT,
            LAST,
            draft=draft,
            note="in a high school at the same time",
        )


def _in_two_stages(planting: Planting) -> None:
    def in_ninth_grade(life: Life) -> bool:
        stay = life.stay(LAST)
        if not life.only(compulsory.PROGRAM) or stay is None:
            return False
        line = stay.line
        return line.level == "junior" and line.grade == _NINTH_GRADE and line.category in _ELIGIBLE

    drafts = planting.rosters(high_school.GRANT, LAST)
    for i, life in enumerate(planting.pick(8, in_ninth_grade)):
        draft = drafts[i % len(drafts)]
        fee = _fee(draft, high_school.WAIVER)
        line = replace(
            _stay(life, LAST).line,
            school=draft.school,
            level="senior",
            grade=0,
            class_no=1,
            entry_year=draft.period.school_year,
            amounts_fen=tuple(_SECOND_TIER_FEN if code == high_school.GRANT else fee for code in draft.codes),
            boarding=None,
            tier=_SECOND_TIER,
        )
        planting.add(draft, line)
        planting.expect_stranger(life, draft, draft.codes)
        planting.expect(
            "paid-in-two-stages",
            life.person.number,
            compulsory.PROGRAM,
            LAST,
            draft=draft,
            note="in the ninth grade at the same time",
        )


def _other_names(planting: Planting) -> None:
    for life in planting.pick(10, lambda life: life.only(compulsory.PROGRAM) and len(life.periods) > 1):
        person, stay = life.person, life.stays[-1]
        name = person.name
        while name == person.name:
            name = person_name(planting.rng, person.sex)
        changed = replace(stay.line, person=replace(person, name=name))
        planting.put(stay, changed)
        planting.expect("name-id-mismatch", person.number, draft=stay.draft, note="another name beside the number")


def _other_cards(planting: Planting) -> None:
    for life in planting.pick(12, lambda life: life.only(compulsory.PROGRAM) and len(life.stays) > 1):
        stay = life.stays[-1]
        changed = replace(stay.line, person=replace(life.person, account=planting.card()))
        planting.put(stay, changed)
        planting.expect("account-changed", life.person.number, draft=stay.draft, note="another card than before")


def _other_grades(planting: Planting) -> None:
    def on_one_sheet(life: Life, period: str, grade: int) -> bool:
        stay = life.stay(period)
        return stay is not None and stay.draft.listing.sheeting == "one" and stay.line.grade == grade

    pupils = planting.pick(6, lambda life: _in_high_school(life, AUTUMN) and on_one_sheet(life, AUTUMN, 0), apart=_each)
    children = planting.pick(
        6, lambda life: life.only(preschool.PROGRAM) and on_one_sheet(life, LAST, len(("小班", "中班")))
    )
    for period, stated, lives in ((AUTUMN, "九年级", pupils), (LAST, "一年级", children)):
        for life in lives:
            stay = _stay(life, period)
            changed = replace(stay.line, grade_stated=stated)
            planting.put(stay, changed)
            for code in stay.paid:
                planting.expect(
                    "grade-stage-mismatch",
                    life.person.number,
                    code,
                    period,
                    draft=stay.draft,
                    note="a grade of another stage",
                )


def _entered_too_early(planting: Planting) -> None:
    for life in planting.pick(8, lambda life: life.only(college.AID), apart=_each):
        planting.change(life, lambda _, line: replace(line, entry_year=_TOO_EARLY))
        planting.expect_payments("entry-year-ineligible", life, note=f"entered in {_TOO_EARLY}")


def _in_high_school(life: Life, period: str) -> bool:
    return life.only(high_school.GRANT, high_school.WAIVER) and period in life.periods


def _stay(life: Life, period: str) -> Stay:
    stay = life.stay(period)
    if stay is None:
        raise ValueError(period)
    return stay


def _other_school(planting: Planting, stay: Stay) -> DraftRoster:
    """A roster of another school of the same level, for the same term."""
    others = [
        draft
        for draft in planting.rosters(stay.draft.codes[0], stay.draft.period.code)
        if draft.school != stay.draft.school and draft.lines[0].level == stay.line.level
    ]
    return planting.rng.choice(others)


def _fee(draft: DraftRoster, program: str) -> int:
    """What a school pays everybody under a program."""
    return next(amount for line in draft.lines for code, amount in draft.paid(line) if code == program)


def _each(life: Life) -> object:
    return life.person


def with_amount(draft: DraftRoster, line: ListLine, program: str, amount_fen: int) -> ListLine:
    """A line with another amount under one of its roster's programs."""
    amounts = (
        amount_fen if code == program else amount for code, amount in zip(draft.codes, line.amounts_fen, strict=True)
    )
    return replace(line, amounts_fen=tuple(amounts))
