"""The entries behind a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

from sqlalchemy import CTE, ColumnElement, Connection, false, select, true

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import SOURCES
from aidledger.domain.part import nearer_count, person_times
from aidledger.domain.term import Period
from aidledger.errors import UnknownFigureValue
from aidledger.reports.arrivals import arrivals
from aidledger.reports.cuts import (
    COLUMNS,
    PAYMENTS,
    Count,
    asks_a_bank,
    has_arrived,
    is_paid,
    periods_within,
    synonyms,
)
from aidledger.reports.figures import KEYS, figure_text, parse_figure
from aidledger.reports.sources import ALL_SOURCES, allotted, shares, split
from aidledger.store.master.survivors import survivors
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.payables.claims import LinkedBeneficiaries
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.lookups import EntryRecord, entries_where
from aidledger.store.postings.rosters import declared_by, numbered, paid_by, rosters_paying
from aidledger.store.postings.totals import LedgerFigures

Arrival = Callable[[], CTE]
_SPAN = ("from", "to")
# The ledger's own numbers are short; an ID number is never taken for one.
_OWN_DIGITS_MAX = 14
# Fixed words: valid even if nothing was paid under them.
_WORDS: Mapping[str, Sequence[str | None]] = {
    "source": (None, ALL_SOURCES, *SOURCES),
    "kind": ("aid", "loan"),
    "payment": PAYMENTS,
    "count": get_args(Count),
    "declared": ("yes",),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A figure, the entries in force that it counts, and their totals.

    If only what was paid is counted, an entry's amount is what arrived of it. ``share_fen``: for a figure of one source
    of funds, the amount in 分 that the source paid of the entries.
    """

    figure: str
    entries: Sequence[EntryRecord]
    figures: LedgerFigures
    source: str | None = None
    share_fen: int | None = None


def explain(books: Connection, catalogue: Catalogue, text: str) -> Explained:
    """The entries behind a figure.

    Raises FigureNotUnderstood for an unknown key, UnknownProgram, UnknownPeriod, and UnknownFigureValue for a value
    that no entry has.
    """
    of = _in_codes(books, catalogue, dict(parse_figure(text)))
    first, last = (Period.parse(str(of[key])) if of.get(key) else None for key in _SPAN)
    periods = [code for code in periods_within(books, first, last) if of.get("period") in {None, code}]
    declared = _declared(books, of, periods)
    conditions = _conditions(books, of, periods, declared, _wordings(books, catalogue, of.get("category")))
    entries = entries_where(books, conditions)
    if of.get("count") == "paid":
        entries = _as_arrived(books, entries, periods)
    if declared is None:
        parts = _parts(books, conditions)
        times = person_times(((one.program, one.period, one.person), parts.get(one.entry)) for one in entries)
    else:
        times = _as_declared(books, declared, {entry.entry for entry in entries})
    figures = LedgerFigures(times, len({entry.person for entry in entries}), sum(entry.amount_fen for entry in entries))
    source = of.get("source")
    share = _share(books, entries, source) if source in SOURCES else None
    return Explained(figure_text(of), entries, figures, source if share is not None else None, share)


def _in_codes(books: Connection, catalogue: Catalogue, of: dict[str, str | None]) -> dict[str, str | None]:
    """A figure's values as the ledger writes them; raises UnknownProgram, UnknownPeriod."""
    if of.get("program"):
        of["program"] = catalogue.program(str(of["program"])).code
    for key in (*_SPAN, "period"):
        if of.get(key):
            of[key] = Period.typed(str(of[key])).code
    if of.get("school"):
        of["school"] = survivors(books).called(of["school"])
    return of


def _conditions(
    books: Connection,
    of: Mapping[str, str | None],
    periods: Sequence[str],
    declared: Mapping[int, int | None] | None,
    wordings: Sequence[str],
) -> list[ColumnElement[bool]]:
    """What the entries of a figure have in common; raises UnknownFigureValue. ``wordings``: of its category."""
    # One table of arrivals, by however many keys the figure asks for it.
    arrival = cache(lambda: arrivals(books, periods))
    # The school of rosters that state totals is that of their title, not of each row.
    asked_otherwise = set(_SPAN) if declared is None else {*_SPAN, "declared", "school"}
    conditions = [in_force(Entry), Entry.c.period.in_(periods)]
    conditions += [] if declared is None else [paid_by(declared)]
    of_entries = {key: value for key, value in of.items() if key not in asked_otherwise}
    conditions += [_known(books, key, value, arrival, wordings) for key, value in of_entries.items()]
    return conditions


def _declared(
    books: Connection, of: Mapping[str, str | None], periods: Sequence[str]
) -> Mapping[int, int | None] | None:
    """The rosters (ids) that a figure of stated totals is about, with the number each states; None for other figures.

    Raises UnknownFigureValue.
    """
    if "declared" not in of:
        return None
    if of["declared"] not in _WORDS["declared"] or "school" not in of:
        raise UnknownFigureValue(key="declared", value=of["declared"] or "", keys=", ".join(KEYS))
    return declared_by(books, periods, of.get("program"), of["school"])


def _as_declared(books: Connection, declared: Mapping[int, int | None], entries: Collection[int]) -> int:
    """The number of entries as the comparison with stated totals counts it: by roster, as the roster seems to count."""
    rosters: dict[int, list[tuple[object, str | None]]] = {}
    for row in rosters_paying(books, declared):
        if row.id in entries:
            claim = row.program_id, row.period, row.beneficiary_id
            rosters.setdefault(row.roster_id, []).append((claim, row.part))
    return sum(nearer_count(declared[roster], len(paid), person_times(paid)) for roster, paid in rosters.items())


def _parts(books: Connection, conditions: Sequence[ColumnElement[bool]]) -> Mapping[int, str]:
    """The parts of a term, by entry id, for entries that are one."""
    query = (
        select(Entry.c.id, Entry.c.part)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(Entry.c.part.is_not(None), *conditions)
    )
    return {row.id: row.part for row in books.execute(query)}


def _as_arrived(books: Connection, entries: Sequence[EntryRecord], periods: Sequence[str]) -> list[EntryRecord]:
    """Entries with what arrived of each; all of it where no bank is needed."""
    arrival = arrivals(books, periods)
    shares = {row.entry_id: row.share_fen for row in books.execute(select(arrival.c.entry_id, arrival.c.share_fen))}
    banked = set(books.execute(select(ProgramRow.c.code).where(asks_a_bank())).scalars())
    return [replace(one, amount_fen=int(shares.get(one.entry, 0))) if one.program in banked else one for one in entries]


def _wordings(books: Connection, catalogue: Catalogue, category: str | None) -> list[str]:
    """The wordings in rosters of a category, which is given by any of them."""
    if category is None:
        return []
    names = synonyms(books, catalogue)
    name = names.get(category, category)
    return [name, *(wording for wording, own in names.items() if own == name)]


def _known(
    books: Connection, key: str, value: str | None, arrival: Arrival, wordings: Sequence[str]
) -> ColumnElement[bool]:
    """The condition for a key and value, which must occur in the ledger."""
    stated = key == "category" and value is not None
    condition = Entry.c.category.in_(wordings) if stated else _condition(books, key, value, arrival)
    if key == "program" and value is not None:
        known = True  # in the catalogue, or it would have been refused
    elif key in _WORDS:
        known = value in _WORDS[key]
    else:
        having = (
            select(Entry.c.id)
            .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
            .outerjoin(School, School.c.id == Entry.c.school_id)
            .where(condition)
            .limit(1)
        )
        known = value is None or books.execute(having).first() is not None
    if not known:
        raise UnknownFigureValue(key=key, value=value or "", keys=", ".join(KEYS))
    return condition


def _condition(books: Connection, key: str, value: str | None, arrival: Arrival) -> ColumnElement[bool]:
    if key == "source":
        if value is None:
            return ~allotted(Entry)
        return allotted(Entry, None if value == ALL_SOURCES else value)
    if key == "count":
        return has_arrived(arrival()) if value == "paid" else true()
    if key == "payment":
        return is_paid(arrival(), str(value))
    if key in _NUMBERED:
        return _NUMBERED[key](books, value)
    return COLUMNS[key].is_(None) if value is None else true() & (COLUMNS[key] == value)


def _of_person(books: Connection, value: str | None) -> ColumnElement[bool]:
    """Whether an entry is of a person, under whichever ID number; nobody for what is no number of the ledger's own."""
    own = value or ""
    if not (own.isascii() and own.isdigit() and len(own) <= _OWN_DIGITS_MAX):
        return false()
    return Entry.c.beneficiary_id.in_(sorted(LinkedBeneficiaries(books).same(int(own))))


def _of_roster(books: Connection, value: str | None) -> ColumnElement[bool]:
    """Whether an entry stands in a roster, given as 3.1: the first of batch 3."""
    batch = (value or "").partition(".")[0]
    if not (batch.isascii() and batch.isdigit() and len(batch) <= _OWN_DIGITS_MAX):
        return false()
    found = [roster for roster, number in numbered(books, [int(batch)]).items() if number == value]
    return Entry.c.roster_id.in_(found)


# Keys whose values are numbers of the ledger's own.
_NUMBERED = {"person": _of_person, "roster": _of_roster}


def _share(books: Connection, entries: Sequence[EntryRecord], source: str) -> int:
    """What a source paid of the entries, in 分; split by program and period, as in the summary."""
    known: Mapping[tuple[str, str], Mapping[str, int]] = shares(books)
    amounts: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        amounts[entry.program, entry.period] += entry.amount_fen
    return sum(split(amount, known[of]).get(source, 0) for of, amount in amounts.items())
