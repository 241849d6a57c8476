"""Public notices against payments: people paid but not announced, or announced but not paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.i18n import N_
from aidledger.store.model.tables import Entry, Notice, NoticeLine, ProgramRow, School
from aidledger.store.postings.entries import in_force

# Program, period, school.
Key = tuple[str, str, str | None]
# A payment: entry (id), person (id), 分.
Paid = tuple[int, int, int]


def _unannounced(scope: Scope) -> Iterator[tuple[Key, Paid]]:
    """Payments that a notice for their program and period should cover, to people whom no notice names."""
    paid, covering, named, announced = scope.payments(), Notice.alias(), NoticeLine.alias(), Entry.alias()
    covered = select(covering.c.id).where(_same(covering, paid), _of_school(covering, paid))
    of_person = (
        select(named.c.entry_id)
        .join(announced, announced.c.id == named.c.entry_id)
        .where(
            announced.c.beneficiary_id == paid.c.beneficiary_id,
            announced.c.program_id == paid.c.program_id,
            announced.c.period == paid.c.period,
        )
    )
    query = select(paid).where(covered.exists(), ~of_person.exists()).order_by(paid.c.id)
    for row in scope.books.execute(query):
        yield (row.program, row.period, row.school), (row.id, row.beneficiary_id, row.amount_fen)


def _same(notice: Any, paid: Any) -> ColumnElement[bool]:  # noqa: ANN401 - tables
    return and_(notice.c.program_id == paid.c.program_id, notice.c.period == paid.c.period)


def _of_school(notice: Any, paid: Any) -> ColumnElement[bool]:  # noqa: ANN401
    return or_(notice.c.school_id.is_(None), notice.c.school_id == paid.c.school_id)


def _unpaid(scope: Scope) -> Iterator[tuple[Key, Paid]]:
    """Announced payments that were reversed, to people with no other payment of the claim."""
    paid = Entry.alias("paid")
    otherwise = select(paid.c.id).where(
        paid.c.beneficiary_id == Entry.c.beneficiary_id,
        paid.c.program_id == Entry.c.program_id,
        paid.c.period == Entry.c.period,
        in_force(paid),
    )
    query = (
        select(Entry.c.id, Entry.c.beneficiary_id, Entry.c.amount_fen, ProgramRow.c.code, Entry.c.period, School.c.name)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(Entry.c.id.in_(select(NoticeLine.c.entry_id)), ~otherwise.exists())
        .order_by(Entry.c.id)
    )
    for number, person, amount, program, period, school in scope.books.execute(query):
        if scope.program in {None, program} and scope.period in {None, period}:
            yield (program, period, school), (number, person, amount)


def _differences(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school."""
    unannounced: dict[Key, set[Paid]] = defaultdict(set)
    unpaid: dict[Key, set[Paid]] = defaultdict(set)
    for found, rows in ((unannounced, _unannounced(scope)), (unpaid, _unpaid(scope))):
        for key, payment in rows:
            found[key].add(payment)
    for key in sorted(unannounced.keys() | unpaid.keys(), key=str):
        program, period, school = key
        payments = unannounced[key] | unpaid[key]
        yield Case(
            about=(program, period, school or ""),
            entries=tuple(sorted(entry for entry, _, _ in payments)),
            program=program,
            period=period,
            persons=_persons(payments),
            amount_fen=sum(amount for _, _, amount in payments),
            facts={
                "paid": _persons(unannounced[key]),
                "named": _persons(unpaid[key]),
                "school": school or "—",
                "period": period,
            },
        )


def _persons(payments: Iterable[Paid]) -> int:
    return len({person for _, person, _ in payments})


RULE = Rule(
    code="notice-differs-from-payment",
    severity="warning",
    message=N_("{school}, {period}: {paid} paid but not announced, {named} announced but not paid."),
    explanation=N_(
        "The names of those to be paid must be posted for at least five working days beforehand. Some were paid "
        "without being announced, or announced and not paid. Judged: programs and periods for which a notice was "
        "recorded. Post a notice for those added later, or explain."
    ),
    reference="财教〔2021〕310号",
    find=_differences,
    needs=("notice", "one-district"),
)
