"""The term of a public notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dateutil.rrule import DAILY, FR, MO, TH, TU, WE, rrule


@dataclass(frozen=True, slots=True)
class NoticeTerm:
    """From and until which day a notice is posted, both included."""

    first: date
    last: date

    @property
    def working_days(self) -> int:
        """Its Mondays to Fridays. Public holidays are not known here."""
        return sum(1 for _ in rrule(DAILY, dtstart=self.first, until=self.last, byweekday=(MO, TU, WE, TH, FR)))
