"""A school's statement as tables: its figures and the rosters behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.operations.views import Viewed
from aidledger.presentation.columns import (
    AMOUNT,
    BATCH,
    FILE,
    PERIOD,
    PERSON_TIMES,
    PERSONS,
    PROGRAM,
    SHEET,
    STATE,
)
from aidledger.presentation.result import Result
from aidledger.reports.balances import BALANCE_COLUMNS, balance_cells, balance_value
from aidledger.reports.figures import figure_text
from aidledger.reports.statement import Statement, StatementRoster
from aidledger.store.postings.totals import LedgerFigures

_SHORT_SHA256 = 12
_LINE_COLUMNS = (
    PROGRAM,
    PERIOD,
    PERSON_TIMES,
    PERSONS,
    AMOUNT,
    *BALANCE_COLUMNS[1:],
    Column("reversed", N_("Entries reversed"), "count"),
    Column("batches", N_("Batches")),
)
_ROSTER_COLUMNS = (
    BATCH,
    FILE,
    Column("sha256", N_("SHA-256 begins")),
    SHEET,
    PROGRAM,
    PERIOD,
    Column("declared_person_times", N_("Declared"), "count"),
    Column("declared_amount", N_("Declared (yuan)"), "yuan"),
    Column("posted_person_times", N_("Posted person-times"), "count"),
    Column("posted_amount", N_("Posted (yuan)"), "yuan"),
    Column("here_person_times", N_("In force here"), "count", narrows=""),
    Column("here_amount", N_("In force here (yuan)"), "yuan", narrows=""),
    STATE,
)
_blanks = (None,) * len(BALANCE_COLUMNS[1:])
_SHEETS = (N_("Statement"), N_("Rosters"))


def statement_result(viewed: Viewed[Statement], catalogue: Catalogue, language: str) -> Result:
    """``report school``."""
    return Result(
        lambda: _value(viewed.found),
        lambda: list(zip(_SHEETS, _answers(viewed.found, catalogue, language), strict=True)),
        head=viewed.head,
    )


def _answers(found: Statement, catalogue: Catalogue, language: str) -> tuple[Answer, Answer]:
    """The figures by program and period; the rosters."""
    facts = {
        "school": found.school,
        "first": Period.parse(found.first) if found.first else "—",
        "last": Period.parse(found.last) if found.last else "—",
    }
    lines = Answer(
        title=N_("Statement of {school}, {first} to {last}"),
        columns=_LINE_COLUMNS,
        rows=[
            (
                catalogue.programs[line.program].name(language),
                line.period,
                *_figures(line.figures),
                *balance_cells(line.balance)[1:],
                line.reversed,
                ", ".join(map(str, line.batches)) or None,
            )
            for line in found.lines
        ],
        totals=[
            (N_("Aid in total"), None, *_figures(found.aid), *_blanks, None, None),
            (N_("Loans"), None, *_figures(found.loans), *_blanks, None, None),
        ],
        notes=(
            N_("Loans are lent, not given, and are not part of aid."),
            N_("Reversed entries do not count; they are listed separately so that corrections can be seen."),
        ),
        facts=facts,
        traces=[
            *(
                figure_text({"program": line.program, "period": line.period, "school": found.school})
                for line in found.lines
            ),
            *(figure_text({"kind": kind, "school": found.school, **_ends(found)}) for kind in ("aid", "loan")),
        ],
    )
    rosters = Answer(
        title=N_("Rosters of {school}, {first} to {last}"),
        columns=_ROSTER_COLUMNS,
        rows=[_roster(roster, catalogue, language) for roster in found.rosters],
        notes=(N_("Declared: the roster's own totals. In force here: this school's entries in force."),),
        facts=facts,
        traces=[
            figure_text({"roster": roster.number, "school": found.school, **_ends(found)}) for roster in found.rosters
        ],
    )
    return lines, rosters


def _ends(found: Statement) -> dict[str, str | None]:
    return {key: value for key, value in (("from", found.first), ("to", found.last)) if value}


def _value(found: Statement) -> dict[str, Any]:
    """``report school`` as JSON."""
    return {
        "school": found.school,
        "from": found.first,
        "to": found.last,
        "lines": [
            {
                "program": line.program,
                "period": line.period,
                **_counted(line.figures),
                **balance_value(line.balance),
                "reversed": line.reversed,
                "batches": list(line.batches),
            }
            for line in found.lines
        ],
        "aid": _counted(found.aid),
        "loans": _counted(found.loans),
        "rosters": [
            {
                "batch": roster.batch,
                "file": roster.file,
                "sha256": roster.sha256,
                "state": roster.state,
                "sheet": roster.sheet,
                "program": roster.program,
                "period": roster.period,
                "declared": _times(roster.declared_person_times, roster.declared_amount_fen),
                "posted": _times(roster.posted.person_times, roster.posted.amount_fen),
                "here": _counted(roster.here),
            }
            for roster in found.rosters
        ],
    }


def _roster(roster: StatementRoster, catalogue: Catalogue, language: str) -> Sequence[Cell]:
    return (
        roster.batch,
        roster.file,
        (roster.sha256 or "")[:_SHORT_SHA256],
        roster.sheet,
        catalogue.programs[roster.program].name(language),
        roster.period,
        roster.declared_person_times,
        roster.declared_amount_fen,
        roster.posted.person_times,
        roster.posted.amount_fen,
        roster.here.person_times,
        roster.here.amount_fen,
        roster.state,
    )


def _figures(figures: LedgerFigures) -> tuple[int, int, int]:
    return figures.person_times, figures.persons, figures.amount_fen


def _counted(figures: LedgerFigures) -> dict[str, Any]:
    return {
        "person_times": figures.person_times,
        "persons": figures.persons,
        "amount": yuan_text(figures.amount_fen),
    }


def _times(person_times: int | None, amount_fen: int | None) -> dict[str, Any]:
    return {"person_times": person_times, "amount": None if amount_fen is None else yuan_text(amount_fen)}
