"""Lists other than rosters: certifications, enrolments, bank returns, allotments, recoveries.

Like the lines of a roster they are columns of equal length, and their rows have the fate STUDENT.
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
# Hardship levels and categories (教财〔2018〕16号); a pupil may have several categories, gravest first.
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
# Outcomes of a payment: made; not made; made and then returned (退票).
OUTCOMES = ("paid", "failed", "returned")
# Sources of an allotment; TOTAL where a list does not break it down.
SOURCES = ("central", "provincial", "city", "county")
TOTAL = "total"


@dataclass(slots=True)
class Certifications:
    """By line, the hardship level and the categories, gravest first."""

    levels: list[str | None]
    categories: list[tuple[str, ...]]


@dataclass(slots=True)
class Enrolments:
    """By line, the status, the list's own wording of it, and the date (or month) of leaving."""

    statuses: list[str]
    stated: list[str | None]
    left_on: list[str | None]


@dataclass(slots=True)
class Returns:
    """By line of a bank return, the amount (分), the outcome, the reason, the date of payment and the serial number.

    ``program`` and ``part`` hold for the whole list; None where it names none.
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
    """Amounts (分) by document, program, period and source; one row of the list may hold several sources."""

    rows: list[int] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    issued_on: list[str | None] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    amounts_fen: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Recoveries:
    """By line, the amount recovered (分), its program and period, the date, the document and the reason."""

    amounts_fen: list[int | None]
    programs: list[str | None]
    periods: list[Period | None]
    recovered_on: list[str | None]
    documents: list[str | None]
    reasons: list[str | None]


Facts = Certifications | Enrolments | Returns | Allotments | Recoveries


@dataclass(slots=True)
class ListTable:
    """One table of such a list. ``period``: the school year of a certification, the semester of a register.

    Allotments name no people, so only the ``rows`` of their ``lines`` are filled.
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
        """Whether it identifies people. A bank return may hold only cards and names, an allotment names nobody."""
        return isinstance(self.facts, Certifications | Enrolments | Recoveries)

    @property
    def records(self) -> int:
        """Number of facts stated."""
        return len(self.facts.rows) if isinstance(self.facts, Allotments) else len(self.lines)

    @property
    def amount_fen(self) -> int | None:
        """The total amount in 分; None for lists without amounts."""
        if isinstance(self.facts, Allotments | Returns | Recoveries):
            return sum(amount or 0 for amount in self.facts.amounts_fen)
        return None
