"""Running totals: every batch's payments and amounts by program, period and school, net of reversals.

They are written in the batch's transaction, and ``verify`` compares them with the entries. The totals of ten million
entries are then the sum of some ten thousand rows. Parts of one person-time count as payments each; person_times.py
gets their surplus from the entries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    bindparam,
    case,
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
# Bits of pairs per number: fits a signed 64-bit integer on every engine.
_BITS = 60
# A program (id) and a period.
Pair = tuple[int, str]
# Payments and 分, by program code, period and school name.
Totals = dict[tuple[str, str, str | None], tuple[int, int]]
Group = TypeVar("Group", bound=Hashable)


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


@dataclass(frozen=True, slots=True)
class PaidUnder:
    """Person-times and 分 by program and period, and how many people were paid under which of these pairs.

    Whatever follows from program and period can be counted from it: a person counts once in a group, under however
    many of its pairs. ``people``: their number by the pairs of each, as bits in the order of ``sums``.
    """

    sums: Mapping[Pair, tuple[int, int]]
    people: Mapping[int, int]

    def by(self, groups: Mapping[Pair, Group]) -> dict[Group, LedgerFigures]:
        """The figures of each group, given the group of every pair; of a group with reversed payments only, zeros."""
        masks: dict[Group, int] = defaultdict(int)
        times, fen = Counter[Group](), Counter[Group]()
        for place, (pair, (more_times, more_fen)) in enumerate(self.sums.items()):
            group = groups[pair]
            masks[group] |= 1 << place
            times[group] += more_times
            fen[group] += more_fen
        return {
            group: LedgerFigures(
                times[group], sum(count for bits, count in self.people.items() if bits & mask), fen[group]
            )
            for group, mask in masks.items()
        }


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
    return paid_by(books, paid_under(books, periods))


def paid_by(books: Connection, under: PaidUnder) -> PaidBy:
    """The same of what was read already."""
    known = {row.id: row for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.code, ProgramRow.c.nature))}
    programs = under.by({pair: known[pair[0]].code for pair in under.sums})
    loans = under.by({pair: known[pair[0]].nature == "loan" for pair in under.sums})
    return PaidBy(programs, loans.get(False, LedgerFigures()), loans.get(True, LedgerFigures()))


def paid_under(books: Connection, periods: Sequence[str]) -> PaidUnder:
    """What is paid for these periods by program and period, net of reversals: one pass over an index."""
    found = sums(books, periods)
    return PaidUnder(found, _people(books, periods, list(found)))


def sums(books: Connection, periods: Sequence[str]) -> dict[Pair, tuple[int, int]]:
    """Person-times and 分 for these periods, by program (id) and period."""
    cuts = (BatchTotal.c.program_id, BatchTotal.c.period)
    query = (
        select(*cuts, func.sum(BatchTotal.c.payments), func.sum(BatchTotal.c.amount_fen))
        .where(BatchTotal.c.period.in_(list(periods)))
        .group_by(*cuts)
        .order_by(*cuts)
    )
    paid = select(*(Entry.c[name] for name in (*CLAIM, "part"))).where(in_force(Entry), Entry.c.period.in_(periods))
    further = surpluses(books, paid.subquery("paid"), "program_id", "period", periods=periods)
    return {
        (program, period): (int(payments) - further.get((program, period), 0), int(fen))
        for program, period, payments, fen in books.execute(query)
    }


def _people(books: Connection, wanted: Sequence[str], pairs: Sequence[Pair]) -> dict[int, int]:
    """The number of people by the pairs under which each was paid: bits in the order of the pairs.

    An engine sums bits while it reads an index in order. The few people with reversals are taken out, and added again
    with what is left to them.
    """
    entered = select(*(Entry.c[name] for name in CLAIM))
    reversal = Entry.alias()
    with_reversals = select(reversal.c.beneficiary_id).where(reversal.c.reversal_of.is_not(None))
    affected = entered.where(Entry.c.period.in_(wanted), Entry.c.beneficiary_id.in_(with_reversals))
    if not set(wanted).issuperset(periods(books)):
        # Seek in the index that begins with the program, once per program, instead of scanning the other one.
        entered = entered.where(Entry.c.period.in_(wanted), Entry.c.program_id.in_(select(ProgramRow.c.id)))
    # A claim's occurrences count up from 1, and a reversal has the negative of its entry's: occurrence 1 is there once
    # per claim, and the sum is positive if anything is in force, which the index alone can tell.
    first = Entry.c.occurrence == 1
    left = affected.group_by(*(Entry.c[name] for name in CLAIM)).having(func.sum(Entry.c.occurrence) > 0)
    people: Counter[int] = Counter()
    for query, sign in ((entered.where(first), 1), (affected.where(first), -1), (left, 1)):
        for bits, count in _by_bits(books, query, pairs):
            people[bits] += sign * count
    return {bits: count for bits, count in people.items() if count}


def _by_bits(books: Connection, query: Select[Any], pairs: Sequence[Pair]) -> Iterator[tuple[int, int]]:
    """The number of people for each set of pairs, as bits; ``query``: claims, each once."""
    if not pairs:
        return
    rows = query.subquery()
    words = [pairs[at : at + _BITS] for at in range(0, len(pairs), _BITS)]
    bits = [func.sum(_bit(rows, word)).label(f"bits_{number}") for number, word in enumerate(words)]
    sets = select(*bits).group_by(rows.c.beneficiary_id).subquery()
    for *numbers, count in books.execute(select(*sets.c, func.count()).group_by(*sets.c)):
        yield sum(int(number) << _BITS * place for place, number in enumerate(numbers)), count


def _bit(claims: FromClause, word: Sequence[Pair]) -> ColumnElement[int]:
    """A claim's bit in one of the numbers that hold a set of pairs, 0 if it is in another."""
    bits: dict[int, dict[str, ColumnElement[int]]] = defaultdict(dict)
    for place, (program, period) in enumerate(word):
        bits[program][period] = literal_column(str(1 << place), BigInteger)
    nothing = literal_column("0", BigInteger)
    of_programs = {
        program: case(of_periods, value=claims.c.period, else_=nothing) for program, of_periods in bits.items()
    }
    return case(of_programs, value=claims.c.program_id, else_=nothing)
