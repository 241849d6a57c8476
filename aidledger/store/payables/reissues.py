"""What a bank sent back, and what became of it: ordered again, or due and in no order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import BankReturn, Batch, Entry, PaymentOrderLine, ProgramRow
from aidledger.store.payables import claims
from aidledger.store.payables.claims import ClaimScope, Key, LinkedBeneficiaries
from aidledger.store.payables.settlements import withdrawn
from aidledger.store.postings.entries import current

_SENT_BACK = ("failed", "returned")


@dataclass(frozen=True, slots=True)
class SentBack:
    """The claims of which a bank sent lines of an order back, and the cards that were tried.

    ``persons``: all beneficiaries of these claims.
    """

    period: str
    programs: frozenset[str]
    persons: frozenset[int]
    keys: frozenset[Key]
    cards: frozenset[str]


@dataclass(frozen=True, slots=True)
class OrderPart:
    """A number of an order's lines, and what they are worth in 分."""

    order: int
    lines: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """A batch of bank returns that answers lines of an order: who imported it, and when (UTC)."""

    batch: int
    at: str
    by: str
    lines: int


def answers_to(books: Connection, order: int) -> list[OrderAnswer]:
    """The batches in force whose bank returns answer an order."""
    stamps = Batch.c.id, Batch.c.posted_at, Batch.c.posted_by
    query = (
        select(*stamps, func.count())
        .join(BankReturn, BankReturn.c.batch_id == Batch.c.id)
        .where(BankReturn.c.order_id == order, BankReturn.c.entry_id.is_not(None), current(BankReturn))
        .group_by(*stamps)
        .order_by(Batch.c.id)
    )
    return [OrderAnswer(*row) for row in books.execute(query)]


def sent_back(books: Connection) -> dict[int, SentBack]:
    """What banks sent back, by order; orders of which nothing came back are left out."""
    payment, line = claims.payments(books), PaymentOrderLine
    query = (
        select(
            line.c.order_id,
            ProgramRow.c.code,
            Entry.c.program_id,
            Entry.c.period,
            Entry.c.beneficiary_id,
            line.c.account,
        )
        .join(payment, (payment.c.order_id == line.c.order_id) & (payment.c.serial == line.c.serial))
        .join(Entry, Entry.c.id == line.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(payment.c.outcome.in_(_SENT_BACK))
    )
    people = LinkedBeneficiaries(books)
    rows = defaultdict(list)
    for order, *row in books.execute(query):
        rows[order].append(row)
    return {order: _sent_back(of_order, people) for order, of_order in sorted(rows.items())}


def _sent_back(rows: Sequence[Sequence[Any]], people: LinkedBeneficiaries) -> SentBack:
    programs, ids, periods, persons, cards = zip(*rows, strict=True)
    firsts = [people.first(person) for person in persons]
    return SentBack(
        period=periods[0],
        programs=frozenset(programs),
        persons=frozenset().union(*map(people.same, firsts)),
        keys=frozenset(zip(ids, periods, firsts, strict=True)),
        cards=frozenset(cards),
    )


def due_again(books: Connection, returned: Mapping[int, SentBack]) -> list[OrderPart]:
    """What of the claims sent back is due and in no order, by the last order that tried to pay it."""
    persons = sorted(frozenset().union(*(one.persons for one in returned.values())))
    due = {
        claim.key: claim.due_fen
        for some in chunks(persons)
        for claim in claims.claims(books, ClaimScope(persons=some))
        if claim.due_fen and not claim.sums.under_way_fen
    }
    found = []
    for order, one in sorted(returned.items(), reverse=True):
        amounts = [due.pop(key) for key in sorted(one.keys) if key in due]
        if amounts:
            found.append(OrderPart(order, len(amounts), sum(amounts)))
    return found[::-1]


def ordered_again(books: Connection, order: int, returned: SentBack) -> list[OrderPart]:
    """The lines of later orders that pay what was sent back of an order; withdrawn orders pay nothing."""
    people, line = LinkedBeneficiaries(books), PaymentOrderLine
    sums: defaultdict[int, list[int]] = defaultdict(list)
    for persons in chunks(sorted(returned.persons)):
        query = (
            select(line.c.order_id, line.c.amount_fen, Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
            .join(Entry, Entry.c.id == line.c.entry_id)
            .where(line.c.order_id > order, line.c.order_id.not_in(withdrawn(books)))
            .where(Entry.c.beneficiary_id.in_(persons))
        )
        for later, fen, program, period, person in books.execute(query):
            if (program, period, people.first(person)) in returned.keys:
                sums[later].append(fen)
    return [OrderPart(later, len(amounts), sum(amounts)) for later, amounts in sorted(sums.items())]
