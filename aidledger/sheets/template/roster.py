"""A blank roster: its purpose, and a title that the reader recognises when the school sends it in."""

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
_SHEET_NAME_MAX = 31


@dataclass(frozen=True, slots=True)
class BlankRoster:
    """What a blank roster is for.

    ``school`` None: the school fills in its name; ``rows``: number of rows with checks; ``school_endings``: the
    endings of school names.
    """

    program: Program
    period: Period
    school: str | None
    rows: int
    language: Language
    school_endings: tuple[str, ...]

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The rates in force; empty where no standard is known."""
        return self.program.rates(self.period, school=self.school)


def titles(blank: BlankRoster) -> list[str]:
    """The lines of the title.

    The Chinese line is always present: only it names every program, an office's own included, in recognised words.
    """
    name = blank.program.name("zh")
    paid = "发放" if blank.program.nature in {"grant", "subsidy"} else ""
    chinese = f"{blank.school or ''}{_term(blank.period)}{name}{paid}名册"
    if blank.language == "zh":
        return [chinese]
    # The year must not end the line: lines are read as one text, in which it would join that of the next line.
    return [f"Roster {blank.period.code}: {blank.program.name('en')}", chinese]


def _term(period: Period) -> str:
    if period.half:
        return f"{period.year}年{_HALVES[period.half]}季学期"
    return f"{period.year}-{period.year + 1}学年"


def school_line(blank: BlankRoster) -> str:
    """The row with the school's name, or the label to fill it in after."""
    return f"{_SCHOOL_LABELS[blank.language]}{blank.school or ''}".rstrip()


def roster_sheet(blank: BlankRoster) -> str:
    """The name of the sheet, which repeats the program in case the school's name in the title obscures it."""
    name = _ROSTER_SHEETS[blank.language].format(program=blank.program.name("zh"))
    return _NO_SHEET_NAME.sub(" ", name)[:_SHEET_NAME_MAX]
