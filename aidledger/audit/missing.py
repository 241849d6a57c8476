"""People who seem to be due a payment: certified but not paid, or paid for the period before but not for this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from aidledger.audit.certified import eligible_categories, is_certified, school_year, with_list
from aidledger.audit.deaths import had_died
from aidledger.audit.enrolled import AWAY, gone_before, is_enrolled, with_register
from aidledger.audit.judging import fee_school
from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.audit.totals import totals
from aidledger.domain.grade import STAGE_YEARS, year_of_stage
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import BatchTotal, Certification, Enrolment, Entry, ProgramRow, School
from aidledger.store.postings.entries import current, in_force


def program_ids(scope: Scope) -> Mapping[str, int]:
    """The ids of the ledger's programs, by code."""
    return {code: number for number, code in scope.books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}


def by_period(scope: Scope) -> Iterable[tuple[Period, Sequence[Program]]]:
    """The periods for which programs were paid, or the scope's own, each with its programs; without loans."""
    found: dict[Period, list[Program]] = defaultdict(list)
    paid: dict[str, set[str]] = defaultdict(set)
    for total in totals(replace(scope, program=None, period=None)):
        paid[total.program].add(total.period)
    for code, program in scope.catalogue.programs.items():
        if scope.program not in {None, code} or program.repaid:
            continue
        periods = paid[code]
        if scope.period is not None and periods:
            periods = {scope.period}
        for period in sorted(map(Period.parse, periods), key=lambda period: period.sort_key):
            if program.takes(period) and not program.ended(period):
                found[period].append(program)
    return found.items()


def is_paid(beneficiary: ColumnElement[int], program_id: ColumnElement[int], period: Period) -> ColumnElement[bool]:
    """Whether a beneficiary is paid under a program for a period."""
    entry = Entry.alias()
    return _of_person(entry, beneficiary, period).where(entry.c.program_id == program_id).exists()


def is_paid_instead(
    ids: Mapping[str, int],
    programs: Sequence[Program],
    beneficiary: ColumnElement[int],
    program_id: ColumnElement[int],
    period: Period,
) -> ColumnElement[bool]:
    """Whether a beneficiary is paid for a period under a program that excludes the given one of ``programs``."""
    excluding = [
        select(literal(ids[program.code]).label("due_id"), literal(ids[other]).label("paid_id"))
        for program in programs
        for other in program.excludes
        if other in ids
    ]
    if not excluding:
        return false()
    entry, pair = Entry.alias(), union_all(*excluding).subquery()
    paid = _of_person(entry, beneficiary, period).join(pair, pair.c.paid_id == entry.c.program_id)
    return paid.where(pair.c.due_id == program_id).exists()


def _of_person(entry: FromClause, beneficiary: ColumnElement[int], period: Period) -> Select[Any]:
    return select(entry.c.id).where(
        entry.c.beneficiary_id == beneficiary, entry.c.period == period.code, in_force(entry)
    )


def distinct_schools(schools: Select[Any]) -> Subquery:
    """The distinct schools (ids) that a select finds, for an outer join: NULL where a row's school is not among them.

    The condition stands below an OR. There, Spark runs NOT IN as a nested loop over all schools, and PostgreSQL reads
    the list of a NOT EXISTS again for every row (74 s instead of 2 s on 128,000 entries). An outer join is a hash join.
    """
    return schools.distinct().subquery()


def still_there(
    beneficiary: ColumnElement[int], school: ColumnElement[Any], registered: Subquery, period: Period
) -> ColumnElement[bool]:
    """Whether no list contradicts that a beneficiary is at a school: its own register if it has one, else any; deaths.

    Who is suspended (休学) is not there.

    ``registered``: the schools with a register, outer joined to the beneficiary's school.
    """
    register = Enrolment.alias()
    gone = select(register.c.id).where(
        register.c.beneficiary_id == beneficiary, current(register), gone_before(register, period, AWAY)
    )
    there = or_(is_enrolled(period, beneficiary, school, AWAY), and_(registered.c.school_id.is_(None), ~gone.exists()))
    return and_(there, ~had_died(beneficiary, period))


def _missing(scope: Scope) -> Iterator[Case]:
    """One case per pupil, program and period."""
    ids = program_ids(scope)
    codes = {number: code for code, number in ids.items()}
    fee = fee_school(scope)
    for period, programs in by_period(scope):
        seen: set[tuple[int, int]] = set()
        # A province has a million candidates, but few kinds of them.
        due: dict[tuple[object, ...], bool] = {}
        certified = [program for program in programs if program.certified]
        if not certified:
            continue
        for row in scope.books.execute(_certified_unpaid(ids, certified, period)):
            kind = row.program_id, row.categories, row.grade, row.level, row.boarding, row.entry_year, fee(row.school)
            program = scope.catalogue.programs[codes[row.program_id]]
            if kind not in due:
                due[kind] = is_due(program, period, row)
            if due[kind] and (row.beneficiary_id, row.program_id) not in seen:
                seen.add((row.beneficiary_id, row.program_id))
                yield _missing_case(program, period, row)


def is_paying(programs: Sequence[int], program: ColumnElement[int], school: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a school is paid the given one of ``programs`` at all.

    Program by program: PostgreSQL expects few rows of a select of pairs, and would compare each pupil with each school.
    """
    of_any = select(BatchTotal.c.school_id).where(BatchTotal.c.school_id.is_not(None)).group_by(BatchTotal.c.school_id)
    paying = of_any.having(func.sum(BatchTotal.c.payments) > 0)
    by_program = ((number, paying.where(BatchTotal.c.program_id == number)) for number in programs)
    return or_(*(and_(program == number, school.in_(schools)) for number, schools in by_program))


def _certified_unpaid(ids: Mapping[str, int], programs: Sequence[Program], period: Period) -> Select[Any]:
    """Certified pupils and programs (of ``programs``) that are paid at their schools but not to them for a period.

    With what registers and payments know about them.
    """
    certified, register, earlier = Certification.alias(), Enrolment.alias("register"), Entry.alias("earlier")
    due, due_ids = ProgramRow.alias("due"), [ids[program.code] for program in programs]
    registered = distinct_schools(with_register(period.code))
    columns = ("id", "beneficiary_id", "school_id", "categories", "grade", "boarding")
    # A subquery of its own, because few certified pupils are unpaid, and only those need the other columns.
    unpaid = (
        select(*(certified.c[name] for name in columns), due.c.id.label("program_id"))
        .select_from(certified)
        .join(due, due.c.id.in_(due_ids))
        .outerjoin(registered, registered.c.school_id == certified.c.school_id)
        .where(
            certified.c.period == str(period.school_year),
            current(certified),
            is_paying(due_ids, due.c.id, certified.c.school_id),
            ~is_paid(certified.c.beneficiary_id, due.c.id, period),
            ~is_paid_instead(ids, programs, certified.c.beneficiary_id, due.c.id, period),
            still_there(certified.c.beneficiary_id, certified.c.school_id, registered, period),
        )
        .subquery("unpaid")
    )
    of_term = (
        (register.c.beneficiary_id == unpaid.c.beneficiary_id)
        & (register.c.period == period.code)
        & (register.c.school_id == unpaid.c.school_id)
        & current(register)
    )
    of_pupil = earlier.c.beneficiary_id == unpaid.c.beneficiary_id, in_force(earlier)
    entered = select(func.max(earlier.c.entry_year)).where(*of_pupil).scalar_subquery()
    # What the latest roster says that says whether the pupil boards: 2021-2-boarder comes after 2021-1-day.
    half = case((earlier.c.period.like("%-autumn"), "-2-"), else_="-1-")
    told = func.substr(earlier.c.period, 1, 4).concat(half).concat(earlier.c.boarding)
    boarded = select(func.max(told)).where(*of_pupil, earlier.c.boarding.is_not(None)).scalar_subquery()
    return (
        select(
            unpaid.c.id,
            unpaid.c.beneficiary_id,
            unpaid.c.program_id,
            unpaid.c.categories,
            func.coalesce(register.c.grade, unpaid.c.grade).label("grade"),
            register.c.level,
            func.coalesce(register.c.boarding, unpaid.c.boarding, func.substr(boarded, len("2021-2-") + 1)).label(
                "boarding"
            ),
            func.coalesce(register.c.entry_year, entered).label("entry_year"),
            register.c.id.label("register"),
            School.c.name.label("school"),
        )
        .select_from(unpaid)
        .join(School, School.c.id == unpaid.c.school_id)
        .outerjoin(register, of_term)
        .order_by(unpaid.c.id, unpaid.c.program_id)
    )


def is_due(program: Program, period: Period, pupil: Any) -> bool:  # noqa: ANN401 - a row
    """Whether nothing known about a pupil excludes the program.

    The unknown excludes nothing, unless the program is only for certain categories, years of entry or boarders.
    """
    standard = program.standard_for(period)
    if standard is None:
        return False
    years = program.entry_years
    if years is not None and (pupil.entry_year is None or pupil.entry_year not in years):
        return False
    year = year_of_stage(program.stage, period, pupil.grade, pupil.entry_year)
    return (year is None or _is_paid_in(program, period, year)) and _has_rate(program, period, pupil)


def _is_paid_in(program: Program, period: Period, year: int) -> bool:
    """Whether a program is paid for a period in a year of its stage."""
    return year in program.grades_paid(period, STAGE_YEARS.get(program.stage, year))


def _has_rate(program: Program, period: Period, pupil: Any) -> bool:  # noqa: ANN401 - a row
    """Whether a rate of the program is for a pupil's categories."""
    categories = frozenset(str(pupil.categories).split())
    rates = program.rates(period, pupil.level, pupil.boarding, pupil.school)
    if all(not rate.categories or categories & frozenset(rate.categories) for rate in rates):
        return True
    # Some rate is not for these categories: the rate must be known, and be for everybody or for one of them.
    known = pupil.boarding is not None or all(rate.boarding is None for rate in rates)
    eligible = eligible_categories(rates)
    return known and (eligible is None or bool(eligible & categories))


def amount_due(program: Program, period: Period, pupil: Any) -> int:  # noqa: ANN401 - a row
    """The amount (分) due to a pupil: the only one there is, else the standard's average; 0 where neither is known."""
    rates = program.rates(period, pupil.level, pupil.boarding, pupil.school)
    amounts = {amount for rate in rates for amount in (rate.low_fen, rate.high_fen)}
    standard = program.standard_for(period)
    return amounts.pop() if len(amounts) == 1 else (standard.average_fen or 0) if standard else 0


def _missing_case(program: Program, period: Period, row: Any) -> Case:  # noqa: ANN401
    return Case(
        about=(row.beneficiary_id, program.code, period.code),
        entries=(),
        program=program.code,
        period=period.code,
        amount_fen=amount_due(program, period, row),
        standard=reference_for(program, period),
        facts={"program": program.code, "period": period.code, "school": row.school},
        records=(("certification", row.id), *((("register", row.register),) if row.register else ())),
    )


def previous(period: Period) -> Period:
    """The preceding semester or year."""
    if period.half is None:
        return Period(period.year - 1)
    return Period(period.year, "spring") if period.half == "autumn" else Period(period.year - 1, "autumn")


def _lapsed(scope: Scope) -> Iterator[Case]:
    """One case per pupil, program and period."""
    ids = program_ids(scope)
    for period, programs in by_period(scope):
        if not period.semester:
            continue
        before = previous(period)
        paid: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
        for row in scope.books.execute(_paid_before(scope, ids, programs, before, period)):
            if goes_on(scope.catalogue.programs[row.program], before, period, row):
                paid[row.beneficiary_id, row.program].append(row)
        for (person, code), rows in paid.items():
            yield Case(
                about=(person, code, period.code),
                entries=tuple(row.id for row in rows),
                program=code,
                period=period.code,
                amount_fen=_without_duplicates(rows),
                standard=scope.catalogue.programs[code].document,
                facts={"program": code, "period": period.code, "before": before.code},
            )


def _without_duplicates(rows: Iterable[Row[Any]]) -> int:
    """The sum of a claim's parts (分), each counted once: duplicates are another rule's."""
    by_part: dict[str | None, int] = defaultdict(int)
    for row in rows:
        by_part[row.part] = max(by_part[row.part], row.amount_fen)
    return sum(by_part.values())


def _paid_before(
    scope: Scope, ids: Mapping[str, int], programs: Sequence[Program], before: Period, period: Period
) -> Select[Any]:
    """Payments for the period before to people who are still enrolled and are paid nothing for the period."""
    year = school_year(period.code)
    last = replace(scope, program=None, period=before.code).payments("last")
    registered, listed = distinct_schools(with_register(period.code)), distinct_schools(with_list(year))
    stopped = (
        select(last)
        .outerjoin(registered, registered.c.school_id == last.c.school_id)
        .where(
            last.c.program.in_([program.code for program in programs]),
            ~is_paid(last.c.beneficiary_id, last.c.program_id, period),
            still_there(last.c.beneficiary_id, last.c.school_id, registered, period),
        )
        .subquery("stopped")
    )
    query = (
        select(stopped)
        .outerjoin(listed, listed.c.school_id == stopped.c.school_id)
        .where(
            ~is_paid_instead(ids, programs, stopped.c.beneficiary_id, stopped.c.program_id, period),
            _certified_still(programs, stopped, listed, year),
        )
    )
    return query.order_by(stopped.c.id)


def _certified_still(programs: Sequence[Program], last: Subquery, listed: Subquery, year: str) -> ColumnElement[bool]:
    """Whether no certification list of a school year leaves out a pupil whose program requires certification.

    ``listed``: the schools with such a list, outer joined to the pupil's school.
    """
    certified = [program.code for program in programs if program.certified]
    if not certified:
        return true()
    return or_(
        last.c.program.not_in(certified), listed.c.school_id.is_(None), is_certified(last.c.beneficiary_id, year)
    )


def goes_on(program: Program, before: Period, period: Period, pupil: Any) -> bool:  # noqa: ANN401 - a row
    """Whether a pupil of the period before is still in the stage, in a year in which the program is paid.

    Between school years only the grade or the year of entry can tell.
    """
    year = year_of_stage(program.stage, before, pupil.grade, pupil.entry_year)
    new_year = period.school_year != before.school_year
    if year is None:
        return not new_year
    return _is_paid_in(program, period, year + new_year)


RULES = (
    Rule(
        code="missing-disbursement",
        severity="warning",
        message=N_("Certified at {school}, but paid nothing under {program} for {period}."),
        explanation=N_(
            "A pupil certified for the school year, at a school that is paid under the program, who got nothing for "
            "a term in which the program was paid. Not shown: pupils who were not enrolled or were suspended (休学), "
            "who got aid of another stage, or whose category, year of entry or grade the program does not cover. "
            "Boarders in compulsory education are due whatever their category, if the register, the certification list "
            "or the latest roster says that they board. Ask the school why; pay what is due."
        ),
        reference="财教〔2021〕310号",
        find=_missing,
        needs=("certification",),
        by_term=True,
    ),
    Rule(
        code="lapsed-disbursement",
        severity="warning",
        message=N_("Paid under {program} for {before}, but not for {period}."),
        explanation=N_(
            "A pupil who was paid in the previous term, should still be in the stage, and was not paid again. Not "
            "shown: pupils whose stage ended, who left or were suspended (休学) according to a register, or who are no "
            "longer certified where there is a list. Between school years, pupils without a grade or year of entry are "
            "not judged. The pupil may have moved away: ask the school."
        ),
        reference=N_("common audit practice"),
        find=_lapsed,
        by_term=True,
    ),
)
