"""allotted-not-paid: money that a document allotted, and that reaches nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from aidledger.audit.claims import is_running
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.money import yuan_text
from aidledger.i18n import N_
from aidledger.store.model.tables import Allotment, ProgramRow
from aidledger.store.postings.entries import current

# What is left of less than this share is a balance that is carried forward (结余).
_BALANCE_SHARE = 0.05
_MONTH = 7


def _find(scope: Scope) -> Iterator[Case]:
    """One case per program and period."""
    paid = {(total.program, total.period): total.amount_fen for total in totals(scope)}
    by_parts = scope.once(_paid_in_parts)
    for (program, period), documents in sorted(_overdue(scope).items()):
        allotted = sum(row.amount_fen for row in documents)
        left = allotted - paid.get((program, period), 0)
        if left <= allotted * _BALANCE_SHARE or ((program, period) in by_parts and is_running(scope, period)):
            continue
        yield Case(
            about=(program, period),
            entries=(),
            program=program,
            period=period,
            persons=0,
            amount_fen=left,
            facts={
                "program": program,
                "period": period,
                "allotted": yuan_text(allotted),
                "left": yuan_text(left),
                "since": min(row.issued_on for row in documents),
                "days": scope.catalogue.days_to_pay,
            },
            records=tuple(("allotment", row.id) for row in documents),
        )


def _overdue(scope: Scope) -> dict[tuple[str, str], list[Any]]:
    """The allotments issued longer ago than the office's days to pay, by program and period."""
    query = (
        select(Allotment.c.id, ProgramRow.c.code, Allotment.c.period, Allotment.c.amount_fen, Allotment.c.issued_on)
        .join(ProgramRow, ProgramRow.c.id == Allotment.c.program_id)
        .where(current(Allotment), Allotment.c.issued_on.is_not(None))
        .where(*scope.narrowed(ProgramRow.c.code, Allotment.c.period))
        .order_by(Allotment.c.issued_on, Allotment.c.id)
    )
    last = (scope.today - timedelta(days=scope.catalogue.days_to_pay)).isoformat()
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in scope.books.execute(query):
        # A month without a day is its last day.
        issued = f"{row.issued_on}-31" if len(row.issued_on) == _MONTH else row.issued_on
        if issued < last:
            found[row.code, row.period].append(row)
    return found


def _paid_in_parts(scope: Scope) -> frozenset[tuple[str, str]]:
    """Programs and periods that are paid in parts: until the period ends, some are still to come."""
    paid = replace(scope, program=None, period=None).payments()
    query = select(paid.c.program, paid.c.period).where(paid.c.part.is_not(None)).distinct()
    return frozenset((program, period) for program, period in scope.books.execute(query))


RULE = Rule(
    code="allotted-not-paid",
    severity="warning",
    message=N_(
        "{left} of {allotted} yuan that were allotted to {program} for {period} since {since} are paid to nobody after "
        "more than {days} days."
    ),
    explanation=N_(
        "Money that lies with the office is late for those whom it is for. Judged: allotments with a date, 90 days "
        "after it or as many as the office sets (days_to_pay in office.yaml). What rosters claim counts as paid. Not "
        "shown: a balance of up to five hundredths, and terms that are paid in parts, until they end. Pay "
        "what is due, or return the rest."
    ),
    reference=N_("common audit practice"),
    find=_find,
    needs=("allotment", "one-district"),
)
