"""Running totals: of every batch its person-times and amounts by program, period and school, net of its reversals.

They are added with the batch, in its transaction, and ``verify`` holds them to the entries. What a ledger of ten
million entries pays is then the sum of some ten thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Connection, case, distinct, func, insert, null, select, union_all

from aidledger.store.entries import in_force
from aidledger.store.tables import BatchTotal, Entry, ProgramRow, School

_entry, _program, _school, _total = (Entry, ProgramRow, School, BatchTotal)
_CUTS = (_entry.c.program_id, _entry.c.period, _entry.c.school_id)
_SUMS = select(
    _entry.c.batch_id,
    func.row_number().over(order_by=_CUTS),
    *_CUTS,
    func.sum(case((_entry.c.reversal_of.is_(None), 1), else_=-1)),
    func.sum(_entry.c.amount_fen),
).group_by(_entry.c.batch_id, *_CUTS)
# Person-times and 分, by program code, period and school name.
Totals = dict[tuple[str, str, str | None], tuple[int, int]]


def add(books: Connection, first_entry: int, entries: int) -> None:
    """Add the totals of a batch, given the run of its entries, which are there."""
    sums = _SUMS.where(_entry.c.id >= first_entry, _entry.c.id < first_entry + entries)
    books.execute(insert(_total).from_select(_total.c.keys(), sums))


def of_batch(books: Connection, batch: int) -> Totals:
    """The totals that a batch was added with."""
    query = (
        select(_program.c.code, _total.c.period, _school.c.name, _total.c.person_times, _total.c.amount_fen)
        .join(_program, _program.c.id == _total.c.program_id)
        .outerjoin(_school, _school.c.id == _total.c.school_id)
        .where(_total.c.batch_id == batch)
    )
    return {(program, period, school): (times, fen) for program, period, school, times, fen in books.execute(query)}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many person-times, of how many persons, and how much in 分."""

    person_times: int = 0
    persons: int = 0
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class PaidBy:
    """What was paid under each program (by code), and by nature: as aid, and as loans."""

    programs: dict[str, Figures]
    aid: Figures
    loans: Figures


def periods(books: Connection) -> list[str]:
    """The codes of the periods that something was ever entered for."""
    return list(books.execute(select(_total.c.period).distinct()).scalars())


def paid(books: Connection, some: Sequence[str]) -> PaidBy:
    """What is paid for some periods, net of reversals."""
    persons = {(row.code, row.lent): int(row.persons) for row in books.execute(_persons(some))}
    programs: dict[str, Figures] = {}
    by_nature = {0: (0, 0), 1: (0, 0)}
    for (code, lent), (times, fen) in sums(books, some).items():
        programs[code] = Figures(times, persons.get((code, lent), 0), fen)
        by_nature[lent] = by_nature[lent][0] + times, by_nature[lent][1] + fen
    aid, loans = (Figures(times, persons.get((None, lent), 0), fen) for lent, (times, fen) in by_nature.items())
    return PaidBy(programs, aid, loans)


_lent = case((_program.c.nature == "loan", 1), else_=0).label("lent")


def sums(books: Connection, some: Sequence[str]) -> dict[tuple[str, int], tuple[int, int]]:
    """Person-times and 分 for some periods, by program code and whether (1) or not (0) it is lent."""
    query = (
        select(_program.c.code, _lent, func.sum(_total.c.person_times), func.sum(_total.c.amount_fen))
        .join(_program, _program.c.id == _total.c.program_id)
        .where(_total.c.period.in_(some))
        .group_by(_program.c.code, _lent)
    )
    return {(code, lent): (int(times), int(fen)) for code, lent, times, fen in books.execute(query)}


def _persons(some: Sequence[str]) -> CompoundSelect[Any]:
    """Persons by program; and, where the code is None, by whether it is lent. One pass over an index."""
    every = select(_program.c.id)  # the index begins with the program: so it is entered for each, not read as a whole
    once = (
        select(_entry.c.program_id, _entry.c.beneficiary_id)
        .where(in_force(_entry), _entry.c.program_id.in_(every), _entry.c.period.in_(some))
        .distinct()
        .cte("once")
    )
    of_programs = select(_program.c.code, _lent, func.count().label("persons"))
    of_natures = select(null(), _lent, func.count(distinct(once.c.beneficiary_id)))
    joined = _program.c.id == once.c.program_id
    return union_all(
        of_programs.select_from(once).join(_program, joined).group_by(_program.c.code, _lent),
        of_natures.select_from(once).join(_program, joined).group_by(_lent),
    )
