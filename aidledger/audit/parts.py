"""Checks of an import on parts of a period: whether they add up to more than any rate allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select, tuple_

from aidledger.audit.rule import Contradiction
from aidledger.catalogue.catalogue import Catalogue
from aidledger.checks.standards import off_standard
from aidledger.domain.term import Period
from aidledger.store.model.tables import Entry, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import in_batch, in_force
from aidledger.store.postings.person_times import CLAIM, is_in_parts


def over_standard(books: Connection, catalogue: Catalogue, batch: int) -> Iterator[Contradiction]:
    """Rows of a batch that take a claim in parts above every rate: one contradiction per claim.

    A batch that exceeds the rates by itself fails its own checks already.
    """
    rows = books.execute(_of_claims(), {"batch": batch})
    for _, group in groupby(rows, key=lambda row: (row.program_id, row.period, row.beneficiary_id)):
        found = _exceeding(catalogue, batch, list(group))
        if found is not None:
            yield found


@cache
def _of_claims() -> Select[Any]:
    """All payments of the claims in parts that a batch adds to."""
    batch, own = bindparam("batch", type_=Integer), Entry.alias("own")
    claims = select(*(own.c[name] for name in CLAIM)).where(in_batch(own, batch), in_force(own), is_in_parts(own))
    columns = ("id", "batch_id", "row", "amount_fen", "level", "boarding", *CLAIM)
    return (
        select(*(Entry.c[name] for name in columns))
        .add_columns(ProgramRow.c.code, RosterRow.c.sheet, School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(tuple_(*(Entry.c[name] for name in CLAIM)).in_(claims), in_force(Entry))
        .order_by(*(Entry.c[name] for name in CLAIM), Entry.c.id)
    )


def _exceeding(catalogue: Catalogue, batch: int, rows: Sequence[Any]) -> Contradiction | None:
    """The first row of a batch that takes a claim above the highest rate, if any."""
    program, period = catalogue.programs[rows[0].code], Period.parse(rows[0].period)
    before = sum(row.amount_fen for row in rows if row.batch_id != batch)
    own = 0
    for row in (row for row in rows if row.batch_id == batch and before):
        own += row.amount_fen
        pupil = row.level, row.boarding, row.school
        highest = max((rate.high_fen for rate in program.rates(period, *pupil)), default=None)
        if highest is not None and own <= highest < before + own:
            facts = off_standard(program, period, before + own, *pupil)
            return Contradiction("amount-off-standard", row.sheet, row.row, facts or {})
    return None
