"""A blank roster: what it is for, and what its title says, in words that are recognised when it comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aidledger.domain.program import Program, Rate
from aidledger.domain.term import Period
from aidledger.i18n import Language

_HALVES = {"spring": "春", "autumn": "秋"}
_SCHOOL_LABELS = {"zh": "学校：", "en": "School: "}
_ROSTER_SHEETS = {"zh": "{program}名册", "en": "Roster {program}"}
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_SHEET_NAME_LONGEST = 31


@dataclass(frozen=True, slots=True)
class BlankRoster:
    """What a template is made for.

    ``school`` None: the school writes its own name in; ``rows``: how many pupils have checked cells;
    ``school_endings``: how schools' names end.
    """

    program: Program
    period: Period
    school: str | None
    rows: int
    language: Language
    school_endings: tuple[str, ...]

    @property
    def rates(self) -> tuple[Rate, ...]:
        """What the standard in force allows; empty where none is known."""
        return self.program.rates(self.period, school=self.school)


def titles(blank: BlankRoster) -> list[str]:
    """The lines of the title.

    The Chinese one is always there: it names program and term in the words of the documents, and those of any
    program that an office adds.
    """
    name = blank.program.name("zh")
    paid = "发放" if blank.program.nature in {"grant", "subsidy"} else ""
    chinese = f"{blank.school or ''}{_term(blank.period)}{name}{paid}名册"
    if blank.language == "zh":
        return [chinese]
    # The year does not end the line: lines are read as one text, in which it would run into the next one's.
    return [f"Roster {blank.period.code}: {blank.program.name('en')}", chinese]


def _term(period: Period) -> str:
    if period.half:
        return f"{period.year}年{_HALVES[period.half]}季学期"
    return f"{period.year}-{period.year + 1}学年"


def school_line(blank: BlankRoster) -> str:
    """The line that names the school, or asks for it."""
    return f"{_SCHOOL_LABELS[blank.language]}{blank.school or ''}".rstrip()


def roster_sheet(blank: BlankRoster) -> str:
    """The name of the sheet: it says the program once more, for titles in which a school's name clouds it."""
    name = _ROSTER_SHEETS[blank.language].format(program=blank.program.name("zh"))
    return _NO_SHEET_NAME.sub(" ", name)[:_SHEET_NAME_LONGEST]
