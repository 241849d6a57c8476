"""Ages and years of entry that a program is not for."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_, select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.checks.eligibility import age_on, usual_births
from aidledger.domain.identity import RESIDENT_RULES
from aidledger.domain.term import Period
from aidledger.i18n import N_


def _ages(scope: Scope) -> Iterator[Case]:
    paid = scope.payments()
    for code, period in scope.books.execute(select(paid.c.program, paid.c.period).distinct()).all():
        ages = scope.catalogue.programs[code].ages
        if ages is None:
            continue
        on = Period.parse(period).start
        first_day, last_day = usual_births(ages, on)
        unusual = or_(paid.c.birth_date <= first_day, paid.c.birth_date > last_day)
        query = select(paid).where(paid.c.program == code, paid.c.period == period, unusual)
        known = paid.c.document_type.in_(sorted(RESIDENT_RULES))
        for row in scope.books.execute(query.where(known).order_by(paid.c.id)):
            yield Case(
                about=(row.document_type, row.number, code, period),
                entries=(row.id,),
                program=code,
                period=period,
                amount_fen=row.amount_fen,
                facts={"age": age_on(row.birth_date, on), "ages": str(ages), "program": code},
            )


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
            yield Case(
                about=(row.document_type, row.number, code, row.period),
                entries=(row.id,),
                program=code,
                period=row.period,
                amount_fen=row.amount_fen,
                standard=program.reference,
                facts={"entry_year": row.entry_year, "years": str(years), "program": code},
            )


RULES = (
    Rule(
        code="entry-year-ineligible",
        severity="error",
        message=N_("Entered in {entry_year}; {program} is for those who entered {years}."),
        explanation=N_(
            "Some programs are for certain years of entry only. Check the year in the school's register; if it is "
            "right, claim the payment back. Rows that do not say a year of entry are not judged."
        ),
        reference="川财教〔2015〕230号",
        find=_entry_years,
    ),
    Rule(
        code="age-out-of-range",
        severity="warning",
        message=N_("Aged {age} at the start of the term; {ages} is usual for {program}."),
        explanation=N_(
            "The ages are those that are usual in a stage of education, no rule of law: somebody outside them is often "
            "a wrong ID number, or a payment under the wrong program. Only those with a resident ID number are judged."
        ),
        reference=N_("common audit practice"),
        find=_ages,
    ),
)
