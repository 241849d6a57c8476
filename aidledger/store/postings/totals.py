"""Running totals: of every batch its payments and amounts by program, period and school, net of its reversals.

They are added with the batch, in its transaction, and ``verify`` holds them to the entries. What a ledger of ten
million entries pays is then the sum of some ten thousand rows. Payments that are parts of one person-time are counted
each; how many of them are such is asked of the entries (person_times.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    bindparam,
    case,
    cast,
    distinct,
    func,
    insert,
    literal_column,
    select,
)

from aidledger.store.model.tables import BatchTotal, Entry, ProgramRow, School
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.person_times import CLAIM, surpluses

_CUTS = (Entry.c.program_id, Entry.c.period, Entry.c.school_id)
# Of each batch its totals, by the names of their columns.
SUMS = select(
    Entry.c.batch_id,
    func.row_number().over(order_by=_CUTS).label("number"),
    *_CUTS,
    func.sum(case((Entry.c.reversal_of.is_(None), 1), else_=-1)).label("payments"),
    func.sum(Entry.c.amount_fen).label("amount_fen"),
).group_by(Entry.c.batch_id, *_CUTS)
_ADD = insert(BatchTotal).from_select(
    BatchTotal.c.keys(), SUMS.where(Entry.c.id >= bindparam("first"), Entry.c.id < bindparam("end"))
)
_OF_BATCH = (
    select(
        BatchTotal.c.number,
        ProgramRow.c.code,
        BatchTotal.c.period,
        School.c.name,
        BatchTotal.c.payments,
        BatchTotal.c.amount_fen,
    )
    .outerjoin(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id)
    .outerjoin(School, School.c.id == BatchTotal.c.school_id)
    .where(BatchTotal.c.batch_id == bindparam("batch"))
    .order_by(BatchTotal.c.number)
)
# In a number with a sign, on every engine.
_BITS = 60
# Payments and 分, by program code, period and school name.
Totals = dict[tuple[str, str, str | None], tuple[int, int]]


def add(books: Connection, first_entry: int, entries: int) -> None:
    """Add the totals of a batch, given the run of its entries, which are there."""
    books.execute(_ADD, {"first": first_entry, "end": first_entry + entries})


def agree(books: Connection, batch: int, counted: Totals) -> bool:
    """Whether the totals that a batch was added with are these, each once, numbered from 1."""
    rows = books.execute(_OF_BATCH, {"batch": batch}).all()
    there = {(program, period, school): (payments, fen) for _, program, period, school, payments, fen in rows}
    return [row.number for row in rows] == list(range(1, len(counted) + 1)) and there == counted


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


def figures_by(
    books: Connection, paid: FromClause, *cuts: str, periods: Sequence[str]
) -> dict[tuple[Any, ...], Figures]:
    """The figures of some payments of some periods by the values of cuts, counted one by one.

    ``paid``: as ``surplus`` asks for it, with ``amount_fen``.
    """
    groups = [paid.c[name] for name in cuts]
    figures = func.count(), func.count(distinct(paid.c.beneficiary_id)), func.sum(paid.c.amount_fen)
    further = surpluses(books, paid, *cuts, periods=periods)
    return {
        tuple(values): Figures(payments - further.get(tuple(values), 0), persons, int(fen))
        for *values, payments, persons, fen in books.execute(select(*groups, *figures).group_by(*groups))
    }


def periods(books: Connection) -> list[str]:
    """The codes of the periods that something was ever entered for."""
    return list(books.execute(select(BatchTotal.c.period).distinct()).scalars())


def paid(books: Connection, some: Sequence[str]) -> PaidBy:
    """What is paid for some periods, net of reversals."""
    known = {row.id: (row.code, row.lent) for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.code, _lent))}
    persons: Counter[str] = Counter()
    by_nature: Counter[int] = Counter()
    for under, count in _persons(books, some, known):
        persons.update(dict.fromkeys((known[program][0] for program in under), count))
        by_nature.update(dict.fromkeys((known[program][1] for program in under), count))
    programs: dict[str, Figures] = {}
    natures = {0: (0, 0), 1: (0, 0)}
    for (code, lent), (times, fen) in sums(books, some).items():
        programs[code] = Figures(times, persons[code], fen)
        natures[lent] = natures[lent][0] + times, natures[lent][1] + fen
    aid, loans = (Figures(times, by_nature[lent], fen) for lent, (times, fen) in natures.items())
    return PaidBy(programs, aid, loans)


_lent = case((ProgramRow.c.nature == "loan", 1), else_=0).label("lent")


def sums(books: Connection, some: Sequence[str]) -> dict[tuple[str, int], tuple[int, int]]:
    """Person-times and 分 for some periods, by program code and whether (1) or not (0) it is lent."""
    cuts = (ProgramRow.c.id, ProgramRow.c.code, _lent)
    query = (
        select(*cuts, func.sum(BatchTotal.c.payments), func.sum(BatchTotal.c.amount_fen))
        .join(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id)
        .where(BatchTotal.c.period.in_(some))
        .group_by(*cuts)
    )
    paid = select(*(Entry.c[name] for name in (*CLAIM, "part"))).where(in_force(Entry), Entry.c.period.in_(some))
    surplus = surpluses(books, paid.subquery("paid"), "program_id", periods=some)
    return {
        (code, lent): (int(payments) - surplus.get((number,), 0), int(fen))
        for number, code, lent, payments, fen in books.execute(query)
    }


def _persons(books: Connection, some: Sequence[str], programs: Iterable[int]) -> Iterator[tuple[list[int], int]]:
    """The sets of programs (ids) that a person was paid under in some periods, and how many persons each has.

    A set is bits of numbers, because an engine sums those up while it reads an index in its order. Of the few persons
    of whom something was reversed it is asked again what is left.
    """
    entered = select(Entry.c.beneficiary_id, Entry.c.program_id)
    reversal = Entry.alias()
    undone = select(reversal.c.beneficiary_id).where(reversal.c.reversal_of.is_not(None))
    of_these = entered.where(Entry.c.period.in_(some), Entry.c.beneficiary_id.in_(undone))
    terms = books.execute(select(BatchTotal.c.program_id, BatchTotal.c.period).distinct()).all()
    if not set(some).issuperset(period for _, period in terms):
        # The other index, which begins with the program: it is entered for each, not read as a whole.
        entered = entered.where(Entry.c.period.in_(some), Entry.c.program_id.in_(select(ProgramRow.c.id)))
    # Occurrences of a person under a program for a period count up, and a reversal carries the negative of what it
    # reverses: so what is in force sums up to more than 0, and the index alone tells it.
    left = of_these.group_by(Entry.c.beneficiary_id, Entry.c.program_id).having(func.sum(Entry.c.occurrence) > 0)
    # Under a program for one period a person's first occurrence is there once: then nothing need be told apart.
    once = max(Counter(program for program, period in terms if period in some).values(), default=0) <= 1
    if once:
        entered, of_these = (query.where(Entry.c.occurrence == 1) for query in (entered, of_these))
    known = sorted(programs)
    words = range(max(known, default=0) // _BITS + 1)
    persons: Counter[tuple[int, ...]] = Counter()
    for one, sign in ((entered, 1), (of_these, -1), (left, 1)):
        rows = one.subquery()
        bits = [_bit_in(word, rows.c.program_id) for word in words]
        sums = [func.sum(bit if once else bit.distinct()).label(f"bits_{word}") for word, bit in enumerate(bits)]
        sets = select(*sums).group_by(rows.c.beneficiary_id).subquery()
        for *numbers, count in books.execute(select(*sets.c, func.count()).group_by(*sets.c)):
            persons[tuple(map(int, numbers))] += sign * count
    for paid_under, count in persons.items():
        if count:
            yield [program for program in known if paid_under[program // _BITS] >> program % _BITS & 1], count


def _bit_in(word: int, program: ColumnElement[int]) -> ColumnElement[int]:
    """The bit of a program in one of the numbers that stand for a set of programs, 60 in each; 0 where it has none."""
    low = word * _BITS
    place = cast(program - literal_column(str(low)), Integer)
    bit = cast(literal_column("1"), BigInteger).bitwise_lshift(place)
    return case((program.between(low, low + _BITS - 1), bit), else_=0)
