"""Spot checks: a reproducible sample of entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import nsmallest
from typing import Any, Literal

from sqlalchemy import Connection, Select, select

from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Beneficiary, Entry, ProgramRow, RosterRow, School
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.lookups import EntryRecord, entries_where

GroupedBy = Literal["school", "program", "period"]
Rank = tuple[str, int, str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """The entries drawn, in the order of schools; ``population``: the number of entries, ``groups``: of groups."""

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
    """Draw ``size`` entries in force from every group, or all of a smaller one; without ``by``, from all entries.

    Entries are ranked by the SHA-256 of seed, document number, program, period and part, if any (in UTF-8, separated by
    line feeds), and the lowest are drawn. The rank does not depend on the order of imports: ledgers with the same
    entries give the same sample. Entries with the same rank are ordered by amount, sheet and row.
    """
    groups: dict[tuple[str | None, ...], list[tuple[Rank, int]]] = defaultdict(list)
    population = 0
    for row in books.execute(_population(program, period)):
        values = row._mapping  # noqa: SLF001 - public in SQLAlchemy despite the underscore
        paid = row.number, row.program, row.period, *((row.part,) if row.part else ())
        rank = (rank_of(seed, *paid), row.amount_fen, row.sheet, row.row)
        groups[tuple(values[name] for name in by)].append((rank, row.id))
        population += 1
    drawn = {number: rank for members in groups.values() for rank, number in nsmallest(size, members)}
    entries = sorted(_entries(books, list(drawn)), key=lambda entry: (entry.school or "", drawn[entry.entry]))
    return Sample(seed, size, by, len(groups), population, entries)


def rank_of(*fields: str) -> str:
    """An entry's rank: a digest in hexadecimal."""
    return sha256("\n".join(fields).encode()).hexdigest()


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
    return [entry for ids in chunks(numbers) for entry in entries_where(books, [Entry.c.id.in_(ids)])]
