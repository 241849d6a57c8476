"""How much of an amount each source of funds paid, by its share of the allotment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, select, tuple_

from aidledger.store.model.tables import Allotment, Batch, ProgramRow
from aidledger.store.postings.entries import batch_in_force

# The line that counts people, whom all sources pay together.
ALL_SOURCES = "all sources"
Shares = Mapping[tuple[str, str], Mapping[str, int]]


def allotted(entry: Table | FromClause, source: str | None = None) -> ColumnElement[bool]:
    """Whether any source, or the given one, was allotted money for an entry's program and period."""
    named = [] if source is None else [Allotment.c.source == source]
    pairs = (
        select(Allotment.c.program_id, Allotment.c.period)
        .join(Batch, Batch.c.id == Allotment.c.batch_id)
        .where(Allotment.c.amount_fen > 0, batch_in_force(Batch), *named)
    )
    # An uncorrelated list of pairs: databases look it up instead of running a subquery per entry.
    return tuple_(entry.c.program_id, entry.c.period).in_(pairs)


def shares(books: Connection) -> Shares:
    """The allotments in force of every source, in 分, by program code and period."""
    query: Any = (
        select(ProgramRow.c.code, Allotment.c.period, Allotment.c.source, func.sum(Allotment.c.amount_fen))
        .join(ProgramRow, ProgramRow.c.id == Allotment.c.program_id)
        .join(Batch, Batch.c.id == Allotment.c.batch_id)
        .where(Allotment.c.amount_fen > 0, batch_in_force(Batch))
        .group_by(ProgramRow.c.code, Allotment.c.period, Allotment.c.source)
    )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for program, period, source, amount in books.execute(query):
        found[program, period][source] = int(amount)
    return found


def split(amount_fen: int, parts: Mapping[str, int]) -> dict[str, int]:
    """Split an amount in 分 by the sources' shares (of any size); the parts add up exactly.

    Every source gets the whole 分 of its share; the rest goes to the largest remainders, then the larger share, then by
    name. Raises ValueError if no share is positive.
    """
    whole = sum(parts.values())
    if whole <= 0:
        raise ValueError(whole)
    divided = {source: divmod(amount_fen * part, whole) for source, part in parts.items()}
    result = {source: quotient for source, (quotient, _) in divided.items()}
    by_remainder = sorted(parts, key=lambda source: (-divided[source][1], -parts[source], source))
    for source in by_remainder[: amount_fen - sum(result.values())]:
        result[source] += 1
    return result
