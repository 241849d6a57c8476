"""What registers say beside who is enrolled: boarding against the rate that was paid, and pupils of two schools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Subquery, and_, func, or_, select

from aidledger.audit.enrolled import GONE
from aidledger.audit.judging import alike
from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.domain.program import nearest_fen
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import Enrolment, Entry, School
from aidledger.store.postings.entries import current, in_force

# The columns by which a payment is judged against the register.
_KEYS = ("program", "period", "level", "boarding", "amount_fen", "told")


def _other_boarding(scope: Scope) -> Iterator[Case]:
    """One case per person, program and period: paid at the rate of boarders, and a day pupil by the register."""
    paid = _with_register(scope)
    kinds = scope.books.execute(select(*(paid.c[name] for name in _KEYS)).distinct()).all()
    judged = {tuple(kind): _paid_as(scope, kind) for kind in kinds}
    wrong = {kind: paid_as for kind, paid_as in judged.items() if paid_as is not None}
    found = sorted(
        alike(scope, paid, _KEYS, wrong, ~_paid_both_ways(paid)), key=lambda one: (_claim(one[0]), one[0].id)
    )
    for claim, group in groupby(found, key=lambda one: _claim(one[0])):
        rows = list(group)
        yield _case_of_boarding(scope, claim, [row for row, _ in rows], rows[0][1])


def _claim(row: Any) -> tuple[int, str, str]:  # noqa: ANN401 - a row
    return row.beneficiary_id, row.program, row.period


def _with_register(scope: Scope) -> Subquery:
    """The payments of programs with rates for boarders, with what the school's register for the term says."""
    register = Enrolment.alias("register")
    own = (register.c.beneficiary_id, register.c.period, register.c.school_id)
    told = func.max(register.c.boarding)
    lines = (
        select(*own, told.label("told"), func.max(register.c.id).label("record"))
        .where(current(register), register.c.boarding.is_not(None), register.c.school_id.is_not(None))
        .group_by(*own)
        .having(func.min(register.c.boarding) == told)
        .subquery("line")
    )
    paid = scope.payments()
    same = and_(
        lines.c.beneficiary_id == paid.c.beneficiary_id,
        lines.c.period == paid.c.period,
        lines.c.school_id == paid.c.school_id,
    )
    # The amount of a part tells no rate.
    tells = or_(paid.c.boarding.is_not(None), paid.c.part.is_(None))
    return (
        select(paid, lines.c.told, lines.c.record)
        .join(lines, same)
        .where(paid.c.program.in_(_programs(scope)), tells)
        .subquery("with_register")
    )


def _programs(scope: Scope) -> list[str]:
    """The programs that pay boarders and day pupils differently."""
    return [
        code
        for code, program in scope.catalogue.programs.items()
        if any(rate.boarding for standard in program.standards for rate in standard.rates)
    ]


def _paid_as(scope: Scope, kind: Any) -> str | None:  # noqa: ANN401 - a row of _KEYS
    """How a pupil was paid, as the roster says or the amount shows, if the register says otherwise."""
    if kind.boarding is not None:
        return str(kind.boarding) if kind.boarding != kind.told else None
    rates = scope.catalogue.programs[kind.program].rates(Period.parse(kind.period), kind.level)
    fitting = {rate.boarding for rate in rates if rate.allows(kind.amount_fen)}
    (only,) = fitting if len(fitting) == 1 else (None,)
    return only if only not in {None, kind.told} else None


def _paid_both_ways(paid: Subquery) -> Any:  # noqa: ANN401 - a condition
    """Whether a pupil was also paid the other way in the period: boarder-and-day reports it."""
    other = Entry.alias("other")
    same = (other.c.beneficiary_id == paid.c.beneficiary_id, other.c.period == paid.c.period)
    return select(other.c.id).where(*same, other.c.boarding != paid.c.boarding, in_force(other)).exists()


def _case_of_boarding(scope: Scope, claim: tuple[int, str, str], rows: Sequence[Any], paid_as: str) -> Case:
    first, (_, code, period) = rows[0], claim
    program, term, total = scope.catalogue.programs[code], Period.parse(period), sum(row.amount_fen for row in rows)
    return Case(
        about=claim,
        entries=tuple(row.id for row in rows),
        program=code,
        period=period,
        amount_fen=abs(total - nearest_fen(program.rates(term, first.level, first.told), total)),
        standard=reference_for(program, term),
        facts={"period": period, "school": first.school, "paid_as": paid_as, "told": first.told},
        records=tuple(dict.fromkeys(("register", row.record) for row in rows)),
    )


def _at_two_schools(scope: Scope) -> Iterator[Case]:
    """One case per person and term: in the registers of several schools, gone from none of them."""
    register, several = Enrolment.alias("register"), _several_schools(scope)
    same = and_(several.c.beneficiary_id == register.c.beneficiary_id, several.c.period == register.c.period)
    query = (
        select(register.c.id, register.c.beneficiary_id, register.c.period, School.c.name.label("school"))
        .join(several, same)
        .join(School, School.c.id == register.c.school_id)
        .where(current(register), register.c.status.not_in(GONE))
        .order_by(register.c.beneficiary_id, register.c.period, School.c.name, register.c.id)
    )
    for about, group in groupby(scope.books.execute(query), key=lambda row: (row.beneficiary_id, row.period)):
        lines = list(group)
        yield Case(
            about=about,
            entries=(),
            period=about[1],
            facts={"period": about[1], "schools": tuple(dict.fromkeys(line.school for line in lines))},
            records=tuple(("register", line.id) for line in lines),
        )


def _several_schools(scope: Scope) -> Subquery:
    """People and terms with several schools; where the scope is a program, only people whom it pays for the term."""
    listed = Enrolment.alias("listed")
    own, school = (listed.c.beneficiary_id, listed.c.period), listed.c.school_id
    query = select(*own).where(current(listed), listed.c.status.not_in(GONE), school.is_not(None))
    if scope.period is not None:
        query = query.where(listed.c.period == scope.period)
    if scope.program is not None:
        paid = scope.payments()
        same = (paid.c.beneficiary_id == listed.c.beneficiary_id, paid.c.period == listed.c.period)
        query = query.where(select(paid.c.id).where(*same).exists())
    return query.group_by(*own).having(func.min(school) != func.max(school)).subquery("several")


_REGISTER = N_("the school register (学籍)")
RULES = (
    Rule(
        code="boarding-differs-from-register",
        severity="warning",
        message=N_("Paid for {period} at {school} at the rate for {paid_as}; its register says {told}."),
        explanation=N_(
            "Boarders and day pupils have different rates. Judged: pupils whose boarding the school's register for the "
            "term states, by the boarding in the roster or, where it states none, by the amount. The amount in "
            "question is the difference between the rates. Ask the school where the pupil slept; correct the register "
            "or the roster, and claim back or pay the difference."
        ),
        reference=_REGISTER,
        find=_other_boarding,
        needs=("register",),
    ),
    Rule(
        code="enrolled-at-two-schools",
        severity="warning",
        message=N_("In the registers of several schools for {period}: {schools}."),
        explanation=N_(
            "A pupil belongs to one school. One who is in two schools' registers can be paid at both, or be a ghost at "
            "one of them. Not shown: pupils who have left one of the schools by its register. Ask both schools which "
            "the pupil attends, and have the other one's register corrected."
        ),
        reference=_REGISTER,
        find=_at_two_schools,
        needs=("register",),
    ),
)
