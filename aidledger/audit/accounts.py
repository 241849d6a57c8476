"""Bank cards: one for several pupils, no card number at all, one that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import func, or_, select

from aidledger.audit.people import people
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.domain.account import ACCOUNT_LENGTHS
from aidledger.domain.identity import mask_account
from aidledger.i18n import N_
from aidledger.store.model.tables import School, StaffCard
from aidledger.store.postings.entries import current

_PRACTICE = N_("common audit practice")
SIBLINGS = N_("siblings by their guardian")
# A card of more pupils is shown as a warning, whoever their rosters say the guardian is.
_SIBLINGS_MAX = 2


def _shared(scope: Scope) -> Iterator[Case]:
    """One case per card to which several people are paid."""
    paid = scope.payments()
    shared = (
        select(paid.c.account)
        .where(paid.c.account.is_not(None))
        .group_by(paid.c.account)
        .having(func.min(paid.c.beneficiary_id) != func.max(paid.c.beneficiary_id))
    )
    found = scope.books.execute(select(paid).where(paid.c.account.in_(shared))).all()
    known = people(scope, (row.beneficiary_id for row in found))
    in_order = sorted(found, key=lambda row: (row.account, known[row.beneficiary_id].number, row.id))
    for account, group in groupby(in_order, key=lambda row: row.account):
        rows = list(group)
        sharers = {row.beneficiary_id: known[row.beneficiary_id] for row in rows}
        kinship = _kinship(rows, sharers.values() if "people-in-full" in scope.holds else None)
        yield Case(
            about=("card", account),
            entries=tuple(row.id for row in rows),
            persons=len(sharers),
            amount_fen=sum(row.amount_fen for row in rows),
            facts={
                "account": mask_account(account),
                "count": len(sharers),
                "kinship": kinship,
            },
            severity="info" if kinship == SIBLINGS and len(sharers) <= _SIBLINGS_MAX else None,
        )


def _kinship(rows: Sequence[Any], sharers: Iterable[Any] | None) -> str:
    """Whether pupils are siblings by the guardian in their rosters; without guardians, what their surnames suggest.

    ``sharers``: the pupils, if their names are known.
    """
    guardians: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        guardians[row.beneficiary_id] |= {row.guardian} - {None}
    if all(guardians.values()):
        return SIBLINGS if set.intersection(*guardians.values()) else N_("of several guardians")
    if sharers is None:
        return N_("surnames unknown here")
    surnames = {person.name[:1] for person in sharers}
    return N_("all of one surname") if len(surnames) == 1 else N_("of different surnames")


def _malformed(scope: Scope) -> Iterator[Case]:
    """One case per card number of a wrong length."""
    paid = scope.payments()
    length = func.length(paid.c.account)
    wrong = or_(length < ACCOUNT_LENGTHS.start, length >= ACCOUNT_LENGTHS.stop)
    query = select(paid).where(paid.c.account.is_not(None), wrong).order_by(paid.c.account, paid.c.id)
    for account, group in groupby(scope.books.execute(query), key=lambda row: row.account):
        rows = list(group)
        yield Case(
            about=("card", account),
            entries=tuple(row.id for row in rows),
            persons=len({row.beneficiary_id for row in rows}),
            amount_fen=sum(row.amount_fen for row in rows),
            facts={"account": mask_account(account)},
        )


def _changed(scope: Scope) -> Iterator[Case]:
    """One case per person paid to several cards."""
    paid = scope.payments()
    several = (
        select(paid.c.beneficiary_id)
        .where(paid.c.account.is_not(None))
        .group_by(paid.c.beneficiary_id)
        .having(func.count(func.distinct(paid.c.account)) > 1)
    )
    query = (
        select(paid)
        .where(paid.c.beneficiary_id.in_(several), paid.c.account.is_not(None))
        .order_by(paid.c.beneficiary_id, paid.c.id)
    )
    for person, group in groupby(scope.books.execute(query), key=lambda row: row.beneficiary_id):
        rows: list[Any] = list(group)
        yield Case(
            about=(person,),
            entries=tuple(row.id for row in rows),
            amount_fen=0,
            facts={"count": len({row.account for row in rows})},
        )


def _of_staff(scope: Scope) -> Iterator[Case]:
    """One case per card of a member of staff to which pupils are paid."""
    paid, staff = scope.payments(), StaffCard.alias("staff")
    query = (
        select(paid, staff.c.id.label("record"), staff.c.name, School.c.name.label("works_at"))
        .join(staff, staff.c.account == paid.c.account)
        .outerjoin(School, School.c.id == staff.c.school_id)
        .where(current(staff))
        .order_by(paid.c.account, paid.c.id, staff.c.id)
    )
    for account, group in groupby(scope.books.execute(query), key=lambda row: row.account):
        rows: list[Any] = list(group)
        payments = {row.id: row for row in rows}
        yield Case(
            about=("card", account),
            entries=tuple(payments),
            persons=len({row.beneficiary_id for row in rows}),
            amount_fen=sum(row.amount_fen for row in payments.values()),
            facts={
                "account": mask_account(account),
                "count": len({row.beneficiary_id for row in rows}),
                "holder": rows[0].name,
                "school": rows[0].works_at or "—",
            },
            records=tuple(dict.fromkeys(("staff", row.record) for row in rows)),
        )


RULES = (
    Rule(
        code="account-shared",
        severity="warning",
        message=N_("Card {account} receives the money of {count} pupils, {kinship}."),
        explanation=N_(
            "Aid is paid to the pupil's own card. Siblings may share a parent's; a card shared by many pupils, or "
            "by pupils of different families, may be a teacher's. Ask the bank who holds it. Where rosters name "
            "guardians, siblings are identified by them, and two are only noted; surnames are only a hint."
        ),
        reference=_PRACTICE,
        find=_shared,
    ),
    Rule(
        code="card-of-staff",
        severity="error",
        message=N_("Card {account} of {holder}, on the staff of {school}, receives the money of {count} pupils."),
        explanation=N_(
            "Aid is paid to the pupil's own card or a guardian's, never to a teacher's. Judged: the cards on lists of "
            "staff. A teacher may be a pupil's parent: ask for the family register. Otherwise pay to the pupil's card, "
            "and find out where the money went."
        ),
        reference=_PRACTICE,
        find=_of_staff,
        needs=("staff",),
    ),
    Rule(
        code="account-format",
        severity="warning",
        message=N_("{account} is not a card number: 12 to 19 digits are usual."),
        explanation=N_("The bank will return a payment to such a card number. Compare it with the card."),
        reference=_PRACTICE,
        find=_malformed,
        needs=("people-in-full",),
    ),
    Rule(
        code="account-changed",
        severity="info",
        message=N_("Paid to {count} different cards."),
        explanation=N_(
            "A lost card is replaced, but a tampered list also looks like a change of cards. Where several pupils "
            "of a school changed at once, ask the families, not the school."
        ),
        reference=_PRACTICE,
        find=_changed,
    ),
)
