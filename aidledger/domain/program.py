"""Aid programs and their dated standards: the amounts allowed per person-time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from aidledger.domain.term import Period

# ``any``: a program for pupils of several stages, which says nothing about where they study.
Stage = Literal["preschool", "compulsory", "high-school", "vocational", "college", "any"]
Nature = Literal["waiver", "subsidy", "grant", "loan"]
Unit = Literal["person-times", "persons"]
Cadence = Literal["semester", "year"]
Level = Literal["preschool", "primary", "junior", "senior", "vocational", "undergraduate", "graduate"]
Boarding = Literal["boarder", "day"]
Basis = Literal["norm", "school-fee", "cap", "daily"]
# What of a standard is believed but was not found in a public source.
Believed = Literal["document", "amounts"]


@dataclass(frozen=True, slots=True)
class Rate:
    """An amount or range of amounts in 分 per person and period, and the pupils it applies to.

    ``basis`` ``school-fee``: the school's approved fee, which must lie in the range unless the office lists it;
    ``cap``: anything up to the upper bound; ``daily``: whole days at the lower bound, up to the upper one.
    ``categories``: the hardship categories of which a pupil needs one; empty: no condition.
    """

    low_fen: int
    high_fen: int
    basis: Basis = "norm"
    level: Level | None = None
    boarding: Boarding | None = None
    label: str | None = None
    categories: tuple[str, ...] = ()

    def meant_for(self, level: str | None, boarding: str | None) -> bool:
        """Whether the rate may apply to a pupil; an unknown level or boarding rules nothing out."""
        return (self.level is None or level is None or self.level == level) and (
            self.boarding is None or boarding is None or self.boarding == boarding
        )

    def allows(self, amount_fen: int) -> bool:
        """Whether the rate allows an amount (分): one in its range, of a daily rate one for whole days."""
        whole = self.basis != "daily" or amount_fen % self.low_fen == 0
        return whole and self.low_fen <= amount_fen <= self.high_fen

    def nearest(self, amount_fen: int) -> int:
        """The allowed amount (分) nearest to an amount."""
        near = min(max(amount_fen, self.low_fen), self.high_fen)
        if self.basis != "daily":
            return near
        return (near + self.low_fen // 2) // self.low_fen * self.low_fen


@dataclass(frozen=True, slots=True)
class Standard:
    """The rates in force from ``start`` until the next standard; ``start`` None: from the beginning.

    ``grades``: the years of the stage in which it is paid, counted from 1; empty: all of them. ``fee_where_lower``: a
    school's listed fee is paid in place of a higher norm, and never more than the norm. ``believed``: what of it was
    not found in a public source.
    """

    start: Period | None
    rates: tuple[Rate, ...]
    reference: str | None
    average_fen: int | None = None
    grades: tuple[int, ...] = ()
    note: str | None = None
    fee_where_lower: bool = False
    believed: tuple[Believed, ...] = ()

    @property
    def document(self) -> str | None:
        """The document that a finding may cite: None where none was found, or only believed."""
        return None if "document" in self.believed else self.reference

    def begins(self) -> date:
        """The first day of its first period."""
        return self.start.start if self.start else date.min

    def rates_for(self, level: str | None, boarding: str | None) -> tuple[Rate, ...]:
        """The rates that may apply to a pupil; all rates where none does."""
        return tuple(rate for rate in self.rates if rate.meant_for(level, boarding)) or self.rates


@dataclass(frozen=True, slots=True)
class Fee:
    """A school's own approved fee in 分 per period, in force from ``start``: the standard of that school."""

    school: str
    start: Period | None
    amount_fen: int
    reference: str | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for paying a period: the first ``month``-``day`` on or after the start of the period.

    ``term``: the periods it applies to, a half or ``year``; ``start`` None: from the beginning.
    """

    start: Period | None
    term: str
    month: int
    day: int
    reference: str | None

    def of(self, period: Period) -> date:
        """The last day for paying a period."""
        this_year = date(period.start.year, self.month, self.day)
        return this_year if this_year >= period.start else this_year.replace(year=this_year.year + 1)


@dataclass(frozen=True, slots=True)
class Ending:
    """The last period for which a program is paid: to courses of ``years`` years, in ``grade`` (a year of the stage).

    Neither: to anybody.
    """

    last: Period
    years: int | None = None
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """An age that a pupil must have reached by a day of the year in which the school year begins."""

    age: int
    month: int
    day: int

    def latest_birth(self, period: Period) -> date:
        """The last birth date of those who are old enough for a period."""
        return date(period.school_year - self.age, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Majors:
    """Words of majors that a program leaves out (``never``), and of those among them that it does not (``but``)."""

    never: tuple[str, ...]
    but: tuple[str, ...] = ()

    def leave_out(self, major: str) -> bool:
        """Whether a major, as a list states it, is left out."""
        return any(word in major for word in self.never) and not any(word in major for word in self.but)


@dataclass(frozen=True, slots=True)
class Share:
    """The least percent of a program's money that comes from each of some sources; ``start`` None: always."""

    start: Period | None
    percents: tuple[tuple[str, int], ...]
    reference: str | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """An integer range with inclusive ends, either of which may be open."""

    low: int | None = None
    high: int | None = None

    def __contains__(self, value: int) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.low == self.high:
            return str(self.low)
        low = "" if self.low is None else self.low
        high = "" if self.high is None else self.high
        return f"{low}-{high}"


@dataclass(frozen=True, slots=True)
class Words:
    """The words by which titles and headers name a program.

    A title names it if it contains a word of every group in ``title`` and none of ``never``. A word of ``column`` in
    the header of a money column names it unless the title says otherwise. ``over``: the programs that a title that
    names this one does not mean, though it has their words, too.
    """

    title: tuple[tuple[str, ...], ...]
    column: tuple[str, ...]
    never: tuple[str, ...] = ()
    over: tuple[str, ...] = ()

    def named_in(self, title: str) -> bool:
        """Whether a folded title names the program."""
        if any(word in title for word in self.never):
            return False
        return all(any(word in title for word in group) for group in self.title)


@dataclass(frozen=True, slots=True)
class Program:
    """One kind of aid.

    ``wording``: its phrase in the report's paragraph; ``continues``: the phrase follows that of the preceding program
    of the same stage after a comma. ``certified``: only for pupils whose hardship is certified for the school year.
    ``grades``: the names in rosters of the grades it is paid in. ``excludes``: codes of programs that nobody may
    receive in the same period. ``standards``: empty where the office sets the amounts. ``believed``: the document is
    believed, not found. ``in_force``: whether the office runs it; some only once it switches them on. ``by_school``:
    a count and an amount per school, no list of pupils. ``for_recipients_of``: the program for whose recipients it is,
    in equal numbers. ``turned``: how old a pupil must be. ``public_fee``: a private school is paid the fee of public
    ones, at most. ``majors``: those left out. ``shares``: of sources, as the office states them.
    """

    code: str
    order: int
    names: Mapping[str, str]
    stage: Stage
    nature: Nature
    unit: Unit
    cadence: Cadence
    words: Words
    wording: str
    reference: str | None
    standards: tuple[Standard, ...]
    continues: bool = False
    fees: tuple[Fee, ...] = ()
    entry_years: Bounds | None = None
    ages: Bounds | None = None
    grades: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    certified: bool = False
    deadlines: tuple[Deadline, ...] = ()
    note: str | None = None
    believed: bool = False
    in_force: bool = True
    by_school: bool = False
    for_recipients_of: str | None = None
    ends: tuple[Ending, ...] = ()
    turned: Turned | None = None
    public_fee: bool = False
    majors: Majors | None = None
    shares: tuple[Share, ...] = ()

    def name(self, language: str) -> str:
        """The name in a language, ``en`` or ``zh``."""
        return self.names[language]

    @property
    def repaid(self) -> bool:
        """Whether it is a loan, which is never added to aid without a label."""
        return self.nature == "loan"

    @property
    def document(self) -> str | None:
        """The document that a finding may cite: None where none was found, or only believed."""
        return None if self.believed else self.reference

    def ended(self, period: Period) -> Ending | None:
        """The ending after which nobody is paid any more, if a period begins after it."""
        whole = [ending for ending in self.ends if ending.grade is None]
        last = max(whole, key=lambda ending: ending.last.start, default=None)
        return last if last is not None and last.last.start < period.start else None

    def grades_paid(self, period: Period, last: int) -> tuple[int, ...]:
        """The years of the stage in which it is paid for a period, of a stage of ``last`` years."""
        standard = self.standard_for(period)
        years = (standard.grades if standard else ()) or range(1, last + 1)
        over = {ending.grade for ending in self.ends if ending.last.start < period.start}
        return tuple(year for year in years if year not in over)

    def share_for(self, period: Period) -> Share | None:
        """The shares of sources in force for a period, where the office states them."""
        begun = (share for share in self.shares if share.start is None or share.start.start <= period.start)
        return max(begun, key=lambda share: share.start.start if share.start else date.min, default=None)

    def takes(self, period: Period) -> bool:
        """Whether it is paid for periods of this kind (semester or year)."""
        return period.semester == (self.cadence == "semester")

    def standard_for(self, period: Period) -> Standard | None:
        """The standard in force for a period; None before the first one."""
        found = None
        for standard in self.standards:
            if standard.begins() <= period.start:
                found = standard
        return found

    def deadline_for(self, period: Period) -> Deadline | None:
        """The deadline in force for a period, where the catalogue has one."""
        found = None
        for deadline in self.deadlines:
            begun = deadline.start is None or deadline.start.start <= period.start
            if begun and deadline.term == (period.half or "year"):
                found = deadline
        return found

    def fee_of(self, school: str | None, period: Period) -> Fee | None:
        """The school's own fee in force for a period, where the office lists it."""
        found = None
        for fee in self.fees:
            if fee.school == school and (fee.start is None or fee.start.start <= period.start):
                found = fee
        return found

    def rates(
        self, period: Period, level: str | None = None, boarding: str | None = None, school: str | None = None
    ) -> tuple[Rate, ...]:
        """The rates that may apply to a pupil for a period; empty where no standard is known.

        A listed school fee replaces the range of every ``school-fee`` rate, and a higher norm where the standard says
        so.
        """
        standard = self.standard_for(period)
        if standard is None:
            return ()
        rates = standard.rates_for(level, boarding)
        fee = self.fee_of(school, period)
        if fee is None:
            return rates
        fen = fee.amount_fen
        if standard.fee_where_lower:
            fen = min(fen, max((rate.high_fen for rate in rates if rate.basis == "norm"), default=fen))
        fixed = (rate.basis == "school-fee" or standard.fee_where_lower for rate in rates)
        at_fee = (
            replace(rate, low_fen=fen, high_fen=fen, label=None) if is_fee else rate
            for rate, is_fee in zip(rates, fixed, strict=True)
        )
        return tuple(dict.fromkeys(at_fee))


def nearest_fen(rates: tuple[Rate, ...], amount_fen: int) -> int:
    """The amount (分) that any rate allows nearest to an amount; the amount itself where there is no rate."""
    return min(
        (rate.nearest(amount_fen) for rate in rates), key=lambda near: abs(near - amount_fen), default=amount_fen
    )


def meant(named: Sequence[Program]) -> list[Program]:
    """Of the programs whose words a title has, those that it means: none that another one is named over.

    A program that the office does not run is meant only where no other is.
    """
    over = {code for program in named for code in program.words.over}
    left = [program for program in named if program.code not in over]
    return [program for program in left if program.in_force] or left
