"""meals-exceed-days: meal money for more days than a school has in the term or month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.domain.holidays import Holidays, days_between, is_working_day
from aidledger.domain.part import Part
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import ProgramRow, School, SchoolAmount
from aidledger.store.postings.entries import current

# A month, a kind of list and a record or an entry.
_Key = tuple[str, str, str | None, str | None]


def _find(scope: Scope) -> Iterator[Case]:
    """One case per program, period, part and school."""
    for code, program in scope.catalogue.programs.items():
        if any(rate.basis == "daily" for standard in program.standards for rate in standard.rates):
            yield from _of_pupils(scope, program)
            if scope.program in {None, code}:
                yield from _of_schools(scope, program)


def _of_pupils(scope: Scope, program: Program) -> Iterator[Case]:
    """Pupils' payments above the days times the rate."""
    paid = scope.payments()
    kinds = select(paid.c.period, paid.c.part).where(paid.c.program == program.code).distinct()
    for period, part in scope.books.execute(kinds.order_by(paid.c.period, paid.c.part)).all():
        rate, days = _rate(program, period), school_days(scope.catalogue.holidays, period, part)
        if rate is None or days is None:
            continue
        query = select(paid).where(
            paid.c.program == program.code,
            paid.c.period == period,
            paid.c.part.is_not_distinct_from(part),
            paid.c.amount_fen > rate * days,
        )
        by_school: dict[str | None, list[Any]] = defaultdict(list)
        for row in scope.books.execute(query.order_by(paid.c.id)):
            by_school[row.school].append(row)
        for school, rows in by_school.items():
            most = max(row.amount_fen for row in rows)
            yield Case(
                about=(program.code, period, part or "", school or ""),
                entries=tuple(row.id for row in rows),
                program=program.code,
                period=period,
                persons=len({row.beneficiary_id for row in rows}),
                amount_fen=sum(row.amount_fen - rate * days for row in rows),
                standard=reference_for(program, Period.parse(period)),
                facts=_facts(school, period, days, -(-most // rate)),
            )


def _of_schools(scope: Scope, program: Program) -> Iterator[Case]:
    """The same for schools that state a number of pupils and an amount."""
    query = (
        select(*(SchoolAmount.c[name] for name in ("id", "period", "persons", "amount_fen")))
        .add_columns(School.c.name.label("school"))
        .join(ProgramRow, ProgramRow.c.id == SchoolAmount.c.program_id)
        .outerjoin(School, School.c.id == SchoolAmount.c.school_id)
        .where(ProgramRow.c.code == program.code, current(SchoolAmount))
        .order_by(SchoolAmount.c.id)
    )
    for row in scope.books.execute(query):
        rate, days = _rate(program, row.period), school_days(scope.catalogue.holidays, row.period, None)
        if rate is None or days is None or scope.period not in {None, row.period}:
            continue
        above = row.amount_fen - row.persons * rate * days
        if above > 0 and row.persons:
            yield Case(
                about=(program.code, row.period, "", row.school or ""),
                entries=(),
                program=program.code,
                period=row.period,
                persons=row.persons,
                amount_fen=above,
                standard=reference_for(program, Period.parse(row.period)),
                facts=_facts(row.school, row.period, days, -(-row.amount_fen // (rate * row.persons))),
                records=(("school-amounts", row.id),),
            )


def _facts(school: str | None, period: str, days: int, paid: int) -> Mapping[str, object]:
    return {"school": school or "—", "period": period, "days": days, "paid": paid}


def _rate(program: Program, period: str) -> int | None:
    """The amount (分) of a day in a period."""
    rates = program.rates(Period.parse(period))
    return next((rate.low_fen for rate in rates if rate.basis == "daily"), None)


def school_days(holidays: Holidays, period: str, part: str | None) -> int | None:
    """The days of a term, or of the months that a part names, on which there can be school; None for other parts.

    Vacations count as far as they may be shorter: school begins on 1 September or about 20 February, and the term ends
    with the period.
    """
    term = Period.parse(period)
    first, last = term.school_begins, term.end
    if part is not None:
        months = Part.parse(part).of(term).months
        if not months or Part.parse(part).kind is not None:
            return None
        first, last = max(first, date.fromisoformat(f"{months[0]}-01")), _end_of(months[-1])
    return sum(1 for day in days_between(first, last) if is_working_day(day, holidays))


def _end_of(month: str) -> date:
    following = date.fromisoformat(f"{month}-28") + timedelta(days=4)
    return following.replace(day=1) - timedelta(days=1)


RULE = Rule(
    code="meals-exceed-days",
    severity="warning",
    message=N_("{school} was paid for meals on {paid} days in {period}; there are at most {days} days of school."),
    explanation=N_(
        "Meal money is an amount a day for the days on which pupils eat at school. Judged: programs with a daily rate, "
        "by the working days from the beginning of school to the end of the term, or of the months that a roster pays "
        "for, without public holidays; and numbers and amounts that a document states by school. Ask for the school's "
        "list of meals; claim back what is too much."
    ),
    reference=N_("common audit practice"),
    find=_find,
)
