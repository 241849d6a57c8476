"""The cuts of figures: each as a column of the ledger, and the order of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    case,
    cast,
    false,
    func,
    literal,
    select,
    true,
    union_all,
)

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.hardship import CATEGORIES, category_name
from aidledger.domain.listing import SOURCES
from aidledger.domain.part import Part
from aidledger.domain.program import Level, Program
from aidledger.domain.term import Period, within
from aidledger.reports.arrivals import arrivals
from aidledger.reports.sources import ALL_SOURCES, allotted
from aidledger.store.model.tables import BatchTotal, Entry, ProgramRow, School
from aidledger.store.postings import totals
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.person_times import CLAIM

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
    "part",
]
DIMENSIONS: Sequence[Dimension] = get_args(Dimension)
Count = Literal["posted", "paid"]
# Whether the money arrived: set off against fees, lent by the bank, paid, returned, or not answered by the bank.
PAYMENTS = ("set-off", "lent", "paid", "sent-back", "no-answer")
# What no bank is ordered to pay, by a program's nature.
_NO_BANK = {"waiver": "set-off", "loan": "lent"}
TERMS = ("spring", "autumn", "year")
_SOURCE_ORDER = (ALL_SOURCES, *SOURCES)
# Categories by name: wordings longer than any name that templates offer, or beyond so many, are named as stated.
_CATEGORY_LENGTH_MAX = max(len(name) for names in CATEGORIES.values() for name in names.values())
_WORDINGS_MAX = 2_000


def _of_claims(claims: FromClause) -> dict[str, ColumnElement[Any]]:
    """The cuts that follow from a claim's program and period; joined with the table of programs."""
    year = func.substr(claims.c.period, 1, 4)  # of 2021, of 2021-autumn, of 2022-spring
    in_spring = claims.c.period.like("%-spring")
    return {
        "program": ProgramRow.c.code,
        "period": claims.c.period,
        "calendar-year": year,
        "school-year": case((in_spring, cast(cast(year, Integer) - 1, Text)), else_=year),
        "term": case((in_spring, "spring"), (claims.c.period.like("%-autumn"), "autumn"), else_="year"),
        "stage": ProgramRow.c.stage,
        # An entry has no single source: several pay together wherever money was allotted.
        "source": case((allotted(claims), ALL_SOURCES), else_=None),
        "kind": case((ProgramRow.c.nature == "loan", "loan"), else_="aid"),
    }


COLUMNS: Mapping[str, ColumnElement[Any]] = {
    **_of_claims(Entry),
    "school": School.c.name,
    "level": Entry.c.level,
    "tier": Entry.c.tier,
    "grade": Entry.c.grade,
    "category": Entry.c.category,
    "part": Entry.c.part,
}
_COLUMNS_OF_TOTALS = _of_claims(BatchTotal)


def follow_from_claims(cuts: Sequence[str]) -> bool:
    """Whether the values of all cuts follow from program and period."""
    return _COLUMNS_OF_TOTALS.keys() >= set(cuts)


def values_of_claims(books: Connection, *cuts: str) -> dict[totals.Pair, tuple[Any, ...]]:
    """The values of cuts that follow from program (id) and period, for those of the ledger's entries."""
    values = (_COLUMNS_OF_TOTALS[name].label(f"cut_{name}") for name in cuts)
    pair = (BatchTotal.c.program_id, BatchTotal.c.period)
    query = select(*pair, *values).join(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id).distinct()
    return {(program, period): tuple(found) for program, period, *found in books.execute(query)}


def synonyms(books: Connection, catalogue: Catalogue) -> dict[str, str]:
    """The names of categories that rosters state in other words, by the wording; the rest are named as stated."""
    words = catalogue.layout.values["category"]
    # Longer texts are sentences, of which each is its own.
    stated = select(Entry.c.category).where(func.length(Entry.c.category) <= _CATEGORY_LENGTH_MAX).distinct()
    wordings = sorted(books.execute(stated.order_by(Entry.c.category).limit(_WORDINGS_MAX)).scalars())
    return {wording: name for wording in wordings if (name := category_name(wording, words)) != wording}


def asks_a_bank() -> ColumnElement[bool]:
    """Whether a bank is ordered to pay a program's money."""
    return ProgramRow.c.nature.not_in(sorted(_NO_BANK))


def is_paid(arrival: FromClause, state: str) -> ColumnElement[bool]:
    """Whether an entry in force has one of PAYMENTS; ``arrival``: the arrivals of its period."""
    natures = {said: nature for nature, said in _NO_BANK.items()}
    if state in natures:
        return ProgramRow.c.nature == natures[state]
    if state == "no-answer":
        return asks_a_bank() & Entry.c.id.not_in(select(arrival.c.entry_id).where(arrival.c.state != state))
    return asks_a_bank() & Entry.c.id.in_(select(arrival.c.entry_id).where(arrival.c.state == state))


def has_arrived(arrival: FromClause) -> ColumnElement[bool]:
    """Whether anything of an entry has arrived: was paid, set off or lent; ``arrival``: as for ``is_paid``."""
    return ~asks_a_bank() | Entry.c.id.in_(select(arrival.c.entry_id).where(arrival.c.share_fen > 0))


def entries_cut(
    books: Connection,
    periods: Sequence[str],
    *cuts: str,
    count: Count = "posted",
    catalogue: Catalogue | None = None,
) -> FromClause:
    """The entries in force of some periods: the values of the cuts, the claim, the part, the amount.

    With a ``catalogue``, synonyms of a category are one. ``count`` paid: only entries of which something has arrived,
    with that amount. Group by the cuts' names in a query over this one, so that no database has to compare expressions
    with parameters.
    """
    columns = _columns(books, catalogue, cuts)
    if count == "posted" and "payment" not in cuts:
        return _cut(_entered(periods), columns).subquery()
    arrival = arrivals(books, periods)
    no_bank = case(_NO_BANK, value=ProgramRow.c.nature)
    # Arrivals of no period are not told from those of every period.
    with_arrival = Entry.join(arrival, (arrival.c.entry_id == Entry.c.id) & (true() if periods else false()))
    queries = [
        _cut(_entered(periods).where(~asks_a_bank()), columns, no_bank),
        # Not restricted by program and period, so that an engine starts from these few rows.
        _cut(_described(with_arrival).where(asks_a_bank()), columns, arrival.c.state, arrival.c.share_fen),
    ]
    if count == "paid":
        queries[1] = queries[1].where(arrival.c.share_fen > 0)
    else:
        queries[1] = _cut(_described(with_arrival).where(asks_a_bank()), columns, arrival.c.state)
        unanswered = Entry.c.id.not_in(select(arrival.c.entry_id))
        queries.append(_cut(_entered(periods).where(asks_a_bank(), unanswered), columns, literal("no-answer")))
    return union_all(*queries).subquery()


def _entered(periods: Sequence[str]) -> Select[Any]:
    """The entries in force of some periods. Programs are named because they come first in the index."""
    programs = Entry.c.program_id.in_(select(ProgramRow.c.id))
    return _described(Entry).where(in_force(Entry), programs, Entry.c.period.in_(list(periods)))


def _described(entries: Any) -> Select[Any]:  # noqa: ANN401 - a table or a join
    source = entries.join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
    return select().select_from(source.outerjoin(School, School.c.id == Entry.c.school_id))


def _columns(
    books: Connection, catalogue: Catalogue | None, cuts: Sequence[str]
) -> dict[str, ColumnElement[Any] | None]:
    """The columns of cuts; that of payment, which depends on what arrived, is open."""
    columns = {name: None if name == "payment" else COLUMNS[name] for name in cuts}
    if catalogue is not None and "category" in cuts and (names := synonyms(books, catalogue)):
        columns["category"] = case(names, value=Entry.c.category, else_=Entry.c.category)
    return columns


def _cut(
    entries: Select[Any],
    cuts: Mapping[str, ColumnElement[Any] | None],
    payment: ColumnElement[Any] | None = None,
    amount_fen: ColumnElement[Any] = Entry.c.amount_fen,
) -> Select[Any]:
    """Entries with the values of cuts, their claim, part and amount."""
    columns = {name: payment if name == "payment" else column for name, column in cuts.items()}
    columns |= {name: Entry.c[name] for name in (*CLAIM, "part")} | {"amount_fen": amount_fen}
    return entries.with_only_columns(
        *(column.label(name) for name, column in columns.items() if column is not None), maintain_column_froms=True
    )


def periods_within(books: Connection, first: Period | None, last: Period | None) -> list[str]:
    """The periods of the ledger's entries that begin in a span, in their order."""
    periods = sorted((Period.parse(code) for code in totals.periods(books)), key=lambda period: period.sort_key)
    return [period.code for period in periods if within(period, first, last)]


def rank(name: str, value: str | None, programs: Mapping[str, Program]) -> tuple[object, ...]:
    """The sort key of a cut's value; an unstated value comes last."""
    if value is None:
        return (2, "")
    if name == "program":
        return (0, programs[value].order, value)
    if name == "stage":
        return (0, min(program.order for program in programs.values() if program.stage == value))
    if name in {"period", "part"}:
        return (0, *(_part_rank(value) if name == "part" else Period.parse(value).sort_key))
    orders: Mapping[str, Sequence[str]] = {
        "term": TERMS,
        "level": get_args(Level),
        "source": _SOURCE_ORDER,
        "payment": PAYMENTS,
    }
    if value in orders.get(name, ()):
        return (0, orders[name].index(value))
    return (1, value)


def _part_rank(code: str) -> tuple[object, ...]:
    """Months first, in order, then instalments, then back payments and top-ups."""
    part = Part.parse(code)
    return (not part.months, part.months, part.kind or "", part.instalment or 0)
