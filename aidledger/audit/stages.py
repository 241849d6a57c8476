"""Grades of another stage than the program's, grades that it does not pay, and finished stages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aidledger.audit.judging import judged
from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.domain.grade import STAGE_YEARS, cohort_of, grade_of, year_by_entry, year_of_stage
from aidledger.domain.term import Period
from aidledger.i18n import N_

_KEYS = ("program", "period", "grade", "entry_year")
Judge = Callable[[Scope, Any], Mapping[str, object] | None]


def _by(judge: Judge) -> Callable[[Scope], Iterator[Case]]:
    """A rule with one case per payment against which the judge has facts."""

    def find(scope: Scope) -> Iterator[Case]:
        for row, facts in judged(scope, _KEYS, lambda paid: judge(scope, paid)):
            yield Case.of(
                row,
                standard=reference_for(scope.catalogue.programs[row.program], Period.parse(row.period)),
                facts={"program": row.program, "period": row.period, **facts},
            )

    return find


def _of_another_stage(scope: Scope, paid: Any) -> Mapping[str, object] | None:  # noqa: ANN401 - a row
    grade = grade_of(paid.grade)
    if grade is None or scope.catalogue.programs[paid.program].stage in {"any", *grade.stages}:
        return None
    return {"grade": paid.grade}


def _not_paid_for(scope: Scope, paid: Any) -> Mapping[str, object] | None:  # noqa: ANN401
    program, period = scope.catalogue.programs[paid.program], Period.parse(paid.period)
    year = year_of_stage(program.stage, period, paid.grade, paid.entry_year)
    last = STAGE_YEARS.get(program.stage)
    if year is None or last is None or year > last:
        return None  # stage-finished reports it
    years = program.grades_paid(period, last)
    return None if year in years else {"year": year, "years": ", ".join(map(str, years))}


def _finished(scope: Scope, paid: Any) -> Mapping[str, object] | None:  # noqa: ANN401
    program, period = scope.catalogue.programs[paid.program], Period.parse(paid.period)
    entered = paid.entry_year or cohort_of(paid.grade)
    year, last = year_by_entry(period, entered), STAGE_YEARS.get(program.stage)
    if year is None or last is None or year <= last:
        return None
    return {"entry_year": entered, "year": year, "last": last}


RULES = (
    Rule(
        code="grade-stage-mismatch",
        severity="warning",
        message=N_("Grade {grade} does not belong to the stage of {program}."),
        explanation=N_(
            "A pupil of one stage of education on a list of another: the roster was filed under the wrong program, "
            "or rows of another school were copied into it. Compare with the school register. 高一 is accepted for "
            "vocational schools, too; unusual grade names are not judged."
        ),
        reference=N_("common audit practice"),
        find=_by(_of_another_stage),
    ),
    Rule(
        code="grade-not-eligible",
        severity="error",
        message=N_("In year {year} of the stage; for {period}, {program} is paid in years {years}."),
        explanation=N_(
            "A term's standard says in which years of a stage a program is paid: the vocational grant in years 1 "
            "and 2, from spring 2025 also in year 3; the preschool fee waiver from autumn 2025 not in the last "
            "kindergarten year. The year is taken from the grade (二年级, 2021级), or else from the year of entry; who "
            "enters in spring is in year 1. Claim the payment back, or correct the grade."
        ),
        reference="财教〔2021〕310号",
        find=_by(_not_paid_for),
    ),
    Rule(
        code="stage-finished",
        severity="warning",
        message=N_("Entered in {entry_year}: {period} is in year {year} of a stage of {last} years."),
        explanation=N_(
            "A pupil who entered so long ago has finished, unless a year was repeated or interrupted. Check the "
            "register. High and vocational school last three years, kindergarten up to four, compulsory education "
            "nine."
        ),
        reference=N_("common audit practice"),
        find=_by(_finished),
    ),
)
