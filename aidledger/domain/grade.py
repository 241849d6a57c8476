"""Grades as rosters write them (高一, 初二, 七年级, 大班, 职高一年级): possible stages, year in the stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from aidledger.domain.program import Stage
from aidledger.domain.term import Period

# Length of each stage in years. College is left out: its courses differ, so nobody counts as having finished.
STAGE_YEARS: Mapping[Stage, int] = MappingProxyType(
    {"preschool": 4, "compulsory": 9, "high-school": 3, "vocational": 3}
)
_DIGITS = "零一二三四五六七八九"
_PRESCHOOL = {"托": 1, "小": 2, "中": 3, "大": 4, "学前": 4}
_PRESCHOOL_CLASS = re.compile(r"(学前|托|小|中|大)(?:\d*|[一二三四五六七八九]?)班")
_NUMBER = r"[一二三四五六七八九1-9]"
# Named with its stage: 高一, 高中二年级, 职高三, 中职1年级, 初三, 小学四年级, 大二, 研一.
_WITH_STAGE = re.compile(
    rf"(职高|职中|中职|中专|技校|高中|高|初中|初|小学|大学|研究生|研|小(?!{_NUMBER}班)|大(?!{_NUMBER}班))(?:级)?({_NUMBER})"
)
_COHORT = re.compile(r"(20\d\d)级", re.ASCII)
_PLAIN = re.compile(rf"(?<!第)({_NUMBER})年级")
_STAGES: Mapping[str, tuple[frozenset[Stage], int]] = {
    "职高": (frozenset({"vocational"}), 0),
    "职中": (frozenset({"vocational"}), 0),
    "中职": (frozenset({"vocational"}), 0),
    "中专": (frozenset({"vocational"}), 0),
    "技校": (frozenset({"vocational"}), 0),
    "高中": (frozenset({"high-school"}), 0),
    # Vocational schools number their grades this way, too.
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
    """A year within a stage, counted from 1, and the stages it may belong to."""

    stages: frozenset[Stage]
    year: int


@cache
def grade_of(text: str | None) -> Grade | None:
    """The grade that a text names; None where it names none but, for instance, a year of entry (2021级)."""
    text = "".join((text or "").split())
    if with_stage := _WITH_STAGE.search(text):
        stages, years_before = _STAGES[with_stage[1]]
        return Grade(stages, years_before + _digit(with_stage[2]))
    if plain := _PLAIN.search(text):
        return _plain(_digit(plain[1]))
    if preschool := _PRESCHOOL_CLASS.search(text):
        return Grade(frozenset({"preschool"}), _PRESCHOOL[preschool[1]])
    return None


def year_of_stage(stage: Stage, period: Period, grade: str | None, entry_year: int | None) -> int | None:
    """The year within a stage that a pupil is in, by grade, else by year of entry; None where neither says.

    A grade that names a year of entry (2021级) counts before the year of entry itself. A pupil may enter compulsory
    education in its first or its seventh year, so there only the grade counts.
    """
    known = grade_of(grade)
    if known is not None:
        return known.year if stage in known.stages else None
    return None if stage == "compulsory" else year_by_entry(period, cohort_of(grade) or entry_year)


def cohort_of(grade: str | None) -> int | None:
    """The year of entry that a grade names (2021级); None where it names none."""
    found = _COHORT.search(grade or "")
    return int(found[1]) if found else None


def year_by_entry(period: Period, entry_year: int | None) -> int | None:
    """The school year since entry, counted from 1; None for an entry after the period.

    Who enters in spring (入学 2022年3月) is in the first year, though the school year began the year before.
    """
    if entry_year is None or entry_year > period.year:
        return None
    return max(period.school_year - entry_year + 1, 1)


def _plain(year: int) -> Grade:
    stages: set[Stage] = {"compulsory"}
    stages |= {"vocational"} if year <= STAGE_YEARS["vocational"] else set()
    stages |= {"high-school"} if year <= STAGE_YEARS["high-school"] else set()
    stages |= {"college"} if year <= 5 else set()  # noqa: PLR2004 - medicine and architecture take five years
    return Grade(frozenset(stages), year)


def _digit(sign: str) -> int:
    return int(sign) if sign.isdigit() else _DIGITS.index(sign)
