"""Grades as rosters write them (高一, 初二, 七年级, 大班, 职高一年级): of which stages, and which year of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from aidledger.domain.program import Stage
from aidledger.domain.term import Period

# How many years a stage lasts. College differs by course, so that nobody is told there to have finished.
STAGE_YEARS: Mapping[Stage, int] = MappingProxyType(
    {"preschool": 4, "compulsory": 9, "high-school": 3, "vocational": 3}
)
_DIGITS = "零一二三四五六七八九"
_PRESCHOOL = {"托": 1, "小": 2, "中": 3, "大": 4, "学前": 4}
_PRESCHOOL_CLASS = re.compile(r"(学前|托|小|中|大)(?:\d*|[一二三四五六七八九]?)班")
_NUMBER = r"[一二三四五六七八九1-9]"
# Said with its stage: 高一, 高中二年级, 职高三, 中职1年级, 初三, 小学四年级, 大二, 研一.
_SAID = re.compile(
    rf"(职高|职中|中职|中专|技校|高中|高|初中|初|小学|大学|研究生|研|小(?!{_NUMBER}班)|大(?!{_NUMBER}班))(?:级)?({_NUMBER})"
)
_PLAIN = re.compile(rf"(?<!第)({_NUMBER})年级")
_STAGES: Mapping[str, tuple[frozenset[Stage], int]] = {
    "职高": (frozenset({"vocational"}), 0),
    "职中": (frozenset({"vocational"}), 0),
    "中职": (frozenset({"vocational"}), 0),
    "中专": (frozenset({"vocational"}), 0),
    "技校": (frozenset({"vocational"}), 0),
    "高中": (frozenset({"high-school"}), 0),
    # Vocational schools count their grades so, too.
    "高": (frozenset({"high-school", "vocational"}), 0),
    "初中": (frozenset({"compulsory"}), 6),
    "初": (frozenset({"compulsory"}), 6),
    "小学": (frozenset({"compulsory"}), 0),
    "小": (frozenset({"compulsory"}), 0),
    "大学": (frozenset({"college"}), 0),
    "大": (frozenset({"college"}), 0),
    "研究生": (frozenset({"college"}), 0),
    "研": (frozenset({"college"}), 0),
}


@dataclass(frozen=True, slots=True)
class Grade:
    """A year, counted from 1, of whichever of some stages it may be of."""

    stages: frozenset[Stage]
    year: int


@cache
def grade_of(text: str | None) -> Grade | None:
    """The grade that a text names; None where it names none, such as the year of a cohort (2021级)."""
    text = "".join((text or "").split())
    if said := _SAID.search(text):
        stages, before = _STAGES[said[1]]
        return Grade(stages, before + _digit(said[2]))
    if plain := _PLAIN.search(text):
        return _plain(_digit(plain[1]))
    if small := _PRESCHOOL_CLASS.search(text):
        return Grade(frozenset({"preschool"}), _PRESCHOOL[small[1]])
    return None


def year_of_stage(stage: Stage, period: Period, grade: str | None, entry_year: int | None) -> int | None:
    """The year of a stage that a pupil is in, by the grade, else by the year of entry; None where neither tells.

    Somebody may enter compulsory education in the first or the seventh year: there only the grade tells.
    """
    known = grade_of(grade)
    if known is not None:
        return known.year if stage in known.stages else None
    return None if stage == "compulsory" else year_by_entry(period, entry_year)


def year_by_entry(period: Period, entry_year: int | None) -> int | None:
    """The school year, counted from 1, since somebody entered."""
    return None if entry_year is None else period.school_year - entry_year + 1


def _plain(year: int) -> Grade:
    stages: set[Stage] = {"compulsory"}
    stages |= {"vocational"} if year <= STAGE_YEARS["vocational"] else set()
    stages |= {"high-school"} if year <= STAGE_YEARS["high-school"] else set()
    stages |= {"college"} if year <= 5 else set()  # noqa: PLR2004 - medicine and architecture take five years
    return Grade(frozenset(stages), year)


def _digit(sign: str) -> int:
    return int(sign) if sign.isdigit() else _DIGITS.index(sign)
