"""Lists of hardship populations: which one of a source counts, and people on one whom nobody paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select

from aidledger.audit.across import district_id
from aidledger.audit.deaths import had_died
from aidledger.audit.enrolled import AWAY, gone_before
from aidledger.audit.judging import fee_school
from aidledger.audit.missing import amount_due, by_period, is_due, is_paid, is_paid_instead, is_paying, program_ids
from aidledger.audit.rule import Case, Kind, Rule, Scope, reference_for
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import Enrolment, PopulationMember, ProgramRow, School
from aidledger.store.postings.entries import current

# The categories whose households are on the lists of an authority.
LISTED = ("poverty-household", "monitored", "low-income", "destitute", "orphan", "disabled")
# What a list says of a household that gets no aid for being on it (any more).
ENDED = (N_("not-entitled"), N_("risk-removed"))
_A_YEAR = relativedelta(years=1)


@dataclass(frozen=True, slots=True)
class _Pupil:
    """A pupil as ``is_due`` judges one."""

    categories: str
    grade: str | None
    level: str | None
    boarding: str | None
    entry_year: int | None
    school: str


def members(start: date, until: date, name: str = "member") -> Subquery:
    """The people on the newest list of each source, as of a day in the year before ``start`` or up to ``until``.

    Columns: id (of the record), beneficiary_id, category, status, as_of, district. Sources are told apart by district.
    """
    row, other = PopulationMember.alias(), PopulationMember.alias()
    span = (other.c.as_of >= (start - _A_YEAR).isoformat(), other.c.as_of <= until.isoformat())
    of_source = (district_id(other.c.id), other.c.source)
    newest = (
        select(of_source[0].label("district"), other.c.source, func.max(other.c.as_of).label("as_of"))
        .where(current(other), *span)
        .group_by(*of_source)
        .subquery(f"newest_{name}")
    )
    same = and_(
        newest.c.district == district_id(row.c.id),
        newest.c.source == row.c.source,
        newest.c.as_of == row.c.as_of,
    )
    columns = (row.c[column] for column in ("id", "beneficiary_id", "category", "status", "as_of"))
    return select(*columns, newest.c.district).join(newest, same).where(current(row)).subquery(name)


def is_entitled(member: Subquery) -> ColumnElement[bool]:
    """Whether a list says of a household that it gets aid; most lists say nothing, and mean that."""
    return or_(member.c.status.is_(None), member.c.status.not_in(ENDED))


def _find(scope: Scope) -> Iterator[Case]:
    """One case per pupil, program and period."""
    ids = program_ids(scope)
    codes, fee = {number: code for code, number in ids.items()}, fee_school(scope)
    for period, programs in by_period(scope):
        certified = [program for program in programs if program.certified]
        if not (certified and period.semester):
            continue
        found: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for row in scope.books.execute(_unpaid(ids, certified, period)):
            found[row.beneficiary_id, row.program_id].append(row)
        due: dict[tuple[int, _Pupil], bool] = {}
        for (_, number), rows in found.items():
            first, program = rows[0], scope.catalogue.programs[codes[number]]
            pupil = _pupil(rows)
            kind = (
                number,
                _Pupil(
                    pupil.categories,
                    first.grade,
                    first.level,
                    first.boarding,
                    first.entry_year,
                    fee(first.school) or "",
                ),
            )
            if kind not in due:
                due[kind] = is_due(program, period, pupil)
            if due[kind]:
                yield _case(program, period, rows, pupil)


def _pupil(rows: Sequence[Any]) -> _Pupil:
    first, categories = rows[0], sorted({row.category for row in rows})
    return _Pupil(" ".join(categories), first.grade, first.level, first.boarding, first.entry_year, first.school)


def _unpaid(ids: Mapping[str, int], programs: Sequence[Program], period: Period) -> Select[Any]:
    """People on a list and in a school's register, and programs that are paid at the school but not to them."""
    member, register, due = members(period.start, period.end), Enrolment.alias("register"), ProgramRow.alias("due")
    due_ids = [ids[program.code] for program in programs]
    columns = ("grade", "level", "boarding", "entry_year")
    return (
        select(
            *(member.c.id.label("record"), member.c.beneficiary_id, member.c.category, member.c.as_of),
            *(register.c[name] for name in columns),
            register.c.id.label("register"),
            due.c.id.label("program_id"),
            School.c.name.label("school"),
        )
        .select_from(member)
        .join(register, register.c.beneficiary_id == member.c.beneficiary_id)
        .join(due, due.c.id.in_(due_ids))
        .join(School, School.c.id == register.c.school_id)
        .where(
            member.c.category.in_(LISTED),
            is_entitled(member),
            register.c.period == period.code,
            current(register),
            ~gone_before(register, period, AWAY),
            ~had_died(member.c.beneficiary_id, period),
            is_paying(due_ids, due.c.id, register.c.school_id),
            ~is_paid(member.c.beneficiary_id, due.c.id, period),
            ~is_paid_instead(ids, programs, member.c.beneficiary_id, due.c.id, period),
        )
        .order_by(member.c.id, register.c.id, due.c.id)
    )


def _case(program: Program, period: Period, rows: Sequence[Any], pupil: _Pupil) -> Case:
    records: list[tuple[Kind, int]] = [("population", row.record) for row in rows]
    records += [("register", row.register) for row in rows]
    return Case(
        about=(rows[0].beneficiary_id, program.code, period.code),
        entries=(),
        program=program.code,
        period=period.code,
        amount_fen=amount_due(program, period, pupil),
        standard=reference_for(program, period),
        facts={
            "program": program.code,
            "period": period.code,
            "school": pupil.school,
            "categories": tuple(pupil.categories.split()),
            "as_of": max(row.as_of for row in rows),
        },
        records=tuple(dict.fromkeys(records)),
    )


RULE = Rule(
    code="listed-not-paid",
    severity="warning",
    message=N_(
        "On the list of {as_of} ({categories}) and enrolled at {school}, but paid nothing under {program} for {period}."
    ),
    explanation=N_(
        "A child of a household on a list of a hardship population (脱贫户, 监测对象, 低保, 特困, 孤儿, 残疾) who goes "
        "to a school that is paid under the program, and got nothing, whether or not the school certified the child: "
        "it may have forgotten it in both its lists. Judged: terms with a school register; the newest list of each "
        "source of the term or the year before. Not shown: households that get no aid any more, and pupils whom the "
        "program does not cover. Ask the school; certify and pay."
    ),
    reference="教财〔2018〕16号",
    find=_find,
    needs=("population", "register"),
    by_term=True,
)
