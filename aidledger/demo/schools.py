"""Made-up schools, and the distribution of a program's person-times over schools and terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from random import Random

from aidledger.demo.places import KINDERGARTENS, PLACES
from aidledger.demo.solver import apportion
from aidledger.domain.program import Boarding, Level
from aidledger.domain.term import Period

GRADES: dict[Level, tuple[str, ...]] = {
    "preschool": ("小班", "中班", "大班"),
    "primary": ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级"),
    "junior": ("七年级", "八年级", "九年级"),
    "senior": ("高一", "高二", "高三"),
    "vocational": ("一年级", "二年级", "三年级"),
}
# Aided pupils of a typical school in one term; the made-up schools have half to one and a half times as many.
_USUAL_SIZE: dict[Level, int] = {"preschool": 82, "primary": 215, "junior": 385, "senior": 610, "vocational": 1160}
_AIDED_IN_A_CLASS: dict[Level, int] = {"preschool": 13, "primary": 13, "junior": 14, "senior": 15, "vocational": 43}
_ENDINGS: dict[Level, tuple[str, ...]] = {
    "preschool": ("幼儿园",),
    "primary": ("小学",),
    "junior": ("中学", "初级中学", "中学"),
    "senior": ("高级中学", "中学"),
    "vocational": ("职业技术学校",),
}
_ORDINALS = ("", "第二", "第三", "第四", "第五", "第六", "第七", "第八", "第九")
_AUTUMN_WEIGHT, _SPRING_WEIGHT = 102, 100  # slightly more pupils come in autumn than leave


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A made-up school. ``weight``: its relative size. ``style``: selects its way of writing rosters.

    ``fee_fen``: its approved fee per pupil and semester, if aid depends on it.
    """

    name: str
    level: Level
    weight: int
    style: int
    fee_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Pupils of one school to whom the same standard applies; ``sizes``: their number in each term."""

    school: DemoSchool
    boarding: Boarding | None
    sizes: tuple[int, ...]

    @property
    def grades(self) -> int:
        """The number of grades."""
        return len(GRADES[self.school.level])

    @property
    def classes(self) -> int:
        """The number of classes in a grade."""
        return max(1, max(self.sizes) // (self.grades * _AIDED_IN_A_CLASS[self.school.level]))


def names(district: str, level: Level, taken: set[str]) -> Iterator[str]:
    """Endless names for schools of a level: never one that is taken; each is taken once given."""
    places = KINDERGARTENS if level == "preschool" else PLACES
    endings = _ENDINGS[level]
    offset = sum(map(ord, level)) % len(places)  # the levels start at different positions in the list
    for ordinal in chain(_ORDINALS, (f"第{n}" for n in count(len(_ORDINALS) + 1))):
        for i in range(len(places)):
            name = f"{district}{places[(i + offset) % len(places)]}{ordinal}{endings[i % len(endings)]}"
            if name not in taken:
                taken.add(name)
                yield name


def schools_for(
    person_times: int, terms: int, level: Level, names_left: Iterator[str], rng: Random, fee_fen: int | None = None
) -> list[DemoSchool]:
    """As many schools as this many person-times need; none for none."""
    if not person_times:
        return []
    number = max(1, round(person_times / terms / _USUAL_SIZE[level]))
    return [
        DemoSchool(next(names_left), level, rng.randint(60, 160), rng.randrange(1000), fee_fen) for _ in range(number)
    ]


def cells_for(
    person_times: int,
    schools: Sequence[DemoSchool],
    semesters: Sequence[Period],
    *,
    boarding: Boarding | None = None,
    tilts: Sequence[int] | None = None,
) -> list[Cell]:
    """The person-times distributed among schools by size (times each one's tilt), then among terms."""
    if not schools:
        return []
    weights = [school.weight * tilt for school, tilt in zip(schools, tilts or [1] * len(schools), strict=True)]
    by_term = [_AUTUMN_WEIGHT if semester.half == "autumn" else _SPRING_WEIGHT for semester in semesters]
    return [
        Cell(school, boarding, tuple(apportion(share, by_term)))
        for school, share in zip(schools, apportion(person_times, weights), strict=True)
    ]
