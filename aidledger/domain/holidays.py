"""Working days in China: public holidays, and the weekends that are worked instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """The holidays of a year by the document that announced them, as dates in ISO form.

    ``off``: days on which nobody works; ``worked``: Saturdays and Sundays that are working days instead (调休).
    """

    reference: str
    off: frozenset[str]
    worked: frozenset[str]

    def __repr__(self) -> str:
        """In order, so that the compiled catalogue is the same on every run."""
        off, worked = (f"frozenset({sorted(days)!r})" for days in (self.off, self.worked))
        return f"HolidayYear(reference={self.reference!r}, off={off}, worked={worked})"


Holidays = Mapping[int, HolidayYear]


def is_working_day(day: date, holidays: Holidays) -> bool:
    """Whether a day is worked; in a year whose holidays are not known, Mondays to Fridays are."""
    year, told = holidays.get(day.year), day.isoformat()
    if year is not None and told in year.worked:
        return True
    return day.weekday() < _SATURDAY and (year is None or told not in year.off)


def days_between(first: date, last: date) -> Iterator[date]:
    """The days from the first to the last, both included."""
    day = first
    while day <= last:
        yield day
        day += _ONE_DAY
