"""A spot check: which entries to look at, drawn so that whoever draws again draws the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import nsmallest
from typing import Any, Literal

from sqlalchemy import Connection, Select, select

from aidledger.store.database.bulk import KEYS_PER_QUERY
from aidledger.store.model.tables import Beneficiary, Entry, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.lookups import EntryRecord, entries_where

GroupedBy = Literal["school", "program", "period"]
Rank = tuple[str, int, str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """The entries drawn, by school, and out of how many; ``groups``: how many groups these were in."""

    seed: str
    size: int
    by: Sequence[GroupedBy]
    groups: int
    population: int
    entries: Sequence[EntryRecord]


def draw(
    books: Connection,
    seed: str,
    size: int,
    by: Sequence[GroupedBy] = (),
    program: str | None = None,
    period: str | None = None,
) -> Sample:
    """``size`` entries in force of every group, all of them where there are fewer; without ``by``, of the whole.

    Every entry is ranked by the SHA-256 of seed, document number, program, period and, if it names one, part of the
    term (in UTF-8, with a line feed between), and the smallest are taken. The rank says nothing of when or in what
    order a ledger was filled: two ledgers of the same entries give the same sample. Several entries of one person,
    program, period and part have one rank, and follow each other by amount, sheet and row.
    """
    groups: dict[tuple[str | None, ...], list[tuple[Rank, int]]] = defaultdict(list)
    population = 0
    for row in books.execute(_population(program, period)):
        values = row._mapping  # noqa: SLF001 - its public name, see SQLAlchemy
        paid = row.number, row.program, row.period, *((row.part,) if row.part else ())
        rank = (rank_of(seed, *paid), row.amount_fen, row.sheet, row.row)
        groups[tuple(values[name] for name in by)].append((rank, row.id))
        population += 1
    drawn = {number: rank for members in groups.values() for rank, number in nsmallest(size, members)}
    entries = sorted(_entries(books, list(drawn)), key=lambda entry: (entry.school or "", drawn[entry.entry]))
    return Sample(seed, size, by, len(groups), population, entries)


def rank_of(*told: str) -> str:
    """Where an entry stands in a sample's order: a digest in hexadecimal."""
    return sha256("\n".join(told).encode()).hexdigest()


def _population(program: str | None, period: str | None) -> Select[Any]:
    query = (
        select(
            Entry.c.id,
            Beneficiary.c.number,
            ProgramRow.c.code.label("program"),
            Entry.c.period,
            Entry.c.part,
            School.c.name.label("school"),
            Entry.c.amount_fen,
            RosterRow.c.sheet,
            Entry.c.row,
        )
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry))
    )
    if program is not None:
        query = query.where(ProgramRow.c.code == program)
    return query if period is None else query.where(Entry.c.period == period)


def _entries(books: Connection, numbers: Sequence[int]) -> list[EntryRecord]:
    found = []
    for start in range(0, len(numbers), KEYS_PER_QUERY):
        found += entries_where(books, [Entry.c.id.in_(numbers[start : start + KEYS_PER_QUERY])])
    return found
