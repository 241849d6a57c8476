"""Parts of a term: a month, the first or second instalment, a back payment, a top-up.

A semester's aid may be paid in parts, each a payment of its own. Together they are one person-time, and the standard
judges their sum; the same pupils and amounts under another part's name are another payment.
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

# 补发: for an earlier term, or for who was left out; 补差: the rest of an amount.
PartKind = Literal["back-payment", "top-up"]
_MONTH = re.compile(r"(?:(20\d\d)-)?(0[1-9]|1[0-2])", re.ASCII)
_INSTALMENT = re.compile(r"instalment-([1-9]\d?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a term a payment is. ``months``: one, or the first and last (``2021-09``; ``09`` of no year)."""

    months: tuple[str, ...] = ()
    instalment: int | None = None
    kind: PartKind | None = None

    @classmethod
    def parse(cls, code: str) -> Part:
        """The part of a code; raises UnknownPart."""
        part = cls()
        for component in code.strip().split("+"):
            months = component.split("/")
            instalment = _INSTALMENT.fullmatch(component)
            if instalment:
                part = replace(part, instalment=int(instalment[1]))
            elif component in get_args(PartKind):
                part = replace(part, kind="top-up" if component == "top-up" else "back-payment")
            elif len(months) <= 2 and all(map(_MONTH.fullmatch, months)):  # noqa: PLR2004 - the first and the last
                part = replace(part, months=tuple(months))
            else:
                raise UnknownPart(text=code)
        return part

    @property
    def code(self) -> str:
        """``2021-09``, ``instalment-2``, ``back-payment``, ``top-up``, or several joined by a plus sign."""
        instalment = f"instalment-{self.instalment}" if self.instalment else None
        return "+".join(filter(None, ["/".join(self.months), instalment, self.kind]))

    def of(self, period: Period) -> Part:
        """This part of a certain term: its months with their years, left out where the term has no such months."""
        months = tuple(filter(None, (_month_in(period, month) for month in self.months)))
        return replace(self, months=months if len(months) == len(self.months) else ())

    def within(self, wider: Part) -> Part | None:
        """What this part and one named further out say together; None where they contradict each other.

        Further out more months may be named: a sheet's September lies in its file's September to October.
        """
        apart = bool(self.months and wider.months) and not (
            wider.months[0] <= self.months[0] and self.months[-1] <= wider.months[-1]
        )
        if apart or _differ(self.instalment, wider.instalment) or _differ(self.kind, wider.kind):
            return None
        return Part(self.months or wider.months, self.instalment or wider.instalment, self.kind or wider.kind)

    def __bool__(self) -> bool:
        return bool(self.months or self.instalment or self.kind)


# What names no part: it is the whole term's money, or nobody says.
NO_PART = Part()


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _month_in(period: Period, month: str) -> str | None:
    year, number = month[:-3] or None, int(month[-2:])
    first = period.start
    of_year = first.year if number >= first.month else first.year + 1
    said = f"{of_year}-{number:02d}"
    return said if said <= f"{period.end:%Y-%m}" and year in {None, str(of_year)} else None


def part_text(code: str, translate: Translate) -> str:
    """A part as a reader calls it: 2021年9月, 第1批, 补发, 补差."""
    return ", ".join(_component_text(component, translate) for component in code.split("+"))


def _component_text(component: str, translate: Translate) -> str:
    if component == "back-payment":
        return translate(N_("back payment"))
    if component == "top-up":
        return translate(N_("top-up"))
    if component.startswith("instalment-"):
        return translate(N_("instalment {number}")).format(number=component.removeprefix("instalment-"))
    months = [translate(N_("{year}-{month}")).format(year=one[:4], month=int(one[5:])) for one in component.split("/")]
    return " – ".join(months)


def person_times(payments: Iterable[tuple[Hashable, str | None]]) -> int:
    """How many person-times payments are, each given by its claim and its part.

    The parts of a claim count once; what was recorded twice for the same part counts as often.
    """
    times: dict[Hashable, int] = {}
    for (claim, _), count in Counter(payments).items():
        times[claim] = max(times.get(claim, 0), count)
    return sum(times.values())
