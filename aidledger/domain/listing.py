"""Lists that pay nobody: who is certified, who is enrolled, what the bank did, what was allotted.

Like a roster's lines they are columns of equal length; a list's rows count as student rows among a file's fates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from aidledger.domain.lines import Lines
from aidledger.domain.term import Period
from aidledger.i18n import N_

ListKind = Literal["roster", "certification", "register", "bank-return", "allotment", "recovery"]
LIST_KINDS: tuple[ListKind, ...] = get_args(ListKind)
# Levels and categories of hardship (教财〔2018〕16号); a pupil may have several categories, the weightiest first.
HARDSHIP_LEVELS = ("special", "difficult", "general")
HARDSHIP_CATEGORIES = (
    N_("poverty-household"),
    N_("monitored"),
    N_("low-income"),
    N_("destitute"),
    N_("orphan"),
    N_("disabled"),
    N_("martyr"),
    N_("poverty-household-unaided"),
    N_("risk-removed"),
    N_("near-low-income"),
    N_("disabled-family"),
    N_("farm-household"),
    N_("other-hardship"),
)
STATUSES = (
    N_("enrolled"),
    N_("suspended"),
    N_("left"),
    N_("transferred"),
    N_("graduated"),
    N_("deceased"),
)
# What a bank says of a payment: made; not made; made, and then sent back (退票).
OUTCOMES = ("paid", "failed", "returned")
# Who an allotment comes from; ``total`` where a list does not say.
SOURCES = ("central", "provincial", "city", "county")
TOTAL = "total"


@dataclass(slots=True)
class Certifications:
    """Of each line the level of hardship, and the categories, the weightiest first."""

    levels: list[str | None]
    categories: list[tuple[str, ...]]


@dataclass(slots=True)
class Enrolments:
    """Of each line the status, its own wording, and the day (or month) of leaving."""

    statuses: list[str]
    stated: list[str | None]
    left_on: list[str | None]


@dataclass(slots=True)
class Returns:
    """Of each line what the bank was to pay (分), whether it did, why not, when, and its serial number.

    ``program`` and ``part`` are those that the list names, None where it names none.
    """

    amounts_fen: list[int | None]
    outcomes: list[str | None]
    reasons: list[str | None]
    paid_on: list[str | None]
    serials: list[str | None]
    program: str | None = None
    part: str | None = None


@dataclass(slots=True)
class Allotments:
    """Amounts in 分 by document, program, period and source; a line that names several sources makes several."""

    rows: list[int] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    issued_on: list[str | None] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    amounts_fen: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Recoveries:
    """Of each line what came back (分), of which program and period, when, by which document, and why."""

    amounts_fen: list[int | None]
    programs: list[str | None]
    periods: list[Period | None]
    recovered_on: list[str | None]
    documents: list[str | None]
    reasons: list[str | None]


Facts = Certifications | Enrolments | Returns | Allotments | Recoveries


@dataclass(slots=True)
class Listing:
    """One sheet of such a list. ``period``: the school year of a certification, the semester of a register.

    An allotment has no people: of its ``lines`` only the rows are filled.
    """

    kind: ListKind
    sheet: str
    header_row: int
    school: str | None
    period: Period | None
    columns: Mapping[str, str | None]
    lines: Lines
    facts: Facts

    @property
    def of_people(self) -> bool:
        """Whether it says who somebody is. A bank knows cards and names only, an allotment nobody."""
        return isinstance(self.facts, Certifications | Enrolments | Recoveries)

    @property
    def records(self) -> int:
        """How many facts it states."""
        return len(self.facts.rows) if isinstance(self.facts, Allotments) else len(self.lines)

    @property
    def amount_fen(self) -> int | None:
        """The money it speaks of, in 分; None for lists of people."""
        if isinstance(self.facts, Allotments | Returns | Recoveries):
            return sum(amount or 0 for amount in self.facts.amounts_fen)
        return None
