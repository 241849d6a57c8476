"""The entries behind a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import ColumnElement, Connection, select, true

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import SOURCES
from aidledger.domain.term import Period
from aidledger.errors import UnknownFigureValue
from aidledger.reports.cuts import COLUMNS, PAYMENTS, Count, has_arrived, periods_within
from aidledger.reports.figures import KEYS, figure_text, parse_figure
from aidledger.reports.sources import ALL_SOURCES, allotted, shares, split
from aidledger.store.entries import in_force
from aidledger.store.lookups import EntryRecord, entries_where
from aidledger.store.tables import Entry, ProgramRow, School
from aidledger.store.totals import Figures

_SPAN = ("from", "to")
# Words of ours: nothing need have been paid under them yet.
_WORDS: Mapping[str, Sequence[str | None]] = {
    "source": (None, ALL_SOURCES, *SOURCES),
    "kind": ("aid", "loan"),
    "payment": PAYMENTS,
    "count": get_args(Count),
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A figure, the entries in force that it counts, and what they come to.

    ``share_fen``: where the figure is of one source of funds, the part in 分 that this source paid of the entries.
    """

    figure: str
    entries: Sequence[EntryRecord]
    figures: Figures
    source: str | None = None
    share_fen: int | None = None


def explain(books: Connection, catalogue: Catalogue, text: str) -> Explained:
    """The entries behind a figure.

    Raises FigureNotUnderstood for an unknown key, UnknownProgram, UnknownPeriod, and UnknownFigureValue for a value
    that no entry of the ledger has.
    """
    of = parse_figure(text)
    if of.get("program"):
        catalogue.program(str(of["program"]))
    for key in (*_SPAN, "period"):
        if of.get(key):
            Period.parse(str(of[key]))
    conditions = [in_force(Entry)]
    for key, value in of.items():
        if key not in _SPAN:
            conditions.append(_known(books, key, value))
    first, last = (Period.parse(str(of[key])) if of.get(key) else None for key in _SPAN)
    if first or last:
        conditions.append(Entry.c.period.in_(periods_within(books, first, last)))
    entries = entries_where(books, conditions)
    amount = sum(entry.amount_fen for entry in entries)
    figures = Figures(len(entries), len({entry.person for entry in entries}), amount)
    source = of.get("source")
    share = _share(books, entries, source) if source in SOURCES else None
    return Explained(figure_text(of), entries, figures, source if share is not None else None, share)


def _known(books: Connection, key: str, value: str | None) -> ColumnElement[bool]:
    """The condition of a key and its value, of which the ledger must know."""
    condition = _condition(key, value)
    if key == "program" and value is not None:
        known = True  # the catalogue has it, or it had been refused
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


def _condition(key: str, value: str | None) -> ColumnElement[bool]:
    if key == "source":
        if value is None:
            return ~allotted(Entry)
        return allotted(Entry, None if value == ALL_SOURCES else value)
    if key == "count":
        return has_arrived() if value == "paid" else true()
    return COLUMNS[key].is_(None) if value is None else true() & (COLUMNS[key] == value)


def _share(books: Connection, entries: Sequence[EntryRecord], source: str) -> int:
    """What a source paid of some entries in 分; split as the summary splits it, by program and period."""
    known: Mapping[tuple[str, str], Mapping[str, int]] = shares(books)
    amounts: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        amounts[entry.program, entry.period] += entry.amount_fen
    return sum(split(amount, known[of]).get(source, 0) for of, amount in amounts.items())
