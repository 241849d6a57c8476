"""What is due of each claim, allocated to its entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from aidledger.store.model.tables import Beneficiary, Entry, ProgramRow, School
from aidledger.store.payables import claims
from aidledger.store.payables.claims import Claim, ClaimScope, Sums
from aidledger.store.postings.entries import in_force


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of an entry (分), and to which card; ``account`` None: the roster states none."""

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
    """What is due, and what is due but has to wait for the answer to an order for the same claim."""

    due: Sequence[Due]
    waiting: Sequence[Due]


def to_pay(
    books: Connection, scope: ClaimScope, school: str | None = None, keys: Container[claims.Key] | None = None
) -> ToPay:
    """What is due in a scope, entry by entry: never more than a claim's difference.

    A claim is in one unanswered order at a time; meanwhile the rest of it waits. In the order of schools and names, so
    that the bank file does not depend on the order of imports. ``keys``: of these claims only.
    """
    due: list[tuple[Any, int]] = []
    waiting: list[tuple[Any, int]] = []
    for part in [scope] if school is None else claims.at_school(books, scope, school):
        for claim, row, fen in _shares(books, part, lambda sums: sums.rest_fen):
            if school in {None, row.school} and (keys is None or claim.key in keys):
                (waiting if claim.sums.under_way_fen else due).append((row, fen))
    return ToPay(*([_due(row, fen) for row, fen in sorted(shares, key=_in_order)] for shares in (due, waiting)))


def unconfirmed(books: Connection, scope: ClaimScope) -> list[Due]:
    """What is claimed and not paid in a scope, entry by entry, under way or not."""
    found = _shares(books, scope, lambda sums: sums.claimed_fen - sums.paid_fen)
    return [_due(row, fen) for row, fen in sorted(((row, fen) for _, row, fen in found), key=_in_order)]


def paid_beyond(books: Connection, scope: ClaimScope) -> Iterator[tuple[int, int]]:
    """Payments beyond the claims of a scope: the last entry paid at the school, and the excess in 分."""
    owed = {
        (claim.key, school): excess_fen
        for claim in claims.claims(books, scope, paid_only=True)
        for school, excess_fen in _excess(claim)
    }
    people = claims.LinkedBeneficiaries(books)
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


def _excess(claim: Claim) -> Iterator[tuple[int | None, int]]:
    for school, sums in claim.schools.items():
        if sums.paid_fen > sums.claimed_fen:
            yield school, sums.paid_fen - sums.claimed_fen


def _shares(books: Connection, scope: ClaimScope, rest_of: Callable[[Sums], int]) -> Iterator[tuple[Claim, Any, int]]:
    """The rest of each claim (分, from its sums at a school), allocated to its entries there: claim, entry, share."""
    owed = {
        claim.key: claim
        for claim in claims.claims(books, scope)
        if any(rest_of(sums) > 0 for sums in claim.schools.values())
    }
    confirmed = _confirmed(books, scope)
    people = claims.LinkedBeneficiaries(books)
    entries: defaultdict[tuple[claims.Key, int | None], list[Any]] = defaultdict(list)
    programs = Entry.c.program_id.in_(sorted({program for program, *_ in owed}))  # others are paid without a bank
    for row in books.execute(_entered(scope).where(programs)):
        key = row.program_id, row.period, people.first(row.beneficiary_id)
        if key in owed and row.school_id in owed[key].schools:
            entries[key, row.school_id].append(row)
    for (key, school), rows in entries.items():
        claim = owed[key]
        for row, fen in _allocated(rest_of(claim.schools[school]), rows, confirmed):
            yield claim, row, fen


def _entered(scope: ClaimScope) -> Select[Any]:
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


def _confirmed(books: Connection, scope: ClaimScope) -> frozenset[int]:
    """The entries whose own payment a bank confirmed: other entries of a claim are due first."""
    payment = claims.payments(books, scope)
    return frozenset(books.execute(select(payment.c.entry_id).where(payment.c.outcome == "paid")).scalars())


def _allocated(rest_fen: int, rows: Sequence[Any], confirmed: frozenset[int]) -> Iterator[tuple[Any, int]]:
    """A claim's rest at one school (分), allocated to its entries: unconfirmed ones first, then the newest."""
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
