"""A school's aid by program and period, and the rosters behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.term import Period
from aidledger.reports.cuts import periods_within
from aidledger.reports.dues import dues
from aidledger.store.model.tables import Entry, ProgramRow, RosterRow
from aidledger.store.payables.balances import Balance
from aidledger.store.payables.claims import ClaimScope
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.lookups import batches
from aidledger.store.postings.person_times import CLAIM
from aidledger.store.postings.rosters import numbered
from aidledger.store.postings.totals import LedgerFigures, figures_by, in_runs_at


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One program and period: the figures in force, the number of reversed entries, the batches.

    ``balance``: that of the school's claims.
    """

    program: str
    period: str
    figures: LedgerFigures
    reversed: int
    batches: Sequence[int]
    balance: Balance


@dataclass(frozen=True, slots=True)
class StatementRoster:
    """A roster with entries of the school; 分.

    ``posted``: the whole roster as posted; ``here``: the school's own entries of it in force.
    ``state``: of its batch. ``number``: 3.1 for the first roster of batch 3.
    """

    number: str
    batch: int
    file: str | None
    sha256: str | None
    state: str
    sheet: str
    program: str
    period: str
    declared_person_times: int | None
    declared_amount_fen: int | None
    posted: LedgerFigures
    here: LedgerFigures


@dataclass(frozen=True, slots=True)
class Statement:
    """A school's figures over a span of periods; aid and loans separately."""

    school: str
    first: str | None
    last: str | None
    lines: Sequence[StatementLine]
    aid: LedgerFigures
    loans: LedgerFigures
    rosters: Sequence[StatementRoster]


def statement(
    books: Connection, catalogue: Catalogue, school: int, name: str, first: Period | None, last: Period | None
) -> Statement:
    """The statement of a school (by its id) for the periods that begin in a span."""
    periods = periods_within(books, first, last)
    kinds = {loan: figures for (loan,), figures in _counted(books, school, periods, _loan).items()}
    return Statement(
        school=name,
        first=first.code if first else periods[0] if periods else None,
        last=last.code if last else periods[-1] if periods else None,
        lines=_lines(books, catalogue, school, name, periods),
        aid=kinds.get(0, LedgerFigures()),
        loans=kinds.get(1, LedgerFigures()),
        rosters=_rosters(books, catalogue, school, periods),
    )


_loan = case((ProgramRow.c.nature == "loan", 1), else_=0).label("loan")
_code = ProgramRow.c.code.label("program")
_LINE = (_code, Entry.c.period)


def _of(books: Connection, school: int, periods: Sequence[str], *columns: Any) -> Any:  # noqa: ANN401 - a query
    return (
        select(*columns)
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(Entry.c.school_id == school, in_runs_at(books, school), Entry.c.period.in_(list(periods)))
    )


def _counted(
    books: Connection, school: int, periods: Sequence[str], *by: ColumnElement[Any]
) -> dict[tuple[Any, ...], LedgerFigures]:
    """The school's figures in force by the values of some columns."""
    own = {column.name: column for column in (*(Entry.c[name] for name in CLAIM), Entry.c.part, Entry.c.amount_fen)}
    cuts = {column.name: column for column in by}
    entries = _of(books, school, periods, *(own | cuts).values()).where(in_force(Entry)).subquery()
    return figures_by(books, entries, *cuts, periods=periods)


def _lines(
    books: Connection, catalogue: Catalogue, school: int, name: str, periods: Sequence[str]
) -> Sequence[StatementLine]:
    figures = {(code, period): one for (code, period), one in _counted(books, school, periods, *_LINE).items()}
    reversals = _of(books, school, periods, _code, Entry.c.period, func.count().label("reversed"))
    undone = {
        (row.program, row.period): int(row.reversed)
        for row in books.execute(
            reversals.where(Entry.c.reversal_of.is_not(None)).group_by(ProgramRow.c.code, Entry.c.period)
        )
    }
    posted: dict[tuple[str, str], list[int]] = {}
    numbers = _of(books, school, periods, _code, Entry.c.period, Entry.c.batch_id).where(in_force(Entry)).distinct()
    for row in books.execute(numbers.order_by(Entry.c.batch_id)):
        posted.setdefault((row.program, row.period), []).append(row.batch_id)
    found = dues(books, catalogue, ClaimScope(periods=periods), ("program", "period"), name).rows if periods else ()
    owed = {(str(row.program), str(row.period)): row.balance for row in found}
    return [
        StatementLine(
            *key, figures.get(key, LedgerFigures()), undone.get(key, 0), posted.get(key, []), owed.get(key, Balance())
        )
        for key in sorted({*figures, *undone, *owed}, key=lambda key: _order(catalogue, *key))
    ]


def _rosters(books: Connection, catalogue: Catalogue, school: int, periods: Sequence[str]) -> Sequence[StatementRoster]:
    here = {roster: figures for (roster,), figures in _counted(books, school, periods, Entry.c.roster_id).items()}
    # Not EXISTS: SQLite would look through all entries of the school once for each roster of the ledger.
    paid_here = _of(books, school, periods, Entry.c.roster_id).where(Entry.c.reversal_of.is_(None))
    query = (
        select(RosterRow, ProgramRow.c.code)
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .where(RosterRow.c.id.in_(paid_here))
        .order_by(RosterRow.c.id)
    )
    records = {record.batch: record for record in batches(books)}
    rows = books.execute(query).all()
    numbers = numbered(books, {row.batch_id for row in rows})
    found = []
    for row in rows:
        record = records[row.batch_id]
        posted = LedgerFigures(row.person_times, 0, int(row.amount_fen))
        declared = None if row.declared_amount_fen is None else int(row.declared_amount_fen)
        found.append(
            StatementRoster(
                numbers[row.id],
                record.batch,
                record.file,
                record.sha256,
                record.state,
                row.sheet,
                row.code,
                row.period,
                row.declared_person_times,
                declared,
                posted,
                here.get(row.id, LedgerFigures()),
            )
        )
    return sorted(found, key=lambda roster: (*_order(catalogue, roster.program, roster.period), roster.batch))


def _order(catalogue: Catalogue, program: str, period: str) -> tuple[Any, ...]:
    return (catalogue.programs[program].order, Period.parse(period).sort_key)
