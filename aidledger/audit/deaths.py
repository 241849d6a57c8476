"""paid-after-death: payments for a term or month that began after the pupil had died."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, FromClause, Subquery, and_, func, or_, select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.domain.part import Part
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Death
from aidledger.store.payables.claims import LinkedBeneficiaries
from aidledger.store.postings.entries import current

# Person, program (its code), period.
_Claim = tuple[int, str, str]
_MONTH_LENGTH = len("2021-09")


def had_died(beneficiary: ColumnElement[int], period: Period) -> ColumnElement[bool]:
    """Whether a list in force says that a beneficiary died before the first day of school; a month is its last day."""
    death, begins = Death.alias(), period.school_begins
    of_a_day = func.length(death.c.died_on) > _MONTH_LENGTH
    before = or_(death.c.died_on < f"{begins:%Y-%m}", and_(of_a_day, death.c.died_on < begins.isoformat()))
    return select(death.c.id).where(death.c.beneficiary_id == beneficiary, current(death), before).exists()


def _find(scope: Scope) -> Iterator[Case]:
    """One case per person, program and period, with every payment that began after the death."""
    # A lake knows no corrected numbers.
    people = LinkedBeneficiaries(cast("Connection", scope.books)) if "payment-orders" in scope.holds else None
    paid, death = scope.payments(), Death.alias("death")
    rows = list(_paid_and_listed(scope, paid, death, death.c.beneficiary_id == paid.c.beneficiary_id))
    if people:
        rows += _under_other_numbers(scope, people)
    found: dict[_Claim, list[Any]] = defaultdict(list)
    for row in rows:
        person = people.first(row.beneficiary_id) if people else row.beneficiary_id
        found[person, row.program, row.period].append(row)
    for claim, listed in sorted(found.items()):
        # Where lists differ, the latest day counts.
        died_on = max(row.died_on for row in listed)
        payments = {row.id: row for row in listed if _began_after(died_on, row.period, row.part)}
        if payments:
            yield _case(claim, died_on, payments, sorted({row.record for row in listed}))


def _paid_and_listed(scope: Scope, paid: Subquery, death: FromClause, same: ColumnElement[bool]) -> Sequence[Any]:
    """The payments to people on lists of deaths in force, each with its record there."""
    columns = ("id", "beneficiary_id", "program", "period", "part", "school", "amount_fen")
    query = (
        select(*(paid.c[name] for name in columns), death.c.id.label("record"), death.c.died_on)
        .join(death, same)
        .where(current(death))
        .order_by(paid.c.id, death.c.id)
    )
    return scope.books.execute(query).all()


def _under_other_numbers(scope: Scope, people: LinkedBeneficiaries) -> Iterator[Any]:
    """The same for payments under another number of the person than the list's."""
    paid, death = scope.payments(), Death.alias("death")
    dead = select(death.c.beneficiary_id).where(current(death)).distinct()
    for ids in chunks(sorted(people.corrected), scope.keys_at_once):
        for person in scope.books.execute(dead.where(death.c.beneficiary_id.in_(ids))).scalars().all():
            others = sorted(people.same(person) - {person})
            same = and_(death.c.beneficiary_id == person, paid.c.beneficiary_id.in_(others))
            yield from _paid_and_listed(scope, paid, death, same)


def _began_after(died_on: str, period: str, part: str | None) -> bool:
    """Whether a payment's term, or the first month that its part names, began after a day or month (its last day)."""
    term = Period.parse(period)
    months = Part.parse(part).of(term).months if part else ()
    first = date.fromisoformat(f"{months[0]}-01") if months else term.school_begins
    last = f"{died_on}-31" if len(died_on) == _MONTH_LENGTH else died_on
    return last < max(first, term.school_begins).isoformat()


def _case(claim: _Claim, died_on: str, payments: Mapping[int, Any], records: Sequence[int]) -> Case:
    _, program, period = claim
    schools = tuple(sorted({row.school for row in payments.values() if row.school}))
    return Case(
        about=claim,
        entries=tuple(payments),
        program=program,
        period=period,
        amount_fen=sum(row.amount_fen for row in payments.values()),
        facts={"program": program, "period": period, "school": schools or "—", "died_on": died_on},
        records=tuple(("death", record) for record in records),
    )


RULE = Rule(
    code="paid-after-death",
    severity="error",
    message=N_("Died on {died_on}, and paid under {program} for {period} at {school}."),
    explanation=N_(
        "Nobody is paid for a term, or a month, that begins after their death. Judged: people on a list of deaths in "
        "force, by ID number, also one that was corrected since; terms by the first day of school (1 September, about "
        "20 February), payments by the month by their month. A list that gives a month only is read as its last day. "
        "Ask the school and the household; claim the payment back."
    ),
    reference=N_("common audit practice"),
    find=_find,
    needs=("death",),
)
