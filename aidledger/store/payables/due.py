"""What is due of each claim, shared out to the entries that it is claimed by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from aidledger.store.model.tables import Beneficiary, Entry, ProgramRow, School
from aidledger.store.payables import claims
from aidledger.store.payables.claims import Claim, Scope, Sums
from aidledger.store.postings.entries import in_force


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of an entry, and to which card; ``account`` None: the roster gave none."""

    entry: int
    program: str
    period: str
    name: str
    number: str
    account: str | None
    school: str | None
    part: str | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ToPay:
    """What is due in a scope, and what else is due of claims that an order without an answer asks for already."""

    due: Sequence[Due]
    waiting: Sequence[Due]


def to_pay(books: Connection, scope: Scope, school: str | None = None) -> ToPay:
    """What is due in a scope, entry by entry: of each claim the difference and never more.

    Nobody is asked for in two orders at a time: who is in one that the bank has not answered is waiting. In the order
    of schools and names, so that a file is the same whatever was imported first.
    """
    due: list[tuple[Any, int]] = []
    waiting: list[tuple[Any, int]] = []
    for claim, row, fen in _shares(books, scope, lambda sums: sums.rest_fen):
        if school in {None, row.school}:
            (waiting if claim.sums.under_way_fen else due).append((row, fen))
    return ToPay(*([_due(row, fen) for row, fen in sorted(some, key=_in_order)] for some in (due, waiting)))


def unconfirmed(books: Connection, scope: Scope) -> list[Due]:
    """What is claimed in a scope and was not paid, entry by entry, under way or not."""
    found = _shares(books, scope, lambda sums: sums.claimed_fen - sums.paid_fen)
    return [_due(row, fen) for row, fen in sorted(((row, fen) for _, row, fen in found), key=_in_order)]


def paid_beyond(books: Connection, scope: Scope) -> Iterator[tuple[int, int]]:
    """What was paid (分) beyond the claims of a scope, by the last entry that was paid at the school."""
    owed = {(one.key, at): -fen for one in claims.claims(books, scope, paid_only=True) for at, fen in _beyond(one)}
    people = claims.People(books)
    payment = claims.payments(books, scope)
    query = (
        select(Entry.c.id, Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id, Entry.c.school_id)
        .join(payment, payment.c.entry_id == Entry.c.id)
        .where(payment.c.outcome == "paid")
        .order_by(Entry.c.id.desc())
    )
    for row in books.execute(query):
        fen = owed.pop(((row.program_id, row.period, people.first(row.beneficiary_id)), row.school_id), 0)
        if fen:
            yield row.id, fen


def _beyond(claim: Claim) -> Iterator[tuple[int | None, int]]:
    for at, sums in claim.schools.items():
        if sums.paid_fen > sums.claimed_fen:
            yield at, sums.claimed_fen - sums.paid_fen


def _shares(books: Connection, scope: Scope, rest_of: Callable[[Sums], int]) -> Iterator[tuple[Claim, Any, int]]:
    """What is left of each claim (分, by its sums at a school), shared out to its entries there."""
    owed = {
        one.key: one for one in claims.claims(books, scope) if any(rest_of(sums) > 0 for sums in one.schools.values())
    }
    confirmed = _confirmed(books, scope)
    people = claims.People(books)
    entries: defaultdict[tuple[claims.Key, int | None], list[Any]] = defaultdict(list)
    for row in books.execute(_entered(scope)):
        key = row.program_id, row.period, people.first(row.beneficiary_id)
        if key in owed and row.school_id in owed[key].schools:
            entries[key, row.school_id].append(row)
    for (key, at), rows in entries.items():
        claim = owed[key]
        for row, fen in _shared_out(rest_of(claim.schools[at]), rows, confirmed):
            yield claim, row, fen


def _entered(scope: Scope) -> Select[Any]:
    claim = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    return (
        select(
            Entry.c.id,
            *claim,
            Entry.c.school_id,
            Entry.c.amount_fen,
            Entry.c.account,
            Entry.c.part,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name).label("name"),
            Beneficiary.c.number,
            ProgramRow.c.code.label("program"),
            School.c.name.label("school"),
        )
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry), *scope.narrowed(*claim))
    )


def _confirmed(books: Connection, scope: Scope) -> frozenset[int]:
    """The entries for which themselves a bank confirmed a payment: of a claim they are not the ones that are due."""
    payment = claims.payments(books, scope)
    return frozenset(books.execute(select(payment.c.entry_id).where(payment.c.outcome == "paid")).scalars())


def _shared_out(rest_fen: int, rows: Sequence[Any], confirmed: frozenset[int]) -> Iterator[tuple[Any, int]]:
    """What is left of a claim at one school (分), shared out to its entries: those of a new version first."""
    for row in sorted(rows, key=lambda row: (row.id in confirmed, -row.id)):
        share = min(rest_fen, row.amount_fen)
        if share <= 0:
            break
        rest_fen -= share
        yield row, share


def _in_order(share: tuple[Any, int]) -> tuple[object, ...]:
    row, _ = share
    return row.program_id, row.school is None, row.school or "", row.name, row.number, row.id


def _due(row: Any, fen: int) -> Due:  # noqa: ANN401 - a row
    return Due(row.id, row.program, row.period, row.name, row.number, row.account, row.school, row.part, fen)
