"""duplicate-disbursement: one person, one program, one period, one part of it, more than one entry in force."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select

from aidledger.audit.rule import Case, Contradiction, Rule, Scope
from aidledger.i18n import N_
from aidledger.store.entries import in_batch, in_force
from aidledger.store.tables import Entry, ProgramRow, RosterRow, School

_first = Entry.alias("first")


def _pairs() -> Select[Any]:
    """Every payment with an earlier one of the same person, program, period and part (or both of none).

    Few rows have an occurrence above 1.
    """
    return (
        select(
            Entry.c.id,
            Entry.c.row,
            Entry.c.amount_fen,
            RosterRow.c.sheet,
            ProgramRow.c.code,
            Entry.c.period,
            Entry.c.beneficiary_id,
            _first.c.batch_id,
            _first.c.id.label("first"),
            _first.c.row.label("first_row"),
            _first.c.amount_fen.label("first_fen"),
            School.c.name.label("school"),
        )
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(
            _first,
            (_first.c.program_id == Entry.c.program_id)
            & (_first.c.period == Entry.c.period)
            & (_first.c.beneficiary_id == Entry.c.beneficiary_id)
            & (_first.c.occurrence < Entry.c.occurrence)
            & _first.c.part.is_not_distinct_from(Entry.c.part),
        )
        .outerjoin(School, School.c.id == _first.c.school_id)
        .where(Entry.c.occurrence > 1, in_force(Entry), in_force(_first))
    )


@cache
def _pairs_of_batch() -> Select[Any]:
    batch = bindparam("batch", type_=Integer)
    return _pairs().where(in_batch(Entry, batch), _first.c.batch_id < batch).order_by(Entry.c.id, _first.c.id)


def duplicates(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Entries of a batch whose person was paid the same by an earlier batch; one for each, with the first payment."""
    for _, pairs in groupby(books.execute(_pairs_of_batch(), {"batch": batch}), key=lambda pair: pair.id):
        pair = next(pairs)
        facts = {
            "program": pair.code,
            "period": pair.period,
            "batch": pair.batch_id,
            "first_row": pair.first_row,
            "school": pair.school or "-",
        }
        yield Contradiction("duplicate-disbursement", pair.sheet, pair.row, facts, pair.first)


def _find(scope: Scope) -> Iterator[Case]:
    query = _pairs()
    if scope.program is not None:
        query = query.where(ProgramRow.c.code == scope.program)
    if scope.period is not None:
        query = query.where(Entry.c.period == scope.period)
    query = query.order_by(ProgramRow.c.id, Entry.c.period, Entry.c.beneficiary_id, Entry.c.id, _first.c.id)
    case = lambda pair: (pair.beneficiary_id, pair.code, pair.period)  # noqa: E731
    for about, group in groupby(scope.books.execute(query), key=case):
        pairs = list(group)
        amounts = {pair.first: pair.first_fen for pair in pairs} | {pair.id: pair.amount_fen for pair in pairs}
        yield Case(
            about=about,
            entries=tuple(sorted(amounts)),
            program=about[1],
            period=about[2],
            # Which payment was right is not known: the largest one may stay, whichever was entered first.
            amount_fen=sum(amounts.values()) - max(amounts.values()),
            facts={"program": about[1], "period": about[2], "count": len(amounts)},
        )


RULE = Rule(
    code="duplicate-disbursement",
    severity="error",
    message=N_("Paid {count} times under {program} for {period}."),
    explanation=N_(
        "One person may be paid once under a program for a period, or for each part of it (a month, an instalment), "
        "whatever the number of schools that list him. Find out which payment is right, reverse or supersede the "
        "roster of the other, and claim the money back."
    ),
    reference="财教〔2021〕310号",
    find=_find,
)
