"""Periods: the semester or year that money is paid *for*."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Literal

from dateutil.relativedelta import relativedelta

from aidledger.domain.naming import closest
from aidledger.errors import PeriodMistyped, SpanBackwards, UnknownPeriod
from aidledger.i18n import N_, Translate

Half = Literal["spring", "autumn"]
CHINA = timezone(timedelta(hours=8))
_CODE = re.compile(r"(19\d\d|20\d\d)(?:-(spring|autumn))?", re.ASCII)
_YEARS_KNOWN = range(1990, 2100)
# As people write a period, white space removed: 2021年秋季学期, 2021秋, 2021-2022学年第二学期, 2021学年, autumn 2021.
_IN_WORDS = re.compile(
    r"(?:year|schoolyear)?(?P<year>20\d\d)(?:[-—–~至](?P<next>20\d\d))?(?P<unit>学年度?|年度?)?"
    r"(?P<half>春季?|秋季?|上学期|下学期|第[一二12]学期)?(?:学期|期)?",
    re.ASCII,
)
_IN_ENGLISH = re.compile(r"(?P<half>spring|autumn|fall)(?:of|semester)*(?P<year>20\d\d)", re.ASCII)
_DAY_OR_MONTH = re.compile(r"(20\d\d)[-./年](\d\d?)(?!\d)", re.ASCII)
_YEAR, _SHORT_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)", re.ASCII), re.compile(r"(?<!\d)\d\d(?!\d)", re.ASCII)
_SPRINGS, _AUTUMNS = ("春", "下", "第二", "第2", "spring"), ("秋", "上", "第一", "第1", "autumn", "fall")


@dataclass(frozen=True, slots=True)
class Period:
    """A semester (``2021-autumn``), or the year of an annual program (``2021``: the school year from 2021)."""

    year: int
    half: Half | None = None

    @classmethod
    def parse(cls, text: str) -> Period:
        """Parse a code; raises UnknownPeriod."""
        match = _CODE.fullmatch(text.strip())
        if match is None:
            raise UnknownPeriod(text=text)
        half = match[2]
        return cls(int(match[1]), "spring" if half == "spring" else "autumn" if half == "autumn" else None)

    @classmethod
    def typed(cls, text: str) -> Period:
        """Parse a code, or a period as people write it in either language; raises UnknownPeriod, PeriodMistyped."""
        if _CODE.fullmatch(text.strip()):
            return cls.parse(text)
        plain = "".join(unicodedata.normalize("NFKC", text).lower().split())
        match = _IN_WORDS.fullmatch(plain) or _IN_ENGLISH.fullmatch(plain)
        period = _in_words(match) if match else None
        if period is not None:
            return period
        candidates = _candidates(plain)
        if candidates:
            raise PeriodMistyped(text=text, close=", ".join(candidates))
        raise UnknownPeriod(text=text)

    @property
    def code(self) -> str:
        """``2021-autumn`` or ``2021``, as in JSON and the ledger."""
        return f"{self.year}-{self.half}" if self.half else str(self.year)

    @property
    def start(self) -> date:
        """Its first day: 1 August, or 1 February for a spring semester."""
        return date(self.year, 2 if self.half == "spring" else 8, 1)

    @property
    def school_begins(self) -> date:
        """The first day of school: 1 September; in spring about 20 February."""
        return date(self.year, 2, 20) if self.half == "spring" else date(self.year, 9, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        months = 6 if self.half else 12
        return self.start + relativedelta(months=months, days=-1)

    @property
    def semester(self) -> bool:
        """Whether it is a semester rather than a year."""
        return self.half is not None

    @property
    def school_year(self) -> int:
        """The year in which its school year begins: 2021 for 2022-spring."""
        return self.year - 1 if self.half == "spring" else self.year

    @property
    def sort_key(self) -> tuple[date, bool]:
        """Sorts chronologically; a year comes before the semester it begins with."""
        return self.start, self.semester

    def label(self, translate: Translate) -> str:
        """The period in the reader's language: 2021年春季."""
        if self.half == "spring":
            return translate(N_("{year}-spring")).format(year=self.year)
        if self.half == "autumn":
            return translate(N_("{year}-autumn")).format(year=self.year)
        return translate(N_("year {year}–{next}")).format(year=self.year, next=self.year + 1)

    def __str__(self) -> str:
        return self.code


def _in_words(match: re.Match[str]) -> Period | None:
    """The period written in words; None where its parts contradict each other or leave it ambiguous."""
    groups = {"next": None, "unit": None, **match.groupdict()}
    year, half = int(match["year"]), groups["half"] or ""
    if groups["next"] is not None and int(groups["next"]) != year + 1:
        return None
    by_school_year = groups["next"] is not None or (groups["unit"] or "").startswith("学年")
    if not half:
        return Period(year)
    if "学期" in half and not by_school_year:
        return None  # 2021年第二学期 may be spring 2021 or spring 2022
    if half.startswith(_SPRINGS):
        return Period(year + by_school_year, "spring")
    return Period(year, "autumn") if half.startswith(_AUTUMNS) else None


def _candidates(plain: str) -> list[str]:
    """The codes that a text without white space may mean: that of its month, else those of its year."""
    dated = _DAY_OR_MONTH.match(plain)
    if dated and int(dated[2]) in range(1, 13):
        return [semester_of(date(int(dated[1]), int(dated[2]), 1)).code]
    years = list(dict.fromkeys(_YEAR.findall(plain))) or [f"20{year}" for year in _SHORT_YEAR.findall(plain)]
    codes = [code for year in years for code in (f"{year}-autumn", f"{year}-spring", year)]
    return (closest(plain, codes) if plain.isascii() else []) or codes


def in_order(first: Period | None, last: Period | None) -> None:
    """Check that a range of periods does not end before it begins; raises SpanBackwards."""
    if first is not None and last is not None and first.start > last.end:
        raise SpanBackwards(first=first.code, last=last.code)


def plausible_year(year: int) -> bool:
    """Whether a number in a title can be the year of a period at all."""
    return year in _YEARS_KNOWN


def within(period: Period, first: Period | None, last: Period | None) -> bool:
    """Whether a period begins within the range from ``first`` to ``last``, both included; None: open."""
    if first is not None and period.start < first.start:
        return False
    return last is None or period.start <= last.end


def semester_of(day: date) -> Period:
    """The semester of a day; January belongs to the autumn semester of the year before."""
    if day.month in range(2, 8):
        return Period(day.year, "spring")
    return Period(day.year if day.month >= 8 else day.year - 1, "autumn")  # noqa: PLR2004 - August
