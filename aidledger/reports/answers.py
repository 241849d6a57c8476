"""Summaries as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.table import Answer, Cell, Column, Kind
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.reports.summary import Figures, Summary

FIGURE_COLUMNS = (
    Column("person_times", N_("Person-times"), "count"),
    Column("persons", N_("Persons"), "count"),
    Column("amount", N_("Amount (yuan)"), "yuan"),
    Column("amount_wan", N_("Amount (10k yuan)"), "wan"),
)
DIMENSION_TITLES = {
    "program": N_("Program"),
    "school": N_("School"),
    "period": N_("Period"),
    "stage": N_("Stage"),
    "category": N_("Category"),
    "source": N_("Funding source"),
}
_KINDS: Mapping[str, Kind] = {"stage": "word", "period": "period"}
TITLE = N_("Student aid {first} to {last}")
NOTES = (
    N_("Person-times: one person, one program, one semester. Persons: distinct people in the cell's scope."),
    N_("Loans are lent, not given, and are not part of aid."),
)


def program_answer(summary: Summary, catalogue: Catalogue, language: str) -> Answer:
    """Every program of the catalogue, then aid in total and loans."""
    rows = [(catalogue.programs[code].name(language), *_cells(figures)) for code, figures in summary.programs.items()]
    return Answer(
        title=TITLE,
        columns=(Column("program", N_("Program")), *FIGURE_COLUMNS),
        rows=rows,
        totals=_totals(summary, 1),
        notes=NOTES,
        facts=_span(summary),
    )


def group_answer(summary: Summary, catalogue: Catalogue, language: str) -> Answer:
    """Every combination of what was asked by."""
    rows: list[Sequence[Cell]] = []
    for group in summary.groups:
        named = [_named(name, value, catalogue, language) for name, value in group.by.items()]
        kind = () if "program" in summary.by else (N_("Loan") if group.repaid else N_("Aid"),)
        rows.append((*named, *kind, *_cells(group.figures)))
    kind_column = () if "program" in summary.by else (Column("kind", N_("Kind"), "word"),)
    columns = (
        *(Column(name, DIMENSION_TITLES[name], _KINDS.get(name, "text")) for name in summary.by),
        *kind_column,
    )
    return Answer(
        title=TITLE,
        columns=(*columns, *FIGURE_COLUMNS),
        rows=rows,
        totals=_totals(summary, len(columns)),
        notes=NOTES,
        facts=_span(summary),
    )


def _cells(figures: Figures) -> tuple[Cell, ...]:
    return figures.person_times, figures.persons, figures.amount_fen, figures.amount_fen


def _totals(summary: Summary, labels: int) -> Sequence[Sequence[Cell]]:
    blanks = (None,) * (labels - 1)
    return [(N_("Aid in total"), *blanks, *_cells(summary.aid)), (N_("Loans"), *blanks, *_cells(summary.loans))]


def _span(summary: Summary) -> dict[str, object]:
    ends = {"first": summary.first, "last": summary.last}
    return {name: Period.parse(code) if code else "—" for name, code in ends.items()}


def _named(name: str, value: str | None, catalogue: Catalogue, language: str) -> str | None:
    return catalogue.programs[value].name(language) if name == "program" and value else value
