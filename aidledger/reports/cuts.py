"""By what figures may be cut: each cut as a column of the ledger, and its values in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Integer, Select, Text, case, cast, func, select

from aidledger.domain.listing import SOURCES
from aidledger.domain.program import Level, Program
from aidledger.domain.term import Period, within
from aidledger.reports.sources import ALL_SOURCES, allotted
from aidledger.store import totals
from aidledger.store.entries import in_force
from aidledger.store.payments import answered
from aidledger.store.tables import Entry, ProgramRow, School

Dimension = Literal[
    "program",
    "school",
    "period",
    "calendar-year",
    "school-year",
    "term",
    "stage",
    "level",
    "tier",
    "grade",
    "category",
    "source",
    "payment",
]
DIMENSIONS: Sequence[Dimension] = get_args(Dimension)
Count = Literal["posted", "paid"]
# Whether the money arrived: set off against fees, lent by the bank, paid, sent back, or not spoken of by the bank.
PAYMENTS = ("set-off", "lent", "paid", "sent-back", "no-answer")
TERMS = ("spring", "autumn", "year")
_SOURCE_ORDER = (ALL_SOURCES, *SOURCES)
# The year of a period's code: of 2021, of 2021-autumn, of 2022-spring.
_year = func.substr(Entry.c.period, 1, 4)
_in_spring = Entry.c.period.like("%-spring")
COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "program": ProgramRow.c.code,
    "school": School.c.name,
    "period": Entry.c.period,
    "calendar-year": _year,
    "school-year": case((_in_spring, cast(cast(_year, Integer) - 1, Text)), else_=_year),
    "term": case((_in_spring, "spring"), (Entry.c.period.like("%-autumn"), "autumn"), else_="year"),
    "stage": ProgramRow.c.stage,
    "level": Entry.c.level,
    "tier": Entry.c.tier,
    "grade": Entry.c.grade,
    "category": Entry.c.category,
    # No entry says which source paid it: several pay together wherever money was allotted.
    "source": case((allotted(Entry), ALL_SOURCES), else_=None),
    "payment": case(
        (ProgramRow.c.nature == "waiver", "set-off"),
        (ProgramRow.c.nature == "loan", "lent"),
        (answered("paid"), "paid"),
        (answered("failed"), "sent-back"),
        else_="no-answer",
    ),
    "kind": case((ProgramRow.c.nature == "loan", "loan"), else_="aid"),
}


def has_arrived() -> ColumnElement[bool]:
    """Whether nothing more is to be done for an entry's money: what a bank sent back, or is silent of, is not there."""
    return COLUMNS["payment"].in_(PAYMENTS[:3])


def entries_cut(periods: Iterable[str], *cuts: str, count: Count = "posted") -> Select[Any]:
    """The entries in force of some periods: the values of the cuts, the beneficiary, the amount.

    ``count`` paid: only those whose money has arrived. A query over this one counts by the cuts' names, so that no
    database compares expressions with parameters. Programs are named because the index begins with them.
    """
    query = (
        select(*(COLUMNS[name].label(name) for name in cuts), Entry.c.beneficiary_id, Entry.c.amount_fen)
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry), Entry.c.program_id.in_(select(ProgramRow.c.id)), Entry.c.period.in_(list(periods)))
    )
    return query if count == "posted" else query.where(has_arrived())


def periods_within(books: Connection, first: Period | None, last: Period | None) -> list[str]:
    """The periods of the ledger's entries that begin in a span, in their order."""
    periods = sorted((Period.parse(code) for code in totals.periods(books)), key=lambda period: period.sort_key)
    return [period.code for period in periods if within(period, first, last)]


def rank(name: str, value: str | None, programs: Mapping[str, Program]) -> tuple[object, ...]:
    """Where a value of a cut stands among the others; what was not stated comes last."""
    if value is None:
        return (2, "")
    if name == "program":
        return (0, programs[value].order, value)
    if name == "stage":
        return (0, min(program.order for program in programs.values() if program.stage == value))
    if name == "period":
        return (0, *Period.parse(value).sort_key)
    orders: Mapping[str, Sequence[str]] = {
        "term": TERMS,
        "level": get_args(Level),
        "source": _SOURCE_ORDER,
        "payment": PAYMENTS,
    }
    if value in orders.get(name, ()):
        return (0, orders[name].index(value))
    return (1, value)
