"""Late payments, and suspiciously equal counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from aidledger.audit.answers import answers
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import Entry, ProgramRow, School

# Smaller equal counts are likely to be coincidence.
_COUNT_MIN = 10


def _late(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school with payments after the catalogue's deadline."""
    for total in totals(scope):
        period = Period.parse(total.period)
        deadline = scope.catalogue.programs[total.program].deadline_for(period)
        if deadline is not None:
            yield from _paid_after(scope, total.program, period, deadline.of(period), deadline.reference)


def _after_term(scope: Scope) -> Iterator[Case]:
    """One case per program, period and school with payments after the period, where the catalogue has no deadline."""
    for total in totals(scope):
        program, period = scope.catalogue.programs[total.program], Period.parse(total.period)
        if program.deadline_for(period) is None and not program.repaid:
            yield from _paid_after(scope, total.program, period, period.end, None, tried=False)


def _paid_after(
    scope: Scope, program: str, period: Period, day: date, reference: str | None, *, tried: bool = True
) -> Iterator[Case]:
    """One case per school with payments after a day.

    ``tried``: also those that the bank returned before, whose delay has another reason.
    """
    last, answer, earlier = day.isoformat(), answers(scope), answers(scope)
    query = (
        select(Entry.c.id, School.c.name.label("school"), answer.c.amount_fen, Entry.c.beneficiary_id)
        .add_columns(answer.c.id.label("record"), answer.c.paid_on)
        .join(answer, answer.c.entry_id == Entry.c.id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(
            ProgramRow.c.code == program,
            Entry.c.period == period.code,
            answer.c.outcome == "paid",
            answer.c.place == 1,
            # A month without a day (2022-01) is late only if the whole month is.
            func.substr(answer.c.paid_on, 1, 10) > last,
        )
        .order_by(School.c.name, Entry.c.id)
    )
    if not tried:
        failed = select(earlier.c.id).where(earlier.c.entry_id == Entry.c.id, earlier.c.outcome != "paid")
        query = query.where(~failed.exists())
    by_school: dict[str | None, list[Any]] = defaultdict(list)
    for row in scope.books.execute(query):
        by_school[row.school].append(row)
    for school, rows in by_school.items():
        yield Case(
            about=(program, period.code, school or ""),
            entries=tuple(row.id for row in rows),
            program=program,
            period=period.code,
            persons=len({row.beneficiary_id for row in rows}),
            amount_fen=sum(row.amount_fen for row in rows),
            standard=reference,
            facts={"count": len(rows), "last": last, "on": max(row.paid_on for row in rows), "school": school or "—"},
            records=tuple(("bank-return", row.record) for row in rows),
        )


def _same_count(scope: Scope) -> Iterator[Case]:
    """One case per period and pair of programs."""
    same: dict[tuple[str, int], list[str]] = defaultdict(list)
    for total in totals(replace(scope, program=None)):
        if total.person_times >= _COUNT_MIN:
            same[total.period, total.person_times].append(total.program)
    for (period, count), alike in same.items():
        programs = _unlinked(scope, alike)
        if len(programs) > 1 and scope.program in {None, *programs}:
            yield Case(
                about=(period, *programs),
                entries=(),
                program=programs[0],
                period=period,
                persons=0,
                facts={"count": count, "programs": ", ".join(programs), "period": period},
            )


def _unlinked(scope: Scope, programs: Sequence[str]) -> list[str]:
    """Programs without those that are for the recipients of another one: their counts are equal by right."""
    known = scope.catalogue.programs
    return [code for code in programs if known[code].for_recipients_of not in programs]


RULES = (
    Rule(
        code="late-payment",
        severity="warning",
        message=N_("{school}: {count} payments after {last}, the latest on {on}."),
        explanation=N_(
            "The catalogue sets the date by which a program must be paid for a term; an office adds its own dates "
            "under deadlines. The date of payment is the bank's. Explain the delay; nothing is to be claimed back."
        ),
        reference=N_("deadlines in the catalogue"),
        find=_late,
        needs=("bank-return",),
    ),
    Rule(
        code="paid-after-term",
        severity="warning",
        message=N_("{school}: {count} payments after the end of the term ({last}), the latest on {on}."),
        explanation=N_(
            "Aid for a term must reach the pupil in the term: a family that has to wait has already paid. Judged: what "
            "the bank confirmed after the last day of the term (31 January, 31 July), for programs without a deadline "
            "of their own. Not shown: payments that the bank returned before they were paid. Explain the delay; "
            "nothing is to be claimed back."
        ),
        reference=N_("common audit practice"),
        find=_after_term,
        needs=("bank-return",),
    ),
    Rule(
        code="same-count-two-programs",
        severity="info",
        message=N_("Exactly {count} person-times for {period} under several programs: {programs}."),
        explanation=N_(
            "Two programs with different conditions rarely have the same count: one list may be a copy of the "
            "other. The tuition waiver, for example, covers fewer categories than the grant. Compare the people on "
            "the lists. Not shown where a region's variant says that one program is for whoever gets the other."
        ),
        reference=N_("common audit practice"),
        find=_same_count,
        needs=("one-district",),
    ),
)
