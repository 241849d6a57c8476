"""rotating-aid: a school's list of one term and its list of the next with hardly anybody in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from aidledger.audit.enrolled import with_register
from aidledger.audit.missing import distinct_schools, goes_on, previous, still_there
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.grade import year_of_stage
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_

# Shorter lists may be disjoint by chance.
_PERSONS_MIN = 5
# The share of the shorter list that both lists have in common, at most.
_COMMON_SHARE_MAX = 0.1


@dataclass(frozen=True, slots=True)
class _Lists:
    """The payments of two consecutive terms to those who could have been on both lists of a school."""

    before: Sequence[Any]
    now: Sequence[Any]

    @property
    def disjoint(self) -> bool:
        """Whether both lists are long enough, and have hardly anybody in common."""
        first, second = ({row.beneficiary_id for row in rows} for rows in (self.before, self.now))
        return _are_disjoint(len(first), len(second), len(first & second))


def _are_disjoint(before: int, now: int, common: int) -> bool:
    shorter = min(before, now)
    return shorter >= _PERSONS_MIN and common <= shorter * _COMMON_SHARE_MAX


def _find(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school."""
    chosen = [code for code, program in scope.catalogue.programs.items() if program.certified and not program.repaid]
    paid = {(total.program, total.period) for total in totals(replace(scope, period=None)) if total.program in chosen}
    for period in sorted({period for _, period in paid if scope.period in {None, period}}):
        term = Period.parse(period)
        before = previous(term)
        programs = sorted(code for code, of in paid if of == period and (code, before.code) in paid)
        if not (term.semester and programs):
            continue
        for row in scope.books.execute(_in_common(scope, programs, before, term)):
            if _are_disjoint(row.before, row.now or 0, row.common):
                program = scope.catalogue.programs[row.program]
                lists = _who_could_be_on_both(scope, program, before, term, row.school_id)
                if lists.disjoint:
                    yield _case(program, before, term, row.school, lists)


def _payments(scope: Scope, period: Period, name: str) -> Any:  # noqa: ANN401 - a subquery
    return replace(scope, period=period.code).payments(name)


def _in_common(scope: Scope, programs: Sequence[str], before: Period, period: Period) -> Select[Any]:
    """By program and school, the number of people paid for either term and for both."""
    last, now = _payments(scope, before, "last"), _payments(scope, period, "now")
    again = (
        select(now.c.program, now.c.school_id, now.c.beneficiary_id)
        .where(now.c.program.in_(programs), now.c.school_id.is_not(None))
        .distinct()
        .subquery("again")
    )
    own = (again.c.program, again.c.school_id)
    sizes = select(*own, func.count().label("persons")).group_by(*own).subquery("sizes")
    of_person = and_(
        again.c.program == last.c.program,
        again.c.school_id == last.c.school_id,
        again.c.beneficiary_id == last.c.beneficiary_id,
    )
    keys = (last.c.program, last.c.school_id, last.c.school)
    both = case((again.c.beneficiary_id.is_not(None), last.c.beneficiary_id))
    return (
        select(
            *keys,
            func.count(last.c.beneficiary_id.distinct()).label("before"),
            func.max(sizes.c.persons).label("now"),
            func.count(both.distinct()).label("common"),
        )
        .join(sizes, and_(sizes.c.program == last.c.program, sizes.c.school_id == last.c.school_id))
        .outerjoin(again, of_person)
        .where(last.c.program.in_(programs))
        .group_by(*keys)
        .order_by(last.c.program, last.c.school)
    )


def _who_could_be_on_both(scope: Scope, program: Program, before: Period, period: Period, school: int) -> _Lists:
    """Without those who finished or left in between, and those who came: by grade, year of entry and register."""
    earlier = [
        row
        for row in scope.books.execute(_there_in(scope, program, school, before, period))
        if goes_on(program, before, period, row)
    ]
    later = [
        row
        for row in scope.books.execute(_there_in(scope, program, school, period, before))
        if _was_there(program, before, period, row)
    ]
    return _Lists(earlier, later)


def _there_in(scope: Scope, program: Program, school: int, paid_for: Period, other: Period) -> Select[Any]:
    """A school's payments for a term to people whom no register contradicts to have been there in the other term."""
    paid, registered = _payments(scope, paid_for, "paid"), distinct_schools(with_register(other.code))
    return (
        select(paid)
        .outerjoin(registered, registered.c.school_id == paid.c.school_id)
        .where(
            paid.c.program == program.code,
            paid.c.school_id == school,
            still_there(paid.c.beneficiary_id, paid.c.school_id, registered, other),
        )
        .order_by(paid.c.id)
    )


def _was_there(program: Program, before: Period, period: Period, pupil: Any) -> bool:  # noqa: ANN401 - a row
    """Whether a pupil was in the stage in the term before; between school years, only the grade or entry year tells."""
    if period.school_year == before.school_year:
        return True
    year = year_of_stage(program.stage, period, pupil.grade, pupil.entry_year)
    return year is not None and year > 1


def _case(program: Program, before: Period, period: Period, school: str, lists: _Lists) -> Case:
    """The amount is what those got who were paid nothing in the term before."""
    known = {row.beneficiary_id for row in lists.before}
    exchanged = [row for row in lists.now if row.beneficiary_id not in known]
    stopped = {row.beneficiary_id for row in lists.before} - {row.beneficiary_id for row in lists.now}
    return Case(
        about=(program.code, period.code, school),
        entries=tuple(row.id for row in (*lists.before, *lists.now)),
        program=program.code,
        period=period.code,
        persons=len(stopped),
        amount_fen=sum(row.amount_fen for row in exchanged),
        facts={
            "school": school,
            "period": period.code,
            "before": before.code,
            "stopped": len(stopped),
            "others": len({row.beneficiary_id for row in exchanged}),
        },
    )


RULE = Rule(
    code="rotating-aid",
    severity="warning",
    message=N_(
        "{school}: of those paid for {before}, {stopped} who could be paid again got nothing for {period}, and "
        "{others} others did."
    ),
    explanation=N_(
        "Hardship rarely ends with a term. Lists of a school that have hardly anybody in common from one term to the "
        "next show aid that goes round among the pupils, whatever their need. Judged: certified programs and lists "
        "of five people or more; between school years, pupils whose grade or year of entry shows that they were in "
        "the stage in both. Ask the school for the certifications and how it chose."
    ),
    reference=N_("common audit practice"),
    find=_find,
    by_term=True,
)
