"""A kindergarten whose aid goes round: the children paid in autumn are others than those paid in spring before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from aidledger.demo import preschool
from aidledger.demo.faults.lists import Lists
from aidledger.demo.faults.planting import DraftRoster, Life, Planting
from aidledger.demo.people import Person
from aidledger.domain.term import Period

_FIRST, _AUTUMN, _LAST = "2021-spring", "2021-autumn", "2022-spring"
_TERMS = tuple(map(Period.parse, (_FIRST, _AUTUMN, _LAST)))
_KINDERGARTENS, _CHILDREN_MIN = 2, 12


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A child that was paid first, and the one that was paid afterwards in its place; both stay at the school."""

    school: str
    before: Person
    after: Person


def plant(planting: Planting) -> Sequence[Exchanged]:
    """Exchange all children of two kindergartens who are paid in spring and in the autumn after it."""
    exchanged: list[Exchanged] = []
    left = _KINDERGARTENS
    for draft in planting.rosters(preschool.PROGRAM, _FIRST):
        found = _lives(planting, draft)
        if left and len(found) >= _CHILDREN_MIN and all(planting.spared(life.person.number) for life in found):
            left -= 1
            exchanged += (_exchange(planting, draft.school, life) for life in found)
            _expect(planting, draft.school)
    return exchanged


def _exchange(planting: Planting, school: str, life: Life) -> Exchanged:
    year = life.person.birth.year
    other = planting.somebody(date(year, 1, 1), date(year, 12, 31))
    planting.use(life.person.number)
    planting.use(other.number)
    for stay in life.stays:
        if stay.draft.period.code != _FIRST:
            planting.put(stay, replace(stay.line, person=other))
    return Exchanged(school, life.person, other)


def _expect(planting: Planting, school: str) -> None:
    autumn = next(draft for draft in planting.rosters(preschool.PROGRAM, _AUTUMN) if draft.school == school)
    note = "other children than in the spring before"
    planting.expect("rotating-aid", school, preschool.PROGRAM, _AUTUMN, draft=autumn, note=note)


def _lives(planting: Planting, draft: DraftRoster) -> list[Life]:
    """The children of a kindergarten who are paid in its first term and in the one after it."""
    return [
        life
        for life in planting.lives
        if life.only(preschool.PROGRAM) and life.schools == {draft.school} and {_FIRST, _AUTUMN} <= life.periods
    ]


def keep_enrolled(lists: Lists, exchanged: Sequence[Exchanged]) -> None:
    """Enter both children of each exchange in the registers of all terms: neither has left, neither is new."""
    for one in exchanged:
        first, autumn, last = (lists.enrolled[one.school, term] for term in _TERMS)
        before, after = first[one.before.number], autumn[one.after.number]
        first[one.after.number] = replace(before, person=one.after)
        autumn[one.before.number] = replace(after, person=one.before)
        if last.get(one.after.number, after).left_on is None:
            last[one.before.number] = replace(last.get(one.after.number, after), person=one.before)
        else:
            last.pop(one.before.number, None)
