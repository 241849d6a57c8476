"""The entries behind a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from sqlalchemy import ColumnElement, Connection, select, true

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import SOURCES
from aidledger.domain.part import person_times
from aidledger.domain.term import Period
from aidledger.errors import UnknownFigureValue
from aidledger.reports.arrivals import arrivals
from aidledger.reports.cuts import COLUMNS, PAYMENTS, Count, asks_a_bank, has_arrived, is_paid, periods_within
from aidledger.reports.figures import KEYS, figure_text, parse_figure
from aidledger.reports.sources import ALL_SOURCES, allotted, shares, split
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.lookups import EntryRecord, entries_where
from aidledger.store.postings.totals import LedgerFigures

_SPAN = ("from", "to")
# Fixed words: valid even if nothing was paid under them.
_WORDS: Mapping[str, Sequence[str | None]] = {
    "source": (None, ALL_SOURCES, *SOURCES),
    "kind": ("aid", "loan"),
    "payment": PAYMENTS,
    "count": get_args(Count),
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
    of = dict(parse_figure(text))
    if of.get("program"):
        of["program"] = catalogue.program(str(of["program"])).code
    for key in (*_SPAN, "period"):
        if of.get(key):
            of[key] = Period.typed(str(of[key])).code
    first, last = (Period.parse(str(of[key])) if of.get(key) else None for key in _SPAN)
    periods = [code for code in periods_within(books, first, last) if of.get("period") in {None, code}]
    conditions = [in_force(Entry), Entry.c.period.in_(periods)]
    for key, value in of.items():
        if key not in _SPAN:
            conditions.append(_known(books, key, value, periods))
    entries = entries_where(books, conditions)
    if of.get("count") == "paid":
        entries = _as_arrived(books, entries, periods)
    parts = _parts(books, conditions)
    times = person_times(((one.program, one.period, one.person), parts.get(one.entry)) for one in entries)
    figures = LedgerFigures(times, len({entry.person for entry in entries}), sum(entry.amount_fen for entry in entries))
    source = of.get("source")
    share = _share(books, entries, source) if source in SOURCES else None
    return Explained(figure_text(of), entries, figures, source if share is not None else None, share)


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


def _known(books: Connection, key: str, value: str | None, periods: Sequence[str]) -> ColumnElement[bool]:
    """The condition for a key and value, which must occur in the ledger."""
    condition = _condition(books, key, value, periods)
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


def _condition(books: Connection, key: str, value: str | None, periods: Sequence[str]) -> ColumnElement[bool]:
    if key == "source":
        if value is None:
            return ~allotted(Entry)
        return allotted(Entry, None if value == ALL_SOURCES else value)
    if key == "count":
        return has_arrived(books, periods) if value == "paid" else true()
    if key == "payment":
        return is_paid(books, periods, str(value))
    return COLUMNS[key].is_(None) if value is None else true() & (COLUMNS[key] == value)


def _share(books: Connection, entries: Sequence[EntryRecord], source: str) -> int:
    """What a source paid of the entries, in 分; split by program and period, as in the summary."""
    known: Mapping[tuple[str, str], Mapping[str, int]] = shares(books)
    amounts: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        amounts[entry.program, entry.period] += entry.amount_fen
    return sum(split(amount, known[of]).get(source, 0) for of, amount in amounts.items())
