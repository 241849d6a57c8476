"""Ages and years of entry outside a program's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Subquery, and_, literal, or_, select, union_all

from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.audit.totals import totals
from aidledger.checks.eligibility import age_on, usual_births
from aidledger.domain.identity import RESIDENT_RULES
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import Beneficiary


def _ages(scope: Scope) -> Iterator[Case]:
    usual = _usual(scope)
    if usual is None:
        return
    paid, born = scope.payments(), Beneficiary.c.birth_date
    query = (
        select(paid, born)
        .join(usual, and_(usual.c.program == paid.c.program, usual.c.period == paid.c.period))
        .join(Beneficiary, Beneficiary.c.id == paid.c.beneficiary_id)
        .where(or_(born <= usual.c.after, born > usual.c.until))
        .where(Beneficiary.c.document_type.in_(sorted(RESIDENT_RULES)))
    )
    for row in scope.books.execute(query.order_by(paid.c.id)):
        ages = scope.catalogue.programs[row.program].ages
        yield Case.of(
            row,
            facts={
                "age": age_on(row.birth_date, Period.parse(row.period).start),
                "ages": str(ages),
                "program": row.program,
            },
        )


def _usual(scope: Scope) -> Subquery | None:
    """Programs and periods, each with the span of birth dates (after, until) of people of a usual age.

    None if nothing was paid under a program with usual ages.
    """
    rows = []
    for paid in totals(scope):
        program = scope.catalogue.programs[paid.program]
        ages = program.ages
        if ages is not None:
            after, until = usual_births(ages, Period.parse(paid.period).start)
            if program.turned is not None:
                until = date.max  # too-young-for-free-year finds those who are too young
            row = {"program": paid.program, "period": paid.period, "after": after, "until": until}
            rows.append(select(*(literal(value).label(name) for name, value in row.items())))
    return union_all(*rows).subquery("usual") if rows else None


def _too_young(scope: Scope) -> Iterator[Case]:
    """Payments under a program for pupils of an age, to younger ones."""
    paid, born = scope.payments(), Beneficiary.c.birth_date
    for total in totals(scope):
        program, period = scope.catalogue.programs[total.program], Period.parse(total.period)
        if program.turned is None:
            continue
        latest = program.turned.latest_birth(period)
        query = (
            select(paid, born)
            .join(Beneficiary, Beneficiary.c.id == paid.c.beneficiary_id)
            .where(paid.c.program == program.code, paid.c.period == period.code, born > latest)
            .where(Beneficiary.c.document_type.in_(sorted(RESIDENT_RULES)))
        )
        for row in scope.books.execute(query.order_by(paid.c.id)):
            facts = {
                "age": program.turned.age,
                "day": date(period.school_year, program.turned.month, program.turned.day).isoformat(),
                "program": row.program,
            }
            yield Case.of(row, facts, reference_for(program, period))


def _entry_years(scope: Scope) -> Iterator[Case]:
    paid = scope.payments()
    for code, program in scope.catalogue.programs.items():
        years = program.entry_years
        if years is None:
            continue
        year = paid.c.entry_year
        outside = [year < years.low] if years.low is not None else []
        outside += [year > years.high] if years.high is not None else []
        query = select(paid).where(paid.c.program == code, or_(*outside)).order_by(paid.c.id)
        for row in scope.books.execute(query):
            yield Case.of(
                row,
                standard=program.document,
                facts={"entry_year": row.entry_year, "years": str(years), "program": code},
            )


RULES = (
    Rule(
        code="entry-year-ineligible",
        severity="error",
        message=N_("Entered in {entry_year}; {program} is for those who entered {years}."),
        explanation=N_(
            "Some programs are only for certain years of entry. Check the year in the school register; if it is "
            "right, claim the payment back. Rows without a year of entry are not judged."
        ),
        reference="川财教〔2015〕230号",
        find=_entry_years,
    ),
    Rule(
        code="too-young-for-free-year",
        severity="error",
        message=N_("Paid under {program}, but not yet {age} years old on {day}."),
        explanation=N_(
            "The free kindergarten year is the last one before school: for children who are five by 31 August. Younger "
            "ones are in a lower class, or their school claimed the free year early. Judged: children with a resident "
            "ID number. Claim the payment back."
        ),
        reference="国办发〔2025〕27号",
        find=_too_young,
    ),
    Rule(
        code="age-out-of-range",
        severity="warning",
        message=N_("Aged {age} at the start of the term; {ages} is usual for {program}."),
        explanation=N_(
            "The ages are the usual ones of a stage of education, not a legal rule: an unusual age often means a "
            "wrong ID number, or a payment under the wrong program. Judged: pupils with a resident ID number."
        ),
        reference=N_("common audit practice"),
        find=_ages,
    ),
)
