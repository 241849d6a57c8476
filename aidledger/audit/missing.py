"""Who was not paid though it seems due: certified and not paid, paid last term and not this one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from aidledger.audit.certified import eligible_categories, is_certified, lists_of, school_year
from aidledger.audit.enrolled import gone_before, registers, there
from aidledger.audit.rule import Case, Ids, Rule, Scope
from aidledger.domain.grade import STAGE_YEARS, year_of_stage
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.entries import current, in_force
from aidledger.store.tables import Beneficiary, Certification, Enrolment, Entry, ProgramRow, School


def _terms(scope: Scope, *, repaid: bool = False) -> Iterator[tuple[Program, int, Period]]:
    """Programs with their ids and the periods in which each was paid at all, or the one that is asked for."""
    ids = {code: number for number, code in scope.books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}
    paid = select(ProgramRow.c.code, Entry.c.period).join(Entry, Entry.c.program_id == ProgramRow.c.id)
    pairs = scope.books.execute(paid.where(in_force(Entry)).distinct()).all()
    for code, program in scope.catalogue.programs.items():
        if scope.program not in {None, code} or program.repaid != repaid:
            continue
        periods = {period for one, period in pairs if one == code}
        if scope.period is not None and periods:
            periods = {scope.period}
        for period in sorted(map(Period.parse, periods), key=lambda one: one.sort_key):
            if program.takes(period):
                yield program, ids[code], period


def _unpaid(beneficiary: ColumnElement[int], program: Program, program_id: int, period: Period) -> ColumnElement[bool]:
    """Whether somebody got nothing under a program for a period, nor under one that excludes it."""
    entry, other = Entry.alias(), ProgramRow.alias()
    instead = select(other.c.id).where(other.c.code.in_(program.excludes))
    return ~(
        select(entry.c.id)
        .where(
            entry.c.beneficiary_id == beneficiary,
            entry.c.period == period.code,
            or_(entry.c.program_id == program_id, entry.c.program_id.in_(instead)),
            in_force(entry),
        )
        .exists()
    )


def _still_there(
    beneficiary: ColumnElement[int], school: ColumnElement[Any], with_register: Ids, period: Period
) -> ColumnElement[bool]:
    """Whether no register speaks against somebody's being at a school: its own, where there is one for the term."""
    register = Enrolment.alias()
    gone = select(register.c.id).where(
        register.c.beneficiary_id == beneficiary, current(register), gone_before(register, period)
    )
    unlisted = or_(school.is_(None), school.not_in(with_register))
    return or_(there(period, beneficiary, school), and_(unlisted, ~gone.exists()))


def _missing(scope: Scope) -> Iterator[Case]:
    """One case per pupil, program and period."""
    certifying = cache(partial(_certifying, scope))
    with_register = cache(partial(registers, scope))
    for program, program_id, period in _terms(scope):
        if not program.certified or (of_program := certifying(program_id)) == []:
            continue
        certified = Certification.alias()
        query = (
            _candidates(certified, period)
            .where(
                certified.c.period == str(period.school_year),
                certified.c.school_id.in_(of_program),
                current(certified),
                _unpaid(certified.c.beneficiary_id, program, program_id, period),
                _still_there(certified.c.beneficiary_id, certified.c.school_id, with_register(period.code), period),
            )
            .order_by(certified.c.id)
        )
        seen: set[int] = set()
        # A province has a million candidates, and few kinds of them.
        due: dict[tuple[object, ...], bool] = {}
        for row in scope.books.execute(query):
            kind = row.categories, row.grade, row.level, row.boarding, row.entry_year, row.school
            if kind not in due:
                due[kind] = _is_due(program, period, row)
            if due[kind] and row.beneficiary_id not in seen:
                seen.add(row.beneficiary_id)
                yield _missing_case(program, period, row)


def _certifying(scope: Scope, program: int) -> Ids:
    """The schools (ids) that are paid a program and sent a certification list."""
    paying, listed = Entry.alias(), Certification.alias()
    pay = select(paying.c.school_id).where(paying.c.program_id == program, in_force(paying)).distinct()
    return scope.among(select(listed.c.school_id).where(current(listed), listed.c.school_id.in_(pay)))


def _candidates(certified: Any, period: Period) -> Any:  # noqa: ANN401
    """Certifications with what register and earlier payments know of the pupil."""
    register, earlier = Enrolment.alias("register"), Entry.alias("earlier")
    of_term = (
        (register.c.beneficiary_id == certified.c.beneficiary_id)
        & (register.c.period == period.code)
        & (register.c.school_id == certified.c.school_id)
        & current(register)
    )
    known = {
        name: select(func.max(earlier.c[name]))
        .where(earlier.c.beneficiary_id == certified.c.beneficiary_id, in_force(earlier))
        .scalar_subquery()
        for name in ("boarding", "entry_year")
    }
    return (
        select(
            certified.c.id,
            certified.c.beneficiary_id,
            certified.c.categories,
            func.coalesce(register.c.grade, certified.c.grade).label("grade"),
            register.c.level,
            func.coalesce(register.c.boarding, known["boarding"]).label("boarding"),
            func.coalesce(register.c.entry_year, known["entry_year"]).label("entry_year"),
            register.c.id.label("register"),
            School.c.name.label("school"),
            Beneficiary.c.document_type,
            Beneficiary.c.number,
        )
        .select_from(certified)
        .join(Beneficiary, Beneficiary.c.id == certified.c.beneficiary_id)
        .join(School, School.c.id == certified.c.school_id)
        .outerjoin(register, of_term)
    )


def _is_due(program: Program, period: Period, pupil: Any) -> bool:  # noqa: ANN401 - a row
    """Whether nothing that is known of a pupil speaks against the program.

    What is not known speaks for it, except where only some categories, years of entry or boarders are meant.
    """
    standard = program.standard_for(period)
    if standard is None:
        return False
    years = program.entry_years
    if years is not None and (pupil.entry_year is None or pupil.entry_year not in years):
        return False
    year = year_of_stage(program.stage, period, pupil.grade, pupil.entry_year)
    last = STAGE_YEARS.get(program.stage)
    if year is not None and ((standard.grades and year not in standard.grades) or (last is not None and year > last)):
        return False
    categories = frozenset(str(pupil.categories).split())
    rates = program.rates(period, pupil.level, pupil.boarding, pupil.school)
    if all(not rate.categories or categories & frozenset(rate.categories) for rate in rates):
        return True
    # Some rates are for certain categories only: it must be known that the pupil's is none of those.
    known = pupil.boarding is not None or all(rate.boarding is None for rate in rates)
    wanted = eligible_categories(rates)
    return known and (wanted is None or bool(wanted & categories))


def _missing_case(program: Program, period: Period, row: Any) -> Case:  # noqa: ANN401
    rates = program.rates(period, row.level, row.boarding, row.school)
    amounts = {amount for rate in rates for amount in (rate.low_fen, rate.high_fen)}
    standard = program.standard_for(period)
    return Case(
        about=(row.document_type, row.number, program.code, period.code),
        entries=(),
        program=program.code,
        period=period.code,
        amount_fen=amounts.pop() if len(amounts) == 1 else (standard.average_fen or 0) if standard else 0,
        standard=(standard.reference if standard else None) or program.reference,
        facts={"program": program.code, "period": period.code, "school": row.school},
        records=(("certification", row.id), *((("register", row.register),) if row.register else ())),
    )


def _previous(period: Period) -> Period:
    """The term before, of the same kind."""
    if period.half is None:
        return Period(period.year - 1)
    return Period(period.year, "spring") if period.half == "autumn" else Period(period.year - 1, "autumn")


def _lapsed(scope: Scope) -> Iterator[Case]:
    """One case per pupil, program and period."""
    certifying = cache(partial(lists_of, scope))
    with_register = cache(partial(registers, scope))
    for program, program_id, period in _terms(scope):
        if not period.semester:
            continue
        before = _previous(period)
        last = scope_of(scope, program, before).payments("last")
        year = school_year(period.code)
        query = select(last).where(
            _unpaid(last.c.beneficiary_id, program, program_id, period),
            _still_there(last.c.beneficiary_id, last.c.school_id, with_register(period.code), period),
        )
        if program.certified and (schools := certifying(year)) != []:
            query = query.where(
                or_(
                    last.c.school_id.is_(None),
                    last.c.school_id.not_in(schools),
                    is_certified(last.c.beneficiary_id, year),
                )
            )
        for row in scope.books.execute(query.order_by(last.c.id)):
            if _goes_on(program, before, period, row):
                yield Case(
                    about=(row.document_type, row.number, program.code, period.code),
                    entries=(row.id,),
                    program=program.code,
                    period=period.code,
                    amount_fen=row.amount_fen,
                    standard=program.reference,
                    facts={"program": program.code, "period": period.code, "before": before.code},
                )


def scope_of(scope: Scope, program: Program, period: Period) -> Scope:
    """The same ledger, narrowed to one program and period."""
    return replace(scope, program=program.code, period=period.code)


def _goes_on(program: Program, before: Period, period: Period, pupil: Any) -> bool:  # noqa: ANN401 - a row
    """Whether a pupil of the term before is still in the stage, and in a year of it that the program is paid in.

    Over the summer only the grade or the year of entry can tell.
    """
    year = year_of_stage(program.stage, before, pupil.grade, pupil.entry_year)
    new_year = period.school_year != before.school_year
    if year is None:
        return not new_year
    year += new_year
    standard = program.standard_for(period)
    last = STAGE_YEARS.get(program.stage)
    if last is not None and year > last:
        return False
    return standard is None or not standard.grades or year in standard.grades


RULES = (
    Rule(
        code="missing-disbursement",
        severity="warning",
        message=N_("Certified at {school}, and paid nothing under {program} for {period}."),
        explanation=N_(
            "A child that is certified for the school year, at a school that is paid the program, and got nothing for "
            "a term in which the program was paid. Not shown: who by the register was not there, who got aid of "
            "another stage, whose category, year of entry or grade the program is not for. "
            "Ask the school why; pay what is due."
        ),
        reference="财教〔2021〕310号",
        find=_missing,
        needs=("certification",),
        by_term=True,
    ),
    Rule(
        code="lapsed-disbursement",
        severity="warning",
        message=N_("Paid under {program} for {before}, and nothing for {period}."),
        explanation=N_(
            "Somebody who was paid in the term before, should still be in the stage, and was not paid again. Pupils "
            "whose stage ended, who left by a register, or who are no longer certified where there is a list are not "
            "shown; over the summer, who states neither grade nor year of entry is not judged. The pupil may have "
            "moved away: ask the school."
        ),
        reference=N_("common audit practice"),
        find=_lapsed,
        by_term=True,
    ),
)
