"""Faults in registers: pupils who board otherwise than they are paid, and pupils of two schools."""

from __future__ import annotations

from dataclasses import replace

from aidledger.demo import compulsory
from aidledger.demo.faults.lists import Lists
from aidledger.demo.faults.papers import register_path
from aidledger.demo.faults.planting import Life, Planting
from aidledger.domain.program import Boarding
from aidledger.domain.term import Period

_LAST = "2022-spring"
_BOARDING, _AT_TWO = 8, 6
_OTHER: dict[Boarding | None, Boarding] = {"boarder": "day", "day": "boarder"}


def plant(planting: Planting, lists: Lists) -> None:
    """Plant them all."""
    _other_boarding(planting, lists)
    _at_two_schools(planting, lists)


def _here(life: Life) -> bool:
    return life.only(compulsory.PROGRAM) and len(life.schools) == 1 and _LAST in life.periods


def _other_boarding(planting: Planting, lists: Lists) -> None:
    term = Period.parse(_LAST)
    for life in planting.pick(_BOARDING, _here):
        (school,) = life.schools
        register, stay = lists.enrolled[school, term], life.stay(_LAST)
        if stay is None:
            continue
        register[life.person.number] = replace(register[life.person.number], boarding=_OTHER[stay.line.boarding])
        note = f"boards otherwise by {register_path(school)}"
        number = life.person.number
        planting.expect(
            "boarding-differs-from-register", number, compulsory.PROGRAM, _LAST, draft=stay.draft, note=note
        )


def _at_two_schools(planting: Planting, lists: Lists) -> None:
    term = Period.parse(_LAST)
    schools = sorted(school for school, period in lists.enrolled if period == term)
    for life in planting.pick(_AT_TWO, _here):
        (school,) = life.schools
        pupil = lists.enrolled[school, term][life.person.number]
        alike = (
            other
            for other in schools
            if other != school and next(iter(lists.enrolled[other, term].values())).level == pupil.level
        )
        other = next(alike)
        lists.enrolled[other, term][life.person.number] = pupil
        note = f"in {register_path(other)}, too"
        planting.expect("enrolled-at-two-schools", life.person.number, "", _LAST, note=note)
