"""The figures of the national returns on student aid: by program, category and source; for spring, autumn, the year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import SOURCES
from aidledger.domain.term import Period
from aidledger.reports.cuts import periods_within, rank
from aidledger.reports.sources import ALL_SOURCES
from aidledger.reports.summary import amounts, amounts_by_source, counted
from aidledger.store.postings.totals import LedgerFigures

if TYPE_CHECKING:
    from sqlalchemy import Connection

Part = Literal["spring", "autumn", "whole"]
PARTS: Sequence[Part] = ("spring", "autumn", "whole")
_TERMS: Mapping[str, Part] = {"spring": "spring", "autumn": "autumn"}


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
    lines: list[ReturnLine] = []
    money = _amounts(books, catalogue, periods)
    for (program, category), parts in _parts(books, catalogue, periods, "program", "category").items():
        sources = money.get((program, category), {})
        known = [source for source in SOURCES if source in sources]
        lines.append(ReturnLine(program or "", category, ALL_SOURCES if known else None, parts))
        lines += [ReturnLine(program or "", category, source, sources[source]) for source in known]
        if known and None in sources:
            lines.append(ReturnLine(program or "", category, None, sources[None], rest=True))
    totals = {kind or "": parts for (kind,), parts in _parts(books, catalogue, periods, "kind").items()}
    # Sorting is stable: a program and category's lines keep the order of sources.
    lines.sort(
        key=lambda line: (
            rank("program", line.program, catalogue.programs),
            rank("category", line.category, catalogue.programs),
        )
    )
    return NationalReturn(span, lines, totals)


def _parts(
    books: Connection, catalogue: Catalogue, periods: Sequence[str], *cuts: str
) -> dict[tuple[str | None, ...], dict[Part, LedgerFigures]]:
    found: dict[tuple[str | None, ...], dict[Part, LedgerFigures]] = defaultdict(dict)
    for values, figures in counted(books, periods, *cuts, catalogue=catalogue).items():
        found[values]["whole"] = figures
    for (*of_term, term), figures in counted(books, periods, *cuts, "term", catalogue=catalogue).items():
        if str(term) in _TERMS:
            found[tuple(of_term)][_TERMS[str(term)]] = figures
    return found


def _amounts(
    books: Connection, catalogue: Catalogue, periods: Sequence[str]
) -> dict[tuple[str | None, str | None], dict[str | None, dict[Part, LedgerFigures]]]:
    """The money by program and category, source (None: unknown) and part of the year."""
    sums: dict[tuple[str | None, str | None, str | None, Part], int] = defaultdict(int)

    def add(program: str | None, category: str | None, term: str, source: str | None, fen: int) -> None:
        sums[program, category, source, "whole"] += fen
        if term in _TERMS:
            sums[program, category, source, _TERMS[term]] += fen

    for (_, (program, category, term, source)), fen in amounts_by_source(
        books, catalogue, periods, ("program", "category", "term", "source")
    ).items():
        add(program, category, str(term), source, fen)
    for (program, category, term, source), fen in amounts(
        books, periods, "program", "category", "term", "source", catalogue=catalogue
    ).items():
        if source is None:
            add(program, category, str(term), None, fen)
    found: dict[tuple[str | None, str | None], dict[str | None, dict[Part, LedgerFigures]]] = {}
    for (program, category, source, part), fen in sums.items():
        found.setdefault((program, category), {}).setdefault(source, {})[part] = LedgerFigures(amount_fen=fen)
    return found
