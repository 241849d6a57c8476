"""School registers: people paid who are not enrolled or have left, and more people paid than enrolled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select

from aidledger.audit.deaths import had_died
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.audit.totals import totals, totals_of_schools
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.database.bulk import KEYS_PER_QUERY, chunks
from aidledger.store.model.tables import Enrolment, School
from aidledger.store.postings.entries import current

GONE = ("left", "transferred", "graduated", "deceased")
# Not there for the time being: no fault of who was paid, but nobody owes them a payment.
AWAY = (*GONE, "suspended")


def with_register(period: str) -> Select[Any]:
    """The schools (ids) with a register for a semester."""
    listed = Enrolment.alias()
    return select(listed.c.school_id).where(listed.c.period == period, current(listed), listed.c.school_id.is_not(None))


def gone_before(
    register: Any,  # noqa: ANN401 - a table
    period: Period,
    statuses: Sequence[str] = GONE,
) -> ColumnElement[bool]:
    """Whether a line of a register says that the pupil had left (``statuses``) before school began.

    Leaving without a date counts as before; so does a month without a day (``2022-02``), unless school begins on its
    first day.
    """
    begins = period.school_begins
    first = f"{begins:%Y-%m}" if begins.day == 1 else begins.isoformat()
    return and_(register.c.status.in_(statuses), or_(register.c.left_on.is_(None), register.c.left_on < first))


def is_enrolled(
    period: Period, beneficiary: ColumnElement[int], school: ColumnElement[Any], statuses: Sequence[str] = GONE
) -> ColumnElement[bool]:
    """Whether a school's register for a period has the beneficiary as one who had not left before school began."""
    register = Enrolment.alias()
    return (
        select(register.c.id)
        .where(
            register.c.beneficiary_id == beneficiary,
            register.c.period == period.code,
            register.c.school_id == school,
            current(register),
            ~gone_before(register, period, statuses),
        )
        .exists()
    )


def _semesters(scope: Scope) -> list[Period]:
    """The semesters with a register, within the scope."""
    query = select(Enrolment.c.period).where(current(Enrolment)).distinct().order_by(Enrolment.c.period)
    periods = [period for period in scope.books.execute(query).scalars() if scope.period in {None, period}]
    return [Period.parse(period) for period in periods]


def _unknown(scope: Scope) -> Iterator[Case]:
    """Payments by schools with a register for the period, to pupils who are not in it at all."""
    for period in _semesters(scope):
        schools, paid, register = scope.among(with_register(period.code)), scope.payments(), Enrolment.alias()
        listed = select(register.c.id).where(
            register.c.beneficiary_id == paid.c.beneficiary_id,
            register.c.period == period.code,
            register.c.school_id == paid.c.school_id,
            current(register),
        )
        query = select(paid).where(paid.c.period == period.code, paid.c.school_id.in_(schools), ~listed.exists())
        for row in scope.books.execute(query.order_by(paid.c.id)):
            yield Case.of(row, {"school": row.school, "period": row.period})


def _left(scope: Scope) -> Iterator[Case]:
    """Payments for a period before which the pupil had left, by any register of the school up to that period."""
    paid = scope.payments()
    terms = sorted({total.period for total in totals(scope)})
    registered = select(Enrolment.c.period).where(current(Enrolment)).distinct()
    known = [Period.parse(code) for code in scope.books.execute(registered).scalars()]
    for period in (Period.parse(code) for code in terms):
        up_to = [other.code for other in known if other.start <= period.start]
        if not up_to or not period.semester:
            continue
        register = Enrolment.alias()
        query = (
            select(
                paid,
                func.max(register.c.id).label("record"),
                func.max(register.c.status).label("status"),
                func.max(register.c.left_on).label("left_on"),
            )
            .join(register, register.c.beneficiary_id == paid.c.beneficiary_id)
            .where(
                paid.c.period == period.code,
                register.c.school_id == paid.c.school_id,
                register.c.period.in_(up_to),
                current(register),
                gone_before(register, period),
                ~is_enrolled(period, paid.c.beneficiary_id, paid.c.school_id),
                ~had_died(paid.c.beneficiary_id, period),  # paid-after-death
            )
            .group_by(*paid.c)
            .order_by(paid.c.id)
        )
        for row in scope.books.execute(query):
            facts = {"school": row.school, "period": row.period, "status": row.status, "left_on": row.left_on or "—"}
            yield Case.of(row, facts, records=(("register", row.record),))


def _too_many(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school with more people paid than its register has."""
    for period in _semesters(scope):
        enrolled = _enrolled(scope, period)
        of_term = totals_of_schools(replace(scope, period=period.code))
        # A school has at most as many people as person-times: those with more may be crowded.
        crowded = {paid.school for paid in of_term if paid.person_times > enrolled.get(paid.school, paid.person_times)}
        if not crowded:
            continue
        paid = _persons(scope, period, sorted(filter(None, crowded)))
        crowds = [row for row in paid if row.persons > enrolled.get(row.school, row.persons)]
        beyond = _beyond(scope, period, sorted({row.school for row in crowds}))
        for row in crowds:
            yield _crowd(period, row, enrolled[row.school], beyond[row.program, row.school])


def _enrolled(scope: Scope, period: Period) -> Mapping[str | None, int]:
    """The number of people in each register for a period, by school."""
    register = Enrolment.alias()
    pupil = case((~gone_before(register, period), register.c.beneficiary_id))
    query = (
        select(School.c.name, func.count(pupil.distinct()))
        .join(School, School.c.id == register.c.school_id)
        .where(register.c.period == period.code, current(register))
        .group_by(School.c.name)
    )
    return {school: persons for school, persons in scope.books.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def _persons(scope: Scope, period: Period, schools: Sequence[str]) -> Sequence[Row[Any]]:
    """The number of people paid for a period, by program and school: at these schools, or at all if they are many."""
    paid = scope.payments()
    keys = (paid.c.program, paid.c.school)
    these = [paid.c.school.in_(schools)] if len(schools) <= KEYS_PER_QUERY else []
    query = (
        select(*keys, func.count(paid.c.beneficiary_id.distinct()).label("persons"))
        .where(paid.c.period == period.code, *these)
        .group_by(*keys)
        .order_by(*keys)
    )
    return scope.books.execute(query).all()


def _beyond(scope: Scope, period: Period, schools: Sequence[str]) -> Mapping[tuple[str, str], list[Any]]:
    """These schools' payments to people who are not in their register, by program and school."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    paid = scope.payments()
    for names in chunks(schools, scope.keys_at_once):
        query = select(paid.c.id, paid.c.program, paid.c.school, paid.c.amount_fen).where(
            paid.c.period == period.code,
            paid.c.school.in_(names),
            ~is_enrolled(period, paid.c.beneficiary_id, paid.c.school_id),
        )
        for row in scope.books.execute(query.order_by(paid.c.id)):
            found[row.program, row.school].append(row)
    return found


def _crowd(period: Period, group: Any, enrolled: int, beyond: list[Any]) -> Case:  # noqa: ANN401 - rows
    """The case's entries and amount are the payments to people who are not in the register."""
    return Case(
        about=(group.program, period.code, group.school),
        entries=tuple(row.id for row in beyond),
        program=group.program,
        period=period.code,
        persons=group.persons - enrolled,
        amount_fen=sum(row.amount_fen for row in beyond),
        facts={"school": group.school, "paid": group.persons, "enrolled": enrolled, "period": period.code},
    )


_REGISTER = N_("the school register (学籍)")
RULES = (
    Rule(
        code="not-enrolled",
        severity="error",
        message=N_("Paid for {period} at {school}, but not in its register for that term."),
        explanation=N_(
            "A pupil who never was at a school is a ghost on its list, or goes to school elsewhere. Judged: schools "
            "whose register for the term was imported. Ask which school the pupil attends."
        ),
        reference=_REGISTER,
        find=_unknown,
        needs=("register",),
    ),
    Rule(
        code="left-before-term",
        severity="error",
        message=N_("Paid for {period} at {school}, though its register says otherwise: {status}, {left_on}."),
        explanation=N_(
            "A pupil who left, changed school, graduated or died before the first day of school (1 September, about "
            "20 February) must not be paid for the term there. A register without a date is read as before the term. "
            "Claim the payment back, or have the register corrected."
        ),
        reference=_REGISTER,
        find=_left,
        needs=("register",),
    ),
    Rule(
        code="more-paid-than-enrolled",
        severity="error",
        message=N_("{school} was paid for {paid} pupils in {period}; its register has {enrolled}."),
        explanation=N_(
            "A school cannot have more aided pupils than pupils. Shown: the payments to pupils who are not in the "
            "term's register."
        ),
        reference=_REGISTER,
        find=_too_many,
        needs=("register",),
    ),
)
