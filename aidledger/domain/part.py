"""Parts of a period: a month, the first or second instalment, a back payment, a top-up.

A semester's aid may be paid in parts, each a separate payment. Together they count as one person-time, and the standard
applies to their sum. The same pupils and amounts for another part are another payment, not a duplicate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from aidledger.domain.term import Period
from aidledger.errors import UnknownPart
from aidledger.i18n import N_, Translate

# 补发: for an earlier period, or for a pupil left out before; 补差: the rest of an amount.
PartKind = Literal["back-payment", "top-up"]
_MONTH = re.compile(r"(?:(20\d\d)-)?(0[1-9]|1[0-2])", re.ASCII)
_INSTALMENT = re.compile(r"instalment-([1-9]\d?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a period a payment is for. ``months``: one, or the first and last (``2021-09``, or ``09`` alone)."""

    months: tuple[str, ...] = ()
    instalment: int | None = None
    kind: PartKind | None = None

    @classmethod
    def parse(cls, code: str) -> Part:
        """Parse a code; raises UnknownPart."""
        part = cls()
        for component in code.strip().split("+"):
            months = component.split("/")
            instalment = _INSTALMENT.fullmatch(component)
            if instalment:
                part = replace(part, instalment=int(instalment[1]))
            elif component in get_args(PartKind):
                part = replace(part, kind="top-up" if component == "top-up" else "back-payment")
            elif len(months) <= 2 and all(map(_MONTH.fullmatch, months)):  # noqa: PLR2004 - first and last
                part = replace(part, months=tuple(months))
            else:
                raise UnknownPart(text=code)
        return part

    @property
    def code(self) -> str:
        """``2021-09``, ``2021-09/2021-10``, ``instalment-2``, ``back-payment``, ``top-up``; joined by ``+``."""
        instalment = f"instalment-{self.instalment}" if self.instalment else None
        return "+".join(filter(None, ["/".join(self.months), instalment, self.kind]))

    def of(self, period: Period) -> Part:
        """This part within a period: months get their year; months that are not in the period are dropped."""
        months = tuple(filter(None, (_month_in(period, month) for month in self.months)))
        return replace(self, months=months if len(months) == len(self.months) else ())

    def within(self, wider: Part) -> Part | None:
        """This part combined with one from an outer context; None where they contradict each other.

        The outer one may span more months: a sheet for September in a file for September to October.
        """
        apart = bool(self.months and wider.months) and not (
            wider.months[0] <= self.months[0] and self.months[-1] <= wider.months[-1]
        )
        if apart or _differ(self.instalment, wider.instalment) or _differ(self.kind, wider.kind):
            return None
        return Part(self.months or wider.months, self.instalment or wider.instalment, self.kind or wider.kind)

    def __bool__(self) -> bool:
        return bool(self.months or self.instalment or self.kind)


# The whole period, or a part that nothing names.
NO_PART = Part()


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _month_in(period: Period, month: str) -> str | None:
    year, number = month[:-3] or None, int(month[-2:])
    first = period.start
    year_in_period = first.year if number >= first.month else first.year + 1
    dated = f"{year_in_period}-{number:02d}"
    return dated if dated <= f"{period.end:%Y-%m}" and year in {None, str(year_in_period)} else None


def part_text(code: str, translate: Translate) -> str:
    """A part in the reader's language: 2021年9月, 第1批, 补发, 补差."""
    return ", ".join(_component_text(component, translate) for component in code.split("+"))


def _component_text(component: str, translate: Translate) -> str:
    if component == "back-payment":
        return translate(N_("back payment"))
    if component == "top-up":
        return translate(N_("top-up"))
    if component.startswith("instalment-"):
        return translate(N_("instalment {number}")).format(number=component.removeprefix("instalment-"))
    dated = translate(N_("{year}-{month}"))
    months = [dated.format(year=month[:4], month=int(month[5:])) for month in component.split("/")]
    return " – ".join(months)


def person_times(payments: Iterable[tuple[Hashable, str | None]]) -> int:
    """Count the person-times of payments, each given as its claim and its part.

    The parts of a claim count once; payments recorded several times for the same part count as often.
    """
    times: dict[Hashable, int] = {}
    for (claim, _), count in Counter(payments).items():
        times[claim] = max(times.get(claim, 0), count)
    return sum(times.values())


def nearer_count(declared: int | None, payments: int, person_times: int) -> int:
    """The count to compare with a roster's declared number: of its payments or, if they are parts, of person-times.

    A school may count either, so take the nearer one; without a declared number, person-times.
    """
    if declared is None:
        return person_times
    return min(person_times, payments, key=lambda count: abs(declared - count))
