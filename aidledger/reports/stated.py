"""Aid without a list of pupils: what documents state by school (免费教科书, 免学杂费, 贷款贴息).

It is no entry of anybody: it stands beside the programs' figures and is in none of the totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from aidledger.domain.term import Period, within
from aidledger.store.model.tables import ProgramRow, SchoolAmount
from aidledger.store.postings.entries import current

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class StatedSum:
    """What documents state under one program: person-times, and the amount in 分."""

    person_times: int
    amount_fen: int


def stated_sums(books: Connection, first: Period | None, last: Period | None) -> Mapping[str, StatedSum]:
    """By program, the sums of lists in force for the periods that begin between two; an open end has no limit."""
    query = (
        select(
            ProgramRow.c.code,
            SchoolAmount.c.period,
            func.sum(SchoolAmount.c.persons),
            func.sum(SchoolAmount.c.amount_fen),
        )
        .join(ProgramRow, ProgramRow.c.id == SchoolAmount.c.program_id)
        .where(current(SchoolAmount))
        .group_by(ProgramRow.c.code, SchoolAmount.c.period)
    )
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for code, period, persons, fen in books.execute(query):
        if within(Period.parse(period), first, last):
            sums[code][0] += int(persons)
            sums[code][1] += int(fen)
    return {code: StatedSum(*figures) for code, figures in sums.items()}
