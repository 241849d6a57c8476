"""Who was not paid though it seems due: certified and not paid, paid last term and not this one."""

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
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from aidledger.audit.certified import eligible_categories, is_certified, lists_of, school_year
from aidledger.audit.enrolled import gone_before, registers, there
from aidledger.audit.judging import fee_school
from aidledger.audit.rule import Case, Ids, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.grade import STAGE_YEARS, year_of_stage
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import BatchTotal, Certification, Enrolment, Entry, ProgramRow, School
from aidledger.store.postings.entries import current, in_force


def _program_ids(scope: Scope) -> Mapping[str, int]:
    """The ledger's numbers of its programs, by their codes."""
    return {code: number for number, code in scope.books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}


def _by_period(scope: Scope) -> Iterable[tuple[Period, Sequence[Program]]]:
    """The periods in which programs were paid at all, or the one that is asked for, with the programs; no loans."""
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
        for period in sorted(map(Period.parse, periods), key=lambda one: one.sort_key):
            if program.takes(period):
                found[period].append(program)
    return found.items()


def _paid(beneficiary: ColumnElement[int], program_id: ColumnElement[int], period: Period) -> ColumnElement[bool]:
    """Whether somebody got anything under a program for a period."""
    entry = Entry.alias()
    return _of_person(entry, beneficiary, period).where(entry.c.program_id == program_id).exists()


def _paid_instead(
    ids: Mapping[str, int],
    programs: Sequence[Program],
    beneficiary: ColumnElement[int],
    program_id: ColumnElement[int],
    period: Period,
) -> ColumnElement[bool]:
    """Whether somebody got anything for a period under a program that excludes another (one of some)."""
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
    ids = _program_ids(scope)
    codes = {number: code for code, number in ids.items()}
    fee = fee_school(scope)
    for period, programs in _by_period(scope):
        seen: set[tuple[int, int]] = set()
        # A province has a million candidates, and few kinds of them.
        due: dict[tuple[object, ...], bool] = {}
        certified = [program for program in programs if program.certified]
        if not certified:
            continue
        for row in scope.books.execute(_certified_unpaid(scope, ids, certified, period)):
            kind = row.program_id, row.categories, row.grade, row.level, row.boarding, row.entry_year, fee(row.school)
            program = scope.catalogue.programs[codes[row.program_id]]
            if kind not in due:
                due[kind] = _is_due(program, period, row)
            if due[kind] and (row.beneficiary_id, row.program_id) not in seen:
                seen.add((row.beneficiary_id, row.program_id))
                yield _missing_case(program, period, row)


def _is_paying(programs: Sequence[int], program: ColumnElement[int], school: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a school is paid a program (one of some) at all.

    Program by program: PostgreSQL expects few of a select of pairs, and compares each pupil with each school.
    """
    of_any = select(BatchTotal.c.school_id).where(BatchTotal.c.school_id.is_not(None)).group_by(BatchTotal.c.school_id)
    paying = of_any.having(func.sum(BatchTotal.c.payments) > 0)
    return or_(*(and_(program == one, school.in_(paying.where(BatchTotal.c.program_id == one))) for one in programs))


def _certified_unpaid(scope: Scope, ids: Mapping[str, int], programs: Sequence[Program], period: Period) -> Select[Any]:
    """Certifications at schools that are paid some programs, with each of these that is not paid to them for a period.

    Besides, what register and payments know of them.
    """
    certified, register, earlier = Certification.alias(), Enrolment.alias("register"), Entry.alias("earlier")
    due, wanted = ProgramRow.alias("due"), [ids[program.code] for program in programs]
    columns = ("id", "beneficiary_id", "school_id", "categories", "grade")
    # A question of its own: they are few of those who are certified, and the rest is asked about them only.
    unpaid = (
        select(*(certified.c[name] for name in columns), due.c.id.label("program_id"))
        .join(due, due.c.id.in_(wanted))
        .where(
            certified.c.period == str(period.school_year),
            current(certified),
            _is_paying(wanted, due.c.id, certified.c.school_id),
            ~_paid(certified.c.beneficiary_id, due.c.id, period),
            ~_paid_instead(ids, programs, certified.c.beneficiary_id, due.c.id, period),
            _still_there(certified.c.beneficiary_id, certified.c.school_id, registers(scope, period.code), period),
        )
        .subquery("unpaid")
    )
    of_term = (
        (register.c.beneficiary_id == unpaid.c.beneficiary_id)
        & (register.c.period == period.code)
        & (register.c.school_id == unpaid.c.school_id)
        & current(register)
    )
    known = {
        name: select(func.max(earlier.c[name]))
        .where(earlier.c.beneficiary_id == unpaid.c.beneficiary_id, in_force(earlier))
        .scalar_subquery()
        for name in ("boarding", "entry_year")
    }
    return (
        select(
            unpaid.c.id,
            unpaid.c.beneficiary_id,
            unpaid.c.program_id,
            unpaid.c.categories,
            func.coalesce(register.c.grade, unpaid.c.grade).label("grade"),
            register.c.level,
            func.coalesce(register.c.boarding, known["boarding"]).label("boarding"),
            func.coalesce(register.c.entry_year, known["entry_year"]).label("entry_year"),
            register.c.id.label("register"),
            School.c.name.label("school"),
        )
        .select_from(unpaid)
        .join(School, School.c.id == unpaid.c.school_id)
        .outerjoin(register, of_term)
        .order_by(unpaid.c.id, unpaid.c.program_id)
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
        about=(row.beneficiary_id, program.code, period.code),
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
    ids = _program_ids(scope)
    for period, programs in _by_period(scope):
        if not period.semester:
            continue
        before = _previous(period)
        paid: dict[tuple[int, str], list[Row[Any]]] = defaultdict(list)
        for row in scope.books.execute(_paid_before(scope, ids, programs, before, period)):
            if _goes_on(scope.catalogue.programs[row.program], before, period, row):
                paid[row.beneficiary_id, row.program].append(row)
        for (person, code), rows in paid.items():
            yield Case(
                about=(person, code, period.code),
                entries=tuple(row.id for row in rows),
                program=code,
                period=period.code,
                amount_fen=_once(rows),
                standard=scope.catalogue.programs[code].reference,
                facts={"program": code, "period": period.code, "before": before.code},
            )


def _once(rows: Iterable[Row[Any]]) -> int:
    """What is not paid again, in 分: all parts of a payment; that one was paid twice is another rule's."""
    by_part: dict[str | None, int] = defaultdict(int)
    for row in rows:
        by_part[row.part] = max(by_part[row.part], row.amount_fen)
    return sum(by_part.values())


def _paid_before(
    scope: Scope, ids: Mapping[str, int], programs: Sequence[Program], before: Period, period: Period
) -> Select[Any]:
    """Payments of the term before, of those who are still there and got nothing for the period."""
    year = school_year(period.code)
    last = replace(scope, program=None, period=before.code).payments("last")
    stopped = (
        select(last)
        .where(
            last.c.program.in_([program.code for program in programs]),
            ~_paid(last.c.beneficiary_id, last.c.program_id, period),
            _still_there(last.c.beneficiary_id, last.c.school_id, registers(scope, period.code), period),
        )
        .subquery("stopped")
    )
    query = select(stopped).where(
        ~_paid_instead(ids, programs, stopped.c.beneficiary_id, stopped.c.program_id, period),
        _certified_still(programs, stopped, lists_of(scope, year), year),
    )
    return query.order_by(stopped.c.id)


def _certified_still(programs: Sequence[Program], last: Subquery, schools: Ids, year: str) -> ColumnElement[bool]:
    """Whether no list of a school year leaves somebody out whose program is for those who are certified."""
    certified = [program.code for program in programs if program.certified]
    if not certified or schools == []:
        return true()
    unlisted = or_(last.c.school_id.is_(None), last.c.school_id.not_in(schools))
    return or_(last.c.program.not_in(certified), unlisted, is_certified(last.c.beneficiary_id, year))


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
