"""What arrived of each entry: a claim's paid money, distributed over its entries in force.

A bank pays a claim (store/payables/claims.py), while entries are reversed and posted anew as rosters are corrected; so
an entry's claim decides whether it is paid. What was paid beyond a claim, and is to be claimed back, belongs to no
entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union,
    union_all,
)

from aidledger.store.model.tables import Entry, NumberCorrection, Recovery
from aidledger.store.payables.claims import ClaimScope, payments
from aidledger.store.postings.entries import current, in_force

_NOT_MADE = ("failed", "returned")
_CLAIM = ("program_id", "period", "person")


def arrivals(books: Connection, periods: Sequence[str]) -> CTE:
    """The entries in force, for some periods, of claims with a payment order or a bank return.

    ``entry_id``; ``share_fen``: what arrived of the entry, counting first entries that a bank confirmed themselves,
    then the oldest; ``state``: ``paid`` if all of it arrived; else ``sent-back`` if the claim's last answered payment
    was not made or was returned, and nothing is under way; else ``no-answer``.
    """
    people = _people(books)
    told = _told(books, periods)
    moved = _of_people(select(told), told, people).cte("moved")
    claim = _claims(moved)
    confirmed = (
        select(moved.c.entry_id)
        .where(moved.c.entry_id.is_not(None))
        .group_by(moved.c.entry_id)
        .having(func.sum(moved.c.paid_fen) > 0)
        .subquery("confirmed")
    )
    entry = _entries(claim, people).subquery("claimed")
    first = case((entry.c.entry_id.in_(select(confirmed)), 0), else_=1)
    of_claim = [entry.c[name] for name in _CLAIM]
    up_to = func.sum(entry.c.amount_fen).over(partition_by=of_claim, order_by=(first, entry.c.entry_id))
    left = select(entry, (entry.c.paid_fen - up_to + entry.c.amount_fen).label("left_fen")).subquery("left_for")
    share = case(
        (left.c.left_fen <= 0, 0),
        (left.c.left_fen >= left.c.amount_fen, left.c.amount_fen),
        else_=left.c.left_fen,
    )
    state = case(
        (left.c.left_fen >= left.c.amount_fen, "paid"),
        (
            and_(left.c.under_way_fen == 0, tuple_(*(left.c[name] for name in _CLAIM)).in_(_sent_back(moved))),
            "sent-back",
        ),
        else_="no-answer",
    )
    return select(left.c.entry_id, share.label("share_fen"), state.label("state")).cte("arrival")


def _people(books: Connection) -> Subquery | None:
    """People with corrected numbers, and the number each was first recorded under; None if there are none."""
    corrected = NumberCorrection.c
    if books.execute(select(corrected.batch_id).limit(1)).first() is None:
        return None
    pairs = union(
        select(corrected.earlier_id.label("one"), corrected.beneficiary_id.label("other")),
        select(corrected.beneficiary_id, corrected.earlier_id),
    ).subquery("pair")
    same = select(pairs.c.one.label("person"), pairs.c.one.label("same")).cte("same", recursive=True)
    same = same.union(select(same.c.person, pairs.c.other).join(pairs, pairs.c.one == same.c.same))
    return select(same.c.person, func.min(same.c.same).label("first")).group_by(same.c.person).subquery("people")


def _told(books: Connection, periods: Sequence[str]) -> Subquery:
    """What was paid, is under way or was returned, with the bank's last answer."""
    scope = ClaimScope(periods=frozenset(periods))
    payment = payments(books, scope)
    paid = select(
        *(Entry.c[name] for name in ("program_id", "period", "beneficiary_id")),
        *(payment.c[name] for name in ("entry_id", "paid_fen", "under_way_fen", "outcome", "paid_on", "answer_id")),
    ).join(Entry, Entry.c.id == payment.c.entry_id)
    of = Recovery.c.program_id, Recovery.c.period, Recovery.c.beneficiary_id
    nothing = cast(null(), Integer)
    came_back = select(
        *of, nothing, (-Recovery.c.amount_fen).label("paid_fen"), literal(0, Integer), null(), null(), nothing
    ).where(current(Recovery), *scope.narrowed(*of))
    return union_all(paid, came_back).subquery("told")


def _of_people(query: Select[Any], row: Any, people: Subquery | None) -> Select[Any]:  # noqa: ANN401 - a table
    """The rows of a query with ``person``: their person, as first recorded."""
    if people is None:
        return query.add_columns(row.c.beneficiary_id.label("person"))
    query = query.outerjoin(people, people.c.person == row.c.beneficiary_id)
    return query.add_columns(func.coalesce(people.c.first, row.c.beneficiary_id).label("person"))


def _claims(moved: CTE) -> Subquery:
    """What is paid and under way, by claim."""
    of_claim = [moved.c[name] for name in _CLAIM]
    sums = [func.sum(moved.c[name]).label(name) for name in ("paid_fen", "under_way_fen")]
    return select(*of_claim, *sums).group_by(*of_claim).subquery("of_claim")


def _sent_back(moved: CTE) -> Select[Any]:
    """The claims whose last bank answer is that a payment was not made or was returned; few are scanned."""
    movement = moved.alias("some")
    of_claim = [movement.c[name] for name in _CLAIM]
    ever = select(*(moved.c[name] for name in _CLAIM)).where(moved.c.outcome.in_(_NOT_MADE))
    latest_first = func.coalesce(movement.c.paid_on, "").desc(), movement.c.answer_id.desc()
    place = func.row_number().over(partition_by=of_claim, order_by=latest_first).label("place")
    answered = select(*of_claim, movement.c.outcome, place).where(
        tuple_(*of_claim).in_(ever), movement.c.outcome.is_not(None)
    )
    last = answered.subquery("last")
    return select(*(last.c[name] for name in _CLAIM)).where(last.c.place == 1, last.c.outcome.in_(_NOT_MADE))


def _entries(claim: Subquery, people: Subquery | None) -> Select[Any]:
    """The entries in force of claims, with what was paid of them."""
    person: ColumnElement[Any] = claim.c.person
    source: Any = claim
    if people is not None:
        source = claim.outerjoin(people, people.c.first == claim.c.person)
        person = func.coalesce(people.c.person, claim.c.person)
    same = and_(
        Entry.c.program_id == claim.c.program_id, Entry.c.period == claim.c.period, Entry.c.beneficiary_id == person
    )
    return (
        select(claim, Entry.c.id.label("entry_id"), Entry.c.amount_fen)
        .select_from(source.join(Entry, same))
        .where(in_force(Entry))
    )
