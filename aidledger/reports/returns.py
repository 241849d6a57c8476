"""The figures of the national returns on student aid: by program, category and source; for spring, autumn, the year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import SOURCES
from aidledger.domain.term import Period
from aidledger.reports.cuts import entries_cut, periods_within, rank, values_of_claims
from aidledger.reports.sources import ALL_SOURCES, Shares, shares, split
from aidledger.store.postings import totals
from aidledger.store.postings.totals import LedgerFigures

if TYPE_CHECKING:
    from sqlalchemy import Connection

Part = Literal["spring", "autumn", "whole"]
PARTS: Sequence[Part] = ("spring", "autumn", "whole")
_TERMS: Sequence[Part] = ("spring", "autumn")


@dataclass(frozen=True, slots=True)
class Span:
    """The span of a return: a calendar year (spring and autumn), a school year (autumn, then spring), or periods."""

    year: int | None = None
    school_year: bool = False
    first: Period | None = None
    last: Period | None = None

    @property
    def cuts(self) -> dict[str, str | None]:
        """The span as keys of a figure."""
        if self.year is not None:
            return {"school-year" if self.school_year else "calendar-year": str(self.year)}
        ends = {"from": self.first, "to": self.last}
        return {key: period.code for key, period in ends.items() if period}

    def periods(self, books: Connection) -> list[str]:
        """The ledger's periods in the span."""
        codes = periods_within(books, self.first, self.last)
        if self.year is None:
            return codes
        periods = map(Period.parse, codes)
        return [one.code for one in periods if self.year == (one.school_year if self.school_year else one.year)]


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """The figures of a program and category by part of the year.

    ``source`` "all sources" or empty: people and money; else the money of one source, without people. ``rest``: money
    of unknown source, where other periods have a source.
    """

    program: str
    category: str | None
    source: str | None
    parts: Mapping[Part, LedgerFigures]
    rest: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts people, rather than being part of the line above."""
        return not self.rest and self.source in {None, ALL_SOURCES}


@dataclass(frozen=True, slots=True)
class NationalReturn:
    """The lines, and the figures of aid and of loans (by ``aid`` and ``loan``)."""

    span: Span
    lines: Sequence[ReturnLine]
    totals: Mapping[str, Mapping[Part, LedgerFigures]] = field(default_factory=dict)


def national_return(books: Connection, catalogue: Catalogue, span: Span) -> NationalReturn:
    """The return of a span. Persons of the whole are distinct over its terms; annual programs are only there."""
    periods = span.periods(books)
    entries = entries_cut(books, periods, "program", "category", "period", "term", catalogue=catalogue)
    by_period = totals.times_by(books, entries, "program", "category", "period", periods=periods)
    persons = totals.persons_by(books, entries, "program", "category", split="term", values=_TERMS)
    money = _split(by_period, shares(books))
    lines: list[ReturnLine] = []
    for (program, category), of_parts in _parts(by_period).items():
        counted = dict(zip(("whole", *_TERMS), persons[program, category], strict=True))
        parts = {part: replace(figures, persons=counted[part]) for part, figures in of_parts.items()}
        sources = money.get((program, category), {})
        known = [source for source in SOURCES if source in sources]
        lines.append(ReturnLine(program, category, ALL_SOURCES if known else None, parts))
        lines += [ReturnLine(program, category, source, sources[source]) for source in known]
        if known and None in sources:
            lines.append(ReturnLine(program, category, None, sources[None], rest=True))
    # Sorting is stable: a program and category's lines keep the order of sources.
    lines.sort(
        key=lambda line: (
            rank("program", line.program, catalogue.programs),
            rank("category", line.category, catalogue.programs),
        )
    )
    return NationalReturn(span, lines, _totals(books, periods))


_Line = tuple[str, str | None]
_ByPeriod = Mapping[tuple[str, str | None, str], LedgerFigures]


def _parts(by_period: _ByPeriod) -> dict[_Line, dict[Part, LedgerFigures]]:
    """Person-times and money by program and category, of each part of the year."""
    found: dict[_Line, dict[Part, LedgerFigures]] = defaultdict(dict)
    for (program, category, period), figures in by_period.items():
        parts = found[program, category]
        for part in _parts_of(period):
            before = parts.get(part, LedgerFigures())
            times, fen = before.person_times + figures.person_times, before.amount_fen + figures.amount_fen
            parts[part] = LedgerFigures(times, 0, fen)
    return found


def _split(by_period: _ByPeriod, known: Shares) -> dict[_Line, dict[str | None, dict[Part, LedgerFigures]]]:
    """The money by program and category, source (None: unknown) and part of the year.

    Split for every program, category and period, because shares are per program and period.
    """
    found: dict[_Line, dict[str | None, dict[Part, LedgerFigures]]] = defaultdict(lambda: defaultdict(dict))
    for (program, category, period), figures in by_period.items():
        of_sources = known.get((program, period))
        shared: dict[str | None, int] = {None: figures.amount_fen}
        if of_sources:
            shared = dict(split(figures.amount_fen, of_sources).items())
        for source, fen in shared.items():
            parts = found[program, category][source]
            for part in _parts_of(period):
                parts[part] = LedgerFigures(amount_fen=parts.get(part, LedgerFigures()).amount_fen + fen)
    return found


def _parts_of(period: str) -> Sequence[Part]:
    half = Period.parse(period).half
    return ("whole",) if half is None else ("whole", half)


def _totals(books: Connection, periods: Sequence[str]) -> dict[str, dict[Part, LedgerFigures]]:
    """The figures of aid and of loans by part of the year."""
    under = totals.paid_under(books, periods)
    kinds = values_of_claims(books, "kind")
    found: dict[str, dict[Part, LedgerFigures]] = defaultdict(dict)
    for part in PARTS:
        groups = {pair: (*kinds[pair], part in _parts_of(pair[1])) for pair in under.sums}
        for (kind, within), figures in under.by(groups).items():
            if within and figures != LedgerFigures():
                found[kind][part] = figures
    return found
