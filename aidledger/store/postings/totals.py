"""Running totals: every batch's payments and amounts by program, period and school, net of reversals.

They are written in the batch's transaction, and ``verify`` compares them with the entries. The totals of ten million
entries are then the sum of some ten thousand rows. Parts of one person-time count as payments each; person_times.py
gets their surplus from the entries.
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
    Select,
    bindparam,
    case,
    cast,
    distinct,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from aidledger.store.master.survivors import as_posted
from aidledger.store.model.tables import Batch, BatchTotal, Entry, ProgramRow, School
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.person_times import CLAIM, surpluses

_CUTS = (Entry.c.program_id, Entry.c.period, Entry.c.school_id)
# The totals of batches, with the columns of BatchTotal.
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
# Conditions in a statement: a school whose batches are more is in most of the ledger's.
_RUNS_MAX = 200
# Program bits per number: fits a signed 64-bit integer on every engine.
_BITS = 60
# Payments and 分, by program code, period and school name.
Totals = dict[tuple[str, str, str | None], tuple[int, int]]


def add(books: Connection, first_entry: int, entries: int) -> None:
    """Write a batch's totals, given the run of its entries, which are already there."""
    with as_posted(books):
        books.execute(_ADD, {"first": first_entry, "end": first_entry + entries})


def agree(books: Connection, batch: int, counted: Totals) -> bool:
    """Whether a batch's stored totals are exactly these, numbered from 1."""
    rows = books.execute(_OF_BATCH, {"batch": batch}).all()
    stored = {(program, period, school): (payments, fen) for _, program, period, school, payments, fen in rows}
    return [row.number for row in rows] == list(range(1, len(counted) + 1)) and stored == counted


def in_runs_at(books: Connection, school: int) -> ColumnElement[bool]:
    """Whether an entry is of a batch with entries at a school, by its id: ``school_id`` itself has no index.

    A batch's entries have consecutive ids, and its totals tell the schools.
    """
    there = select(BatchTotal.c.batch_id).where(BatchTotal.c.school_id == school)
    query = select(Batch.c.first_entry, Batch.c.entries).where(Batch.c.id.in_(there)).order_by(Batch.c.first_entry)
    runs: list[tuple[int, int]] = []
    for first, entries in books.execute(query):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], first + entries - 1
        else:
            runs.append((first, first + entries - 1))
    if len(runs) > _RUNS_MAX:
        runs = [(runs[0][0], runs[-1][1])]
    return or_(false(), *(Entry.c.id.between(*run) for run in runs))


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """Person-times, distinct persons, and the amount in 分."""

    person_times: int = 0
    persons: int = 0
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class PaidBy:
    """What was paid: by program code, as aid in all, and as loans in all."""

    programs: dict[str, LedgerFigures]
    aid: LedgerFigures
    loans: LedgerFigures


def figures_by(
    books: Connection, paid: FromClause, *cuts: str, periods: Sequence[str]
) -> dict[tuple[Any, ...], LedgerFigures]:
    """The figures of payments by the values of these columns, counted from the entries.

    ``paid``: as for ``surplus``, with ``amount_fen``; ``periods``: the periods of the payments.
    """
    groups = [paid.c[name] for name in cuts]
    figures = func.count(), func.count(distinct(paid.c.beneficiary_id)), func.sum(paid.c.amount_fen)
    further = surpluses(books, paid, *cuts, periods=periods)
    return {
        tuple(values): LedgerFigures(payments - further.get(tuple(values), 0), persons, int(fen))
        for *values, payments, persons, fen in books.execute(select(*groups, *figures).group_by(*groups))
    }


def amounts_by(books: Connection, paid: FromClause, *cuts: str) -> dict[tuple[Any, ...], int]:
    """The 分 of payments by the values of these columns: without people, which take most of the time to tell apart."""
    groups = [paid.c[name] for name in cuts]
    query = select(*groups, func.sum(paid.c.amount_fen)).group_by(*groups)
    return {tuple(values): int(fen) for *values, fen in books.execute(query)}


def times_by(
    books: Connection, paid: FromClause, *cuts: str, periods: Sequence[str]
) -> dict[tuple[Any, ...], LedgerFigures]:
    """As ``figures_by``, without persons."""
    groups = [paid.c[name] for name in cuts]
    further = surpluses(books, paid, *cuts, periods=periods)
    query = select(*groups, func.count(), func.sum(paid.c.amount_fen)).group_by(*groups)
    return {
        tuple(values): LedgerFigures(payments - further.get(tuple(values), 0), 0, int(fen))
        for *values, payments, fen in books.execute(query)
    }


def persons_by(
    books: Connection, paid: FromClause, *cuts: str, split: str, values: Sequence[str]
) -> dict[tuple[Any, ...], Sequence[int]]:
    """Distinct persons by the values of these columns: in all, then with each value of ``split``; in one pass."""
    groups = [paid.c[name] for name in cuts]
    has = [func.max(case((paid.c[split] == value, 1), else_=0)).label(f"has_{value}") for value in values]
    each = select(*groups, *has).group_by(*groups, paid.c.beneficiary_id).subquery("each")
    again = [each.c[name] for name in cuts]
    query = select(*again, func.count(), *(func.sum(each.c[column.name]) for column in has)).group_by(*again)
    return {tuple(row[: len(cuts)]): [int(count) for count in row[len(cuts) :]] for row in books.execute(query)}


def periods(books: Connection) -> list[str]:
    """The codes of all periods with entries, reversed or not."""
    return list(books.execute(select(BatchTotal.c.period).distinct()).scalars())


def paid(books: Connection, periods: Sequence[str]) -> PaidBy:
    """What is paid for these periods, net of reversals."""
    known = {row.id: (row.code, row.lent) for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.code, _lent))}
    persons: Counter[str] = Counter()
    by_nature: Counter[int] = Counter()
    for paid_under, count in _persons(books, periods, known):
        persons.update(dict.fromkeys((known[program][0] for program in paid_under), count))
        by_nature.update(dict.fromkeys((known[program][1] for program in paid_under), count))
    programs: dict[str, LedgerFigures] = {}
    natures = {0: (0, 0), 1: (0, 0)}
    for (code, lent), (times, fen) in sums(books, periods).items():
        programs[code] = LedgerFigures(times, persons[code], fen)
        natures[lent] = natures[lent][0] + times, natures[lent][1] + fen
    aid, loans = (LedgerFigures(times, by_nature[lent], fen) for lent, (times, fen) in natures.items())
    return PaidBy(programs, aid, loans)


_lent = case((ProgramRow.c.nature == "loan", 1), else_=0).label("lent")


def sums(books: Connection, periods: Sequence[str]) -> dict[tuple[str, int], tuple[int, int]]:
    """Person-times and 分 for these periods, by program code and whether it is a loan (1) or not (0)."""
    cuts = (ProgramRow.c.id, ProgramRow.c.code, _lent)
    query = (
        select(*cuts, func.sum(BatchTotal.c.payments), func.sum(BatchTotal.c.amount_fen))
        .join(ProgramRow, ProgramRow.c.id == BatchTotal.c.program_id)
        .where(BatchTotal.c.period.in_(periods))
        .group_by(*cuts)
    )
    paid = select(*(Entry.c[name] for name in (*CLAIM, "part"))).where(in_force(Entry), Entry.c.period.in_(periods))
    surplus = surpluses(books, paid.subquery("paid"), "program_id", periods=periods)
    return {
        (code, lent): (int(payments) - surplus.get((number,), 0), int(fen))
        for number, code, lent, payments, fen in books.execute(query)
    }


def _persons(books: Connection, periods: Sequence[str], programs: Iterable[int]) -> Iterator[tuple[list[int], int]]:
    """The sets of programs (ids) under which people were paid in these periods, each with its number of people.

    Sets are bits of numbers, which an engine can sum while it reads an index in order. The few people with reversals
    are taken out, and added again with what is left to them.
    """
    entered = select(Entry.c.beneficiary_id, Entry.c.program_id)
    reversal = Entry.alias()
    with_reversals = select(reversal.c.beneficiary_id).where(reversal.c.reversal_of.is_not(None))
    affected = entered.where(Entry.c.period.in_(periods), Entry.c.beneficiary_id.in_(with_reversals))
    terms = books.execute(select(BatchTotal.c.program_id, BatchTotal.c.period).distinct()).all()
    if not set(periods).issuperset(period for _, period in terms):
        # Seek in the index that begins with the program, once per program, instead of scanning the other one.
        entered = entered.where(Entry.c.period.in_(periods), Entry.c.program_id.in_(select(ProgramRow.c.id)))
    # A claim's occurrences count up, and a reversal has the negative of its entry's: the sum is positive if anything
    # is in force, which the index alone can tell.
    left = affected.group_by(Entry.c.beneficiary_id, Entry.c.program_id).having(func.sum(Entry.c.occurrence) > 0)
    # If each program has one period here, occurrence 1 is there once per person and program: no DISTINCT is needed.
    once = max(Counter(program for program, period in terms if period in periods).values(), default=0) <= 1
    if once:
        entered, affected = (query.where(Entry.c.occurrence == 1) for query in (entered, affected))
    known = sorted(programs)
    persons: Counter[tuple[int, ...]] = Counter()
    for query, sign in ((entered, 1), (affected, -1), (left, 1)):
        for program_bits, count in _by_program_bits(books, query, max(known, default=0), distinct=not once):
            persons[program_bits] += sign * count
    for program_bits, count in persons.items():
        if count:
            yield [program for program in known if program_bits[program // _BITS] >> program % _BITS & 1], count


def _by_program_bits(
    books: Connection, query: Select[Any], last_program: int, *, distinct: bool
) -> Iterator[tuple[tuple[int, ...], int]]:
    """The number of people for each set of programs, as bits; ``distinct``: rows may repeat a person's program."""
    rows = query.subquery()
    bits = [_bit_in(word, rows.c.program_id) for word in range(last_program // _BITS + 1)]
    sums = [func.sum(bit.distinct() if distinct else bit).label(f"bits_{word}") for word, bit in enumerate(bits)]
    sets = select(*sums).group_by(rows.c.beneficiary_id).subquery()
    for *numbers, count in books.execute(select(*sets.c, func.count()).group_by(*sets.c)):
        yield tuple(map(int, numbers)), count


def _bit_in(word: int, program: ColumnElement[int]) -> ColumnElement[int]:
    """A program's bit in one of the numbers that hold a set of programs, 0 if it is in another."""
    low = word * _BITS
    place = cast(program - literal_column(str(low)), Integer)
    bit = cast(literal_column("1"), BigInteger).bitwise_lshift(place)
    return case((program.between(low, low + _BITS - 1), bit), else_=0)
