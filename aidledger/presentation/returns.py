"""The national return as a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import wan_text, yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_
from aidledger.operations.views import Viewed
from aidledger.presentation.columns import PROGRAM
from aidledger.presentation.result import Result, table
from aidledger.presentation.summaries import SOURCES_NOTE
from aidledger.reports.figures import figure_text
from aidledger.reports.returns import PARTS, NationalReturn, Part, ReturnLine, Span
from aidledger.store.postings.totals import LedgerFigures

_TITLES: Mapping[Part, Sequence[str]] = {
    "spring": (
        N_("Spring: persons"),
        N_("Spring: person-times"),
        N_("Spring: amount (yuan)"),
        N_("Spring: amount (10k yuan)"),
    ),
    "autumn": (
        N_("Autumn: persons"),
        N_("Autumn: person-times"),
        N_("Autumn: amount (yuan)"),
        N_("Autumn: amount (10k yuan)"),
    ),
    "whole": (
        N_("Whole: persons"),
        N_("Whole: person-times"),
        N_("Whole: amount (yuan)"),
        N_("Whole: amount (10k yuan)"),
    ),
}


def _term(part: Part) -> str:
    """What a part of the year adds to a line's trace."""
    return "" if part == "whole" else figure_text({"term": part})


_COLUMNS = (
    PROGRAM,
    Column("category", N_("Category")),
    Column("source", N_("Funding source"), "word"),
    *(
        column
        for part, (persons, times, yuan, wan) in _TITLES.items()
        for column in (
            Column(f"{part}_persons", persons, "count", narrows=_term(part)),
            Column(f"{part}_person_times", times, "count", narrows=_term(part)),
            Column(f"{part}_amount", yuan, "yuan", narrows=_term(part)),
            Column(f"{part}_amount_wan", wan, "wan", narrows=_term(part)),
        )
    ),
)
_NOTES = (
    N_(
        "Persons of the whole year are distinct people over its terms. Programs paid by the year are listed under "
        "the whole year only."
    ),
    N_("Lines of a single source are part of the line of all sources above: do not add both."),
    SOURCES_NOTE,
    N_("Loans are lent, not given, and are not part of aid."),
    N_(
        "The national returns are due on 5 May, 5 July and 5 November. The official form was not available; the "
        "content of this paper is believed to match it. Compare it with the form sent to you."
    ),
)


def return_result(viewed: Viewed[NationalReturn], catalogue: Catalogue, language: str) -> Result:
    """``report returns``."""
    return Result(
        lambda: _national_return(viewed.found), table(_answer(viewed.found, catalogue, language)), head=viewed.head
    )


def _answer(found: NationalReturn, catalogue: Catalogue, language: str) -> Answer:
    """One row per program, category and source; totals of aid and of loans below."""
    rows: list[Sequence[Cell]] = [
        (
            catalogue.programs[line.program].name(language),
            line.category,
            line.source,
            *_cells(line.parts, counts=line.counts, semester=catalogue.programs[line.program].cadence == "semester"),
        )
        for line in found.lines
    ]
    totals = [
        (label, None, None, *_cells(found.totals.get(kind, {}), counts=True, semester=True))
        for kind, label in (("aid", N_("Aid in total")), ("loan", N_("Loans")))
    ]
    return Answer(
        title=_title(found.span),
        columns=_COLUMNS,
        rows=rows,
        totals=totals,
        notes=_NOTES,
        facts={
            "year": found.span.year,
            "next": (found.span.year or 0) + 1,
            "first": found.span.first or "—",
            "last": found.span.last or "—",
        },
        traces=[
            *(figure_text({**_of(line), **found.span.cuts}) for line in found.lines),
            *(figure_text({"kind": kind, **found.span.cuts}) for kind in ("aid", "loan")),
        ],
    )


def _national_return(found: NationalReturn) -> dict[str, Any]:
    """``report returns`` as JSON; null is what a line does not count."""
    return {
        "year": found.span.year,
        "school_year": found.span.school_year,
        "from": found.span.first.code if found.span.first else None,
        "to": found.span.last.code if found.span.last else None,
        "lines": [
            {
                "program": line.program,
                "category": line.category,
                "source": line.source,
                "part_of_above": not line.counts,
                **{part: _value(line.parts.get(part), counts=line.counts) for part in PARTS},
            }
            for line in found.lines
        ],
        **{
            name: {part: _value(found.totals.get(kind, {}).get(part), counts=True) for part in PARTS}
            for name, kind in (("aid", "aid"), ("loans", "loan"))
        },
    }


def _title(span: Span) -> str:
    if span.year is None:
        return N_("Return on student aid, {first} to {last}")
    if span.school_year:
        return N_("Return on student aid, school year {year} to {next}")
    return N_("Return on student aid, calendar year {year}")


def _of(line: ReturnLine) -> dict[str, str | None]:
    source = {} if line.counts else {"source": line.source}
    return {"program": line.program, "category": line.category, **source}


def _cells(parts: Mapping[Part, LedgerFigures], *, counts: bool, semester: bool) -> list[Cell]:
    cells: list[Cell] = []
    for part in PARTS:
        figures = parts.get(part, LedgerFigures())
        if part != "whole" and not semester:
            cells += [None] * 4
            continue
        people = (figures.persons, figures.person_times) if counts else (None, None)
        cells += [*people, figures.amount_fen, figures.amount_fen]
    return cells


def _value(figures: LedgerFigures | None, *, counts: bool) -> dict[str, Any] | None:
    if figures is None:
        return None
    return {
        "persons": figures.persons if counts else None,
        "person_times": figures.person_times if counts else None,
        "amount": yuan_text(figures.amount_fen),
        "amount_wan": wan_text(figures.amount_fen),
    }
