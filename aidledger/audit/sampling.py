"""A spot check: which entries to look at, drawn so that whoever draws again draws the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import nsmallest
from typing import Any, Literal

from sqlalchemy import Connection, Select, select

from aidledger.store.bulk import KEYS_PER_QUERY
from aidledger.store.entries import in_force
from aidledger.store.lookups import EntryRecord, entries_where
from aidledger.store.tables import Beneficiary, Entry, ProgramRow, RosterRow, School

GroupedBy = Literal["school", "program", "period"]
Rank = tuple[str, int, str, int]
_beneficiary, _entry, _program, _roster, _school = (Beneficiary, Entry, ProgramRow, RosterRow, School)


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

    Every entry is ranked by the SHA-256 of seed, document number, program and period (in UTF-8, with a line feed
    between), and the smallest are taken. The rank says nothing of when or in what order a ledger was filled: two
    ledgers of the same entries give the same sample. Several entries of one person, program and period have one
    rank, and follow each other by amount, sheet and row.
    """
    groups: dict[tuple[str | None, ...], list[tuple[Rank, int]]] = defaultdict(list)
    population = 0
    for row in books.execute(_population(program, period)):
        values = row._mapping  # noqa: SLF001 - its public name, see SQLAlchemy
        rank = (rank_of(seed, row.number, row.program, row.period), row.amount_fen, row.sheet, row.row)
        groups[tuple(values[name] for name in by)].append((rank, row.id))
        population += 1
    drawn = {number: rank for members in groups.values() for rank, number in nsmallest(size, members)}
    entries = sorted(_entries(books, list(drawn)), key=lambda entry: (entry.school or "", drawn[entry.entry]))
    return Sample(seed, size, by, len(groups), population, entries)


def rank_of(seed: str, number: str, program: str, period: str) -> str:
    """Where an entry stands in a sample's order: a digest in hexadecimal."""
    return sha256(f"{seed}\n{number}\n{program}\n{period}".encode()).hexdigest()


def _population(program: str | None, period: str | None) -> Select[Any]:
    query = (
        select(
            _entry.c.id,
            _beneficiary.c.number,
            _program.c.code.label("program"),
            _entry.c.period,
            _school.c.name.label("school"),
            _entry.c.amount_fen,
            _roster.c.sheet,
            _entry.c.row,
        )
        .select_from(_entry)
        .join(_program, _program.c.id == _entry.c.program_id)
        .join(_beneficiary, _beneficiary.c.id == _entry.c.beneficiary_id)
        .join(_roster, _roster.c.id == _entry.c.roster_id)
        .outerjoin(_school, _school.c.id == _entry.c.school_id)
        .where(in_force(_entry))
    )
    if program is not None:
        query = query.where(_program.c.code == program)
    return query if period is None else query.where(_entry.c.period == period)


def _entries(books: Connection, numbers: Sequence[int]) -> list[EntryRecord]:
    found = []
    for start in range(0, len(numbers), KEYS_PER_QUERY):
        found += entries_where(books, [_entry.c.id.in_(numbers[start : start + KEYS_PER_QUERY])])
    return found
