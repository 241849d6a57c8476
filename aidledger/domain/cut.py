"""Cuts: which disbursements a figure includes, by the term they are for or by the date they were posted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from aidledger.domain.term import CHINA, Period, plausible_year, within
from aidledger.errors import UnknownCut, UnknownPeriod
from aidledger.i18n import N_, Translate

CutKind = Literal["calendar-year", "school-year", "term", "span", "posted"]
# What a comparison can group its lines by.
YearCut = Literal["calendar-year", "school-year", "term"]
_YEAR = re.compile(r"(?:19|20)[0-9]{2}", re.ASCII)
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut by term (``year``, or ``first`` to ``last``) or by posting date (``since`` to ``until``), ends included.

    An annual program belongs to the calendar year and to the school year that its period names. A cut by term leaves
    out entries that were reversed, whenever that was; a cut by posting date counts a reversal, negative, at its own
    date.
    """

    kind: CutKind
    year: int | None = None
    first: Period | None = None
    last: Period | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def parse(cls, text: str) -> Cut:
        """Parse a code such as ``calendar-year:2021``; raises UnknownCut."""
        kind, _, rest = text.strip().partition(":")
        first, dots, last = rest.partition("..")
        try:
            if kind in {"calendar-year", "school-year"} and _YEAR.fullmatch(rest):
                return cls("calendar-year" if kind == "calendar-year" else "school-year", year=int(rest))
            if kind == "term":
                return cls("term", first=Period.parse(rest))
            if kind == "span" and dots:
                return _in_order(cls("span", first=Period.parse(first), last=Period.parse(last)))
            if kind == "posted" and dots:
                return _in_order(cls("posted", since=_day(first), until=_day(last)))
        except (UnknownPeriod, ValueError) as error:
            raise UnknownCut(text=text) from error
        raise UnknownCut(text=text)

    @property
    def code(self) -> str:
        """The code as typed on the command line."""
        if self.year is not None:
            return f"{self.kind}:{self.year}"
        ends = (self.since, self.until) if self.kind == "posted" else (self.first, self.last)
        return f"{self.kind}:{'..'.join(str(end) for end in ends if end is not None)}"

    @property
    def by_day(self) -> bool:
        """Whether it selects by posting date rather than by term."""
        return self.kind == "posted"

    def holds(self, period: Period) -> bool:
        """Whether a cut by term includes a period; a cut by posting date includes every period."""
        if self.kind == "calendar-year":
            return period.year == self.year
        if self.kind == "school-year":
            return period.school_year == self.year
        if self.kind == "term":
            return period == self.first
        return self.kind == "posted" or within(period, self.first, self.last)

    @property
    def keys(self) -> Mapping[str, str] | None:
        """The cut as keys of a figure (reports.figures); None for a cut by posting date, which none says."""
        if self.by_day:
            return None
        if self.year is not None:
            return {self.kind: str(self.year)}
        if self.kind == "term":
            return {"period": str(self.first)}
        return {key: str(end) for key, end in (("from", self.first), ("to", self.last)) if end is not None}

    def moments(self) -> tuple[str, str]:
        """The start (inclusive) and end (exclusive) of a cut by posting date, in UTC as the ledger stores times.

        Days begin at midnight in China. Raises UnknownCut for a cut by term.
        """
        if self.since is None or self.until is None:
            raise UnknownCut(text=self.code)
        return _moment(self.since), _moment(self.until + timedelta(days=1))

    def label(self, translate: Translate) -> str:
        """The cut in the reader's language: 2021年度, 2021学年."""
        if self.kind == "calendar-year":
            return translate(N_("calendar year {year}")).format(year=self.year)
        if self.kind == "school-year":
            return translate(N_("school year {year}")).format(year=self.year)
        if self.kind == "posted":
            return translate(N_("posted {since} to {until}")).format(since=self.since, until=self.until)
        return " – ".join(end.label(translate) for end in (self.first, self.last) if end is not None)

    def __str__(self) -> str:
        return self.code


def year_of(period: Period, cut: YearCut) -> str:
    """The group that a period falls into when grouped by ``cut``: a year, or the code of the term."""
    if cut == "calendar-year":
        return str(period.year)
    return str(period.school_year) if cut == "school-year" else period.code


def _in_order(cut: Cut) -> Cut:
    """Return the cut; raises ValueError where it ends before it begins."""
    backwards = (
        cut.since is not None and cut.until is not None and cut.until < cut.since
        if cut.by_day
        else cut.first is not None and cut.last is not None and cut.last.end < cut.first.start
    )
    if backwards:
        raise ValueError(cut)
    return cut


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not plausible_year(day.year):
        raise ValueError(text)
    return day


def _moment(day: date) -> str:
    return datetime.combine(day, time(), CHINA).astimezone(UTC).strftime(_MOMENT)
