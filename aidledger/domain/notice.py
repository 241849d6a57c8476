"""The posting period of a public notice (公示)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dateutil.rrule import DAILY, FR, MO, TH, TU, WE, rrule


@dataclass(frozen=True, slots=True)
class NoticeTerm:
    """First and last day on which a notice is posted, both included."""

    first: date
    last: date

    @property
    def working_days(self) -> int:
        """Number of Mondays to Fridays; public holidays are not taken into account."""
        return sum(1 for _ in rrule(DAILY, dtstart=self.first, until=self.last, byweekday=(MO, TU, WE, TH, FR)))
