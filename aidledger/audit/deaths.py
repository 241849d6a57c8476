"""paid-after-death: payments for a period before which the person had died, by a list of deaths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import Death
from aidledger.store.postings.entries import current


def before_school(day: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    """Whether a day lies before the first day of school; of a month without a day (``2022-02``), its first day."""
    begins = period.school_begins
    return day < (f"{begins:%Y-%m}" if begins.day == 1 else begins.isoformat())


def had_died(beneficiary: ColumnElement[int], period: Period) -> ColumnElement[bool]:
    """Whether a list says that a beneficiary died before the first day of school."""
    death = Death.alias()
    listed = (death.c.beneficiary_id == beneficiary, current(death), before_school(death.c.died_on, period))
    return select(death.c.id).where(*listed).exists()


def _find(scope: Scope) -> Iterator[Case]:
    """One case per payment; the list that came last tells the day."""
    for period in sorted({total.period for total in totals(scope)}):
        paid, death = scope.payments(), Death.alias()
        last = (
            select(death.c.beneficiary_id, func.max(death.c.id).label("record"))
            .where(current(death), before_school(death.c.died_on, Period.parse(period)))
            .group_by(death.c.beneficiary_id)
            .subquery("last")
        )
        query = (
            select(paid, last.c.record, Death.c.died_on)
            .join(last, last.c.beneficiary_id == paid.c.beneficiary_id)
            .join(Death, Death.c.id == last.c.record)
            .where(paid.c.period == period)
            .order_by(paid.c.id)
        )
        for row in scope.books.execute(query):
            facts = {"program": row.program, "period": period, "died_on": row.died_on}
            yield Case.of(row, facts, records=(("death", row.record),))


RULE = Rule(
    code="paid-after-death",
    severity="error",
    message=N_("Paid under {program} for {period}, though the pupil died on {died_on} by the list of deaths."),
    explanation=N_(
        "Nobody is paid for a term, or a school year, before whose first day (1 September, about 20 February) they had "
        "died. Judged: lists of deaths in force, from civil affairs, health or the police; what a school's register "
        "says of a death is judged by left-before-term. Ask who drew the money, and claim it back."
    ),
    reference=N_("common audit practice"),
    find=_find,
    needs=("death",),
)
