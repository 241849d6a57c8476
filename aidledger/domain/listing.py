"""Lists other than rosters: of pupils, of families, of money, of staff; they pay nobody.

Like the lines of a roster they are columns of equal length, and their rows have the fate STUDENT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from aidledger.domain.lines import Lines
from aidledger.domain.term import Period
from aidledger.i18n import N_

ListKind = Literal[
    "roster",
    "certification",
    "register",
    "bank-return",
    "allotment",
    "recovery",
    "population",
    "school-amounts",
    "fee-receipt",
    "staff",
    "death",
    "national-export",
    "quota",
]
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
# Changes of an enrolment (学籍变动情况) in a register.
CHANGES = (
    "entered",
    "transferred-in",
    "resumed",
    "suspended",
    "left",
    "transferred",
    "graduated",
    "deceased",
)
OTHER_CHANGE = "other-change"
# What a list of a hardship population says of its households: 享受政策, 不享受政策, 风险未消除, 风险已消除.
POPULATION_STATUSES = ("entitled", "not-entitled", "at-risk", "risk-removed")
# What a fee receipt is for.
FEE_ITEMS = ("tuition", "care", "lodging", "other-fee")
# Outcomes of a payment: made; not made; made and then returned (退票).
OUTCOMES = ("paid", "failed", "returned")
# Sources of an allotment; TOTAL where a list does not break it down.
SOURCES = ("central", "provincial", "city", "county")
TOTAL = "total"


@dataclass(slots=True)
class Certifications:
    """By line, the hardship level, the categories, gravest first, and the date (or month) of the certification."""

    levels: list[str | None]
    categories: list[tuple[str, ...]]
    certified_on: list[str | None]


@dataclass(slots=True)
class Enrolments:
    """By line, the status, the list's own wording of it, and the date (or month) of leaving.

    ``changes``: the change of enrolment that the list states, one of CHANGES or OTHER_CHANGE; ``changed_on``: its date.
    """

    statuses: list[str]
    stated: list[str | None]
    left_on: list[str | None]
    changes: list[str | None]
    changed_on: list[str | None]


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


@dataclass(slots=True)
class Populations:
    """By line of a hardship population, what the list says of a member of a household (one line per person kept).

    ``sources``: which list it is (category, 农村 or 城镇, status, township), which the next one of the same source
    replaces. ``days``: the day of the list. ``households``: the row where the household begins.
    """

    sources: list[str]
    categories: list[str]
    statuses: list[str | None]
    days: list[str]
    households: list[int]
    relations: list[str | None]


@dataclass(slots=True)
class SchoolSums:
    """Persons by school, program and period, with their amount (分) or, of places (名额), perhaps without.

    ``schools``: None for the whole district. ``of_places``: whether it says how many may be aided, not how many were.
    """

    of_places: bool = False
    rows: list[int] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    schools: list[str | None] = field(default_factory=list)
    persons: list[int] = field(default_factory=list)
    amounts_fen: list[int | None] = field(default_factory=list)
    documents: list[str | None] = field(default_factory=list)
    issued_on: list[str | None] = field(default_factory=list)


@dataclass(slots=True)
class FeeReceipts:
    """By line, a fee that a school collected (分) and refunded: what for (FEE_ITEMS), when, the receipt's number."""

    items: list[str | None]
    amounts_fen: list[int | None]
    received_on: list[str | None]
    receipts: list[str | None]
    refunded_fen: list[int | None]
    refunded_on: list[str | None]


@dataclass(slots=True)
class StaffCards:
    """By line of a list of staff, the masked name; the cards are in the lines. Nothing else of them is kept."""

    names: list[str]


@dataclass(slots=True)
class Deaths:
    """By line, the date (or month) of death."""

    died_on: list[str | None]


@dataclass(slots=True)
class NationalPayments:
    """By line of the national system's export, what it says was paid: amount (分), program, period, part."""

    amounts_fen: list[int | None]
    programs: list[str | None]
    periods: list[Period | None]
    parts: list[str | None]


Facts = (
    Certifications
    | Enrolments
    | Returns
    | Allotments
    | Recoveries
    | Populations
    | SchoolSums
    | FeeReceipts
    | StaffCards
    | Deaths
    | NationalPayments
)
_OF_PEOPLE = (Certifications, Enrolments, Recoveries, Populations, FeeReceipts, Deaths, NationalPayments)
_OF_MONEY = (Allotments, Returns, Recoveries, SchoolSums, FeeReceipts, NationalPayments)


@dataclass(slots=True)
class ListTable:
    """One table of such a list. ``period``: the school year of a certification, the semester of a register.

    Allotments and sums by school name no people, so only the ``rows`` of their ``lines`` are filled.
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
        """Whether it identifies people by document.

        A bank return may hold only cards and names, staff are no beneficiaries, sums of money name nobody.
        """
        return isinstance(self.facts, _OF_PEOPLE)

    @property
    def records(self) -> int:
        """Number of facts stated."""
        return len(self.facts.rows) if isinstance(self.facts, Allotments | SchoolSums) else len(self.lines)

    @property
    def amount_fen(self) -> int | None:
        """The total amount in 分; None for lists without amounts."""
        if not isinstance(self.facts, _OF_MONEY):
            return None
        return sum(amount or 0 for amount in self.facts.amounts_fen)
