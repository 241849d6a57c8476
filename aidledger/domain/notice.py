"""The posting period of a public notice (公示)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aidledger.domain.holidays import Holidays, days_between, is_working_day

# Minimum working days, by the practice of the offices.
WORKING_DAYS_MIN = 5


@dataclass(frozen=True, slots=True)
class NoticeTerm:
    """First and last day on which a notice is posted, both included."""

    first: date
    last: date

    def working_days(self, holidays: Holidays) -> int:
        """The number of working days; where ``holidays`` do not know the year, of Mondays to Fridays."""
        return sum(1 for day in days_between(self.first, self.last) if is_working_day(day, holidays))
