"""Lists from outside the schools' rosters, with their faults.

Populations, fees, staff, places, the national system, deaths, meals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from aidledger.demo import compulsory, high_school
from aidledger.demo.columns import yuan_cell
from aidledger.demo.faults.lists import Lists
from aidledger.demo.faults.papers import plain_sheet
from aidledger.demo.faults.planting import DraftRoster, Life, Planting
from aidledger.demo.names import person_name
from aidledger.demo.people import Person
from aidledger.demo.sheets import DemoRoster, Row
from aidledger.domain.term import Period

FOLDER = "外部名单"
"""It stands behind the rosters' in name order."""
DESTITUTE, _OUT_OF_POVERTY = "特困供养", "脱贫户"
AUTUMN, LAST = "2021-autumn", "2022-spring"
_THIS_YEAR = 2021
_FORGOTTEN, _UNLISTED, _ENDED = 6, 5, 5
_COLLECTED, _REFUNDED = 5, 3
_TEACHERS, _CARDS = 8, 5
_PLACES_TOO_FEW, _PLACES_TOO_MANY = 2, 40
_GRANTED_OTHERWISE = 5
_ANOTHER_FEN = 500_00
_DIED_IN_AUTUMN, _DIED_IN_THE_LAST_TERM = 5, 2
MEALS = "nutrition-improvement"
"""The program of meals, which the office has to switch on."""
_SCHOOLS_WITH_MEALS, _WITH_TOO_MANY_DAYS = 6, 2
_YUAN_A_DAY, _DAYS, _TOO_MANY_DAYS = 5, 95, 118


def plant(planting: Planting, lists: Lists, *, faults: bool) -> list[DemoRoster]:
    """The lists; without ``faults`` they agree with the rosters."""
    return [
        *_populations(planting, lists, faults=faults),
        *(_receipts(planting) if faults else ()),
        *_staff(planting, faults=faults),
        _quota(planting, faults=faults),
        *_national(planting, faults=faults),
        _deaths(planting, faults=faults),
        _meals(planting, lists, faults=faults),
    ]


def _populations(planting: Planting, lists: Lists, *, faults: bool) -> Iterable[DemoRoster]:
    """The destitute of two years, and, with faults, households that are out of poverty without aid."""
    forgotten = _forgotten(planting, lists) if faults else []
    unlisted = _unlisted(planting, lists) if faults else frozenset()
    for year in sorted({year for _, year in lists.certified}):
        certified = {
            number: line.person
            for (_, of), lines in sorted(lists.certified.items())
            for number, line in lines.items()
            if of == year and line.category == DESTITUTE
        }
        people = [one for number, one in certified.items() if year != _THIS_YEAR or number not in unlisted]
        people += forgotten if year == _THIS_YEAR else []
        yield _members(f"城乡特困人员名单_{year}0910", "城乡特困人员名单", people)
    if faults:
        people = [life.person for life in _ended(planting)]
        yield _members("脱贫户信息_20210902-脱贫不享受政策", "脱贫户信息 脱贫不享受政策", people)


def _members(stem: str, title: str, people: Sequence[Person]) -> DemoRoster:
    rows: list[Row] = [(serial, one.name, one.number, "之子") for serial, one in enumerate(people, 1)]
    header = ("序号", "姓名", "身份证号", "与户主关系")
    return _workbook(stem, title, header, rows)


def _forgotten(planting: Planting, lists: Lists) -> list[Person]:
    """Pupils of primary schools whom the schools neither certified nor paid."""
    found: list[Person] = []
    drafts = [draft for draft in planting.rosters(compulsory.PROGRAM, AUTUMN) if draft.lines[0].level == "primary"]
    for draft in drafts[-_FORGOTTEN:]:
        paid = {line.person.number for other in planting.drafts for line in other.lines}
        terms = [lists.enrolled[draft.school, Period.parse(code)] for code in (AUTUMN, LAST)]
        number = next(
            number
            for number, pupil in terms[0].items()
            if number not in paid and number in terms[1] and not pupil.left_on and planting.spared(number)
        )
        planting.use(number)
        found.append(terms[0][number].person)
        for code in (AUTUMN, LAST):
            note = "on the list of the destitute, in the register, and on no list of the school"
            planting.expect("listed-not-paid", number, compulsory.PROGRAM, code, draft=draft, note=note)
    return found


def _unlisted(planting: Planting, lists: Lists) -> frozenset[str]:
    """Pupils certified as destitute who are on no list."""

    def certified(life: Life) -> bool:
        own = [lines.get(life.person.number) for (_, year), lines in lists.certified.items() if year == _THIS_YEAR]
        stated = {line.category for line in own if line is not None}
        return life.only(compulsory.PROGRAM) and stated == {DESTITUTE}

    numbers = frozenset(life.person.number for life in planting.pick(_UNLISTED, certified))
    for number in sorted(numbers):
        planting.expect("certified-not-listed", number, "", str(_THIS_YEAR), note="certified as destitute, on no list")
    return numbers


def _ended(planting: Planting) -> list[Life]:
    """Pupils paid as out of poverty whose households get no aid any more."""

    def aided(life: Life) -> bool:
        stated = {stay.line.category for stay in life.stays}
        return life.only(compulsory.PROGRAM) and AUTUMN in life.periods and stated == {_OUT_OF_POVERTY}

    lives = planting.pick(_ENDED, aided)
    for life in lives:
        note = "on the list of 2021-09-02 of those who get no aid any more"
        planting.expect("status-ended", life.person.number, "", str(_THIS_YEAR), note=note)
    return lives


def _receipts(planting: Planting) -> Iterable[DemoRoster]:
    """Tuition that a high school collected although it is waived; what it gave back is no fault."""
    draft = _high_school(planting, AUTUMN, 0)
    lines = [line for line in draft.lines if planting.spared(line.person.number)][: _COLLECTED + _REFUNDED]
    rows: list[Row] = []
    for place, line in enumerate(lines):
        planting.use(line.person.number)
        fen, kept = dict(draft.paid(line))[high_school.WAIVER], place < _COLLECTED
        refunded = (None, None) if kept else (yuan_cell(fen), "2021-10-20")
        rows.append((line.person.name, line.person.number, "学费", yuan_cell(fen), "2021-09-01", *refunded))
        if kept:
            number, note = line.person.number, "tuition was collected, and not given back"
            planting.expect("fee-collected-and-waived", number, high_school.WAIVER, AUTUMN, draft=draft, note=note)
    header = ("姓名", "身份证号", "收费项目", "收费金额", "收费日期", "退费金额", "退费日期")
    yield _workbook(f"{draft.school} 学费收费台账", f"{draft.school}2021年秋季学期学费收费台账", header, rows)


def _staff(planting: Planting, *, faults: bool) -> Iterable[DemoRoster]:
    """The cards of a school's staff, some of which are pupils' cards."""
    draft = _high_school(planting, AUTUMN, 1)
    cards = [planting.card() for _ in range(_TEACHERS)]
    if faults:
        paid = [line.person for line in draft.lines if planting.spared(line.person.number)][:_CARDS]
        for place, person in enumerate(paid):
            planting.use(person.number)
            cards[place] = person.account
            planting.expect("card-of-staff", person.account, draft=draft, note="the card of a member of the staff")
    rows: list[Row] = [(draft.school, person_name(planting.rng, "女"), card) for card in cards]
    yield _workbook(f"{draft.school} 教师名册", f"{draft.school}教师名册", ("学校", "教师姓名", "工资卡号"), rows)


def _quota(planting: Planting, *, faults: bool) -> DemoRoster:
    """The places of the high schools, as many as are paid but at two schools."""
    rows: list[Row] = []
    for place, draft in enumerate(planting.rosters(high_school.GRANT, AUTUMN)):
        paid = {line.person.number for line in draft.lines if high_school.GRANT in dict(draft.paid(line))}
        off = {0: -_PLACES_TOO_FEW, 1: len(paid) + _PLACES_TOO_MANY}.get(place, 0) if faults else 0
        if off:
            note = f"{len(paid)} are paid, and the school has {len(paid) + off} places"
            planting.expect("coverage-off-quota", draft.school, high_school.GRANT, AUTUMN, draft=draft, note=note)
        rows.append((place + 1, draft.school, len(paid) + off))
    title = "2021年秋季学期普通高中国家助学金名额分配表"
    return _workbook("普通高中国家助学金名额分配表", title, ("序号", "学校名称", "名额"), rows)


def _national(planting: Planting, *, faults: bool) -> Iterable[DemoRoster]:
    """What the national system says of a high school's grants."""
    draft = _high_school(planting, LAST, 2)
    amounts = {line.person.number: dict(draft.paid(line)).get(high_school.GRANT) for line in draft.lines}
    others: dict[str, int] = {}
    if faults:
        spared = [number for number in amounts if planting.spared(number) and amounts[number] is not None]
        for place, number in enumerate(spared[:_GRANTED_OTHERWISE]):
            planting.use(number)
            others[number] = (amounts[number] or 0) + _ANOTHER_FEN if place else 0
            note = "otherwise in the national system" if place else "not in the national system"
            planting.expect("national-system-differs", number, high_school.GRANT, LAST, draft=draft, note=note)
    people = {line.person.number: line.person for line in draft.lines}
    rows: list[Row] = [
        (people[number].name, number, yuan_cell(others.get(number, fen)))
        for number, fen in amounts.items()
        if fen is not None and others.get(number, fen)
    ]
    title = f"{draft.school}2022年春季学期普通高中国家助学金(全国资助系统导出)"
    yield _workbook(f"{draft.school} 全国资助系统导出", title, ("姓名", "身份证号", "资助金额"), rows)


def _deaths(planting: Planting, *, faults: bool) -> DemoRoster:
    """Pupils who died: in the autumn, and paid for the spring; while the last term ran is no fault."""

    def paid_to_the_end(life: Life) -> bool:
        return life.only(compulsory.PROGRAM) and len(life.schools) == 1 and {AUTUMN, LAST} <= life.periods

    rows: list[Row] = []
    count = _DIED_IN_AUTUMN if faults else 0
    for place, life in enumerate(planting.pick(count + _DIED_IN_THE_LAST_TERM, paid_to_the_end)):
        person, early = life.person, place < count
        rows.append((place + 1, person.name, person.number, "2021-11-20" if early else "2022-04-18"))
        stay = life.stay(LAST)
        if early and stay is not None:
            note = "died in November, and paid for the term after it"
            planting.expect("paid-after-death", person.number, compulsory.PROGRAM, LAST, draft=stay.draft, note=note)
    title = "2021年9月至2022年6月死亡人员名单"
    return _workbook("死亡人员名单", title, ("序号", "姓名", "身份证号", "死亡日期"), rows)


def _meals(planting: Planting, lists: Lists, *, faults: bool) -> DemoRoster:
    """The meal money of some primary schools by a document: days times the rate, at two schools for too many days."""
    drafts = [draft for draft in planting.rosters(compulsory.PROGRAM, AUTUMN) if draft.lines[0].level == "primary"]
    rows: list[Row] = []
    for place, draft in enumerate(drafts[:_SCHOOLS_WITH_MEALS]):
        too_many = faults and place < _WITH_TOO_MANY_DAYS
        pupils = len(lists.enrolled[draft.school, Period.parse(AUTUMN)])
        yuan = pupils * _YUAN_A_DAY * (_TOO_MANY_DAYS if too_many else _DAYS)
        rows.append((place + 1, draft.school, pupils, yuan, "川财教〔2021〕98号"))
        if too_many:
            note = f"meals on {_TOO_MANY_DAYS} days; the term has fewer"
            planting.expect("meals-exceed-days", draft.school, MEALS, AUTUMN, note=note)
    title = "2021年秋季学期营养改善计划膳食补助分校汇总表"
    return _workbook("营养改善计划分校汇总表", title, ("序号", "学校名称", "享受人数", "补助金额", "文号"), rows)


def _high_school(planting: Planting, period: str, place: int) -> DraftRoster:
    return planting.rosters(high_school.GRANT, period)[place]


def _workbook(stem: str, title: str, header: tuple[str, ...], rows: Sequence[Row]) -> DemoRoster:
    return DemoRoster(PurePosixPath(FOLDER, f"{stem}.xlsx"), (plain_sheet("Sheet1", title, header, rows),))
