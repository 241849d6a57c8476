"""Allotments and bank returns against payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import case, func, select

from aidledger.audit.answers import answers, same_people
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.listing import ListKind
from aidledger.domain.money import yuan_text
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Allotment, Entry, ProgramRow
from aidledger.store.payables.claims import Key
from aidledger.store.postings.entries import current


def _returned(scope: Scope) -> Iterator[Case]:
    """Claims with a payment that failed or was returned, and that were not paid since."""
    answer, people = answers(scope), same_people(scope)
    query = (
        select(answer, Entry.c.period, Entry.c.program_id, Entry.c.beneficiary_id, ProgramRow.c.code)
        .join(Entry, Entry.c.id == answer.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(*scope.narrowed(ProgramRow.c.code, Entry.c.period))
        .order_by(Entry.c.id, answer.c.id)
    )
    failed: dict[Key, list[Any]] = defaultdict(list)
    paid: dict[Key, int] = defaultdict(int)
    for row in scope.books.execute(query):
        key = row.program_id, row.period, people(row.beneficiary_id)
        if row.place == 1 and row.outcome == "paid":
            paid[key] += row.amount_fen
        elif row.outcome != "paid":
            failed[key].append(row)
    unpaid = {key for key, rows in failed.items() if any(row.place == 1 for row in rows)}
    for key, claimed in _claimed(scope, unpaid, people).items():
        rows = failed[key]
        last = max(rows, key=lambda row: row.place == 1)
        owed = min(claimed - paid[key], last.amount_fen)
        if owed > 0:
            yield Case(
                about=(key[2], last.code, last.period),
                entries=tuple(sorted({row.entry_id for row in rows})),
                records=tuple(("bank-return", row.id) for row in rows),
                program=last.code,
                period=last.period,
                amount_fen=owed,
                facts={"reason": last.reason or "-", "period": last.period},
            )


def _claimed(scope: Scope, keys: Collection[Key], people: Callable[[int], int]) -> dict[Key, int]:
    """The claimed amounts (分) of these claims, in the order of their keys."""
    found: dict[Key, int] = dict.fromkeys(sorted(keys), 0)
    columns = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    for period in sorted({key[1] for key in keys}):
        query = select(*columns, func.sum(Entry.c.amount_fen)).where(Entry.c.period == period).group_by(*columns)
        for programs in chunks(sorted({key[0] for key in keys if key[1] == period}), scope.keys_at_once):
            for program, _, person, fen in scope.books.execute(query.where(Entry.c.program_id.in_(programs))):
                key = program, period, people(person)
                if key in found:
                    found[key] += int(fen)
    return found


def _twice(scope: Scope) -> Iterator[Case]:
    """Payments that a bank confirmed more than once, net of returns.

    An answer repeated in a later list does not count again: each day counts as often as one list states it.
    """
    answer = answers(scope)
    per_list = (
        select(answer.c.order_id, answer.c.entry_id, answer.c.outcome, answer.c.paid_on, func.count().label("times"))
        .where(answer.c.outcome.in_(("paid", "returned")))
        .group_by(answer.c.order_id, answer.c.entry_id, answer.c.outcome, answer.c.paid_on, answer.c.batch_id)
        .subquery("per_list")
    )
    payment = (per_list.c.order_id, per_list.c.entry_id)
    times = func.max(per_list.c.times)
    per_day = select(*payment, per_list.c.outcome, times.label("times"))
    days = per_day.group_by(*payment, per_list.c.outcome, per_list.c.paid_on).subquery("per_day")
    net = func.sum(case((days.c.outcome == "paid", days.c.times), else_=-days.c.times))
    often = select(days.c.order_id, days.c.entry_id, net.label("times")).group_by(days.c.order_id, days.c.entry_id)
    counted = often.having(net > 1).subquery("often")
    query = (
        select(answer.c.id, answer.c.entry_id, answer.c.amount_fen, answer.c.paid_on, counted.c.times, Entry.c.period)
        .add_columns(Entry.c.beneficiary_id, ProgramRow.c.code)
        .join(counted, counted.c.entry_id == answer.c.entry_id)
        .join(Entry, Entry.c.id == answer.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(answer.c.outcome == "paid", counted.c.order_id.is_not_distinct_from(answer.c.order_id))
        .where(*scope.narrowed(ProgramRow.c.code, Entry.c.period))
        .order_by(answer.c.entry_id, answer.c.id)
    )
    for entry, group in groupby(scope.books.execute(query), key=lambda row: int(row.entry_id)):
        rows = list(group)
        last = rows[-1]
        dates = ", ".join(dict.fromkeys(row.paid_on or "-" for row in rows))
        yield Case(
            about=(last.beneficiary_id, last.code, last.period),
            entries=(entry,),
            records=tuple(("bank-return", row.id) for row in rows),
            program=last.code,
            period=last.period,
            amount_fen=last.amount_fen * (int(last.times) - 1),
            facts={"count": int(last.times), "days": dates, "period": last.period},
        )


def _paid_and_allotted(scope: Scope) -> Iterator[tuple[str, str, int, int, list[int]]]:
    """Program, period, amounts paid and allotted (分), and the allotments (ids)."""
    allotted: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    rows = (
        select(Allotment.c.id, ProgramRow.c.code, Allotment.c.period, Allotment.c.amount_fen)
        .join(ProgramRow, ProgramRow.c.id == Allotment.c.program_id)
        .where(current(Allotment))
        .order_by(Allotment.c.id)
    )
    for number, program, period, amount in scope.books.execute(rows):
        allotted[program, period][number] = amount
    for paid in totals(scope):
        amounts = allotted.get((paid.program, paid.period), {})
        yield paid.program, paid.period, paid.amount_fen, sum(amounts.values()), list(amounts)


def _unallotted(scope: Scope) -> Iterator[Case]:
    """Programs and periods that were paid without an allotment, of programs with any allotment."""
    with_money = {program for program, _, _, allotted, _ in _paid_and_allotted(scope) if allotted}
    for program, period, paid, allotted, _ in _paid_and_allotted(scope):
        if not allotted and program in with_money:
            facts = {"program": program, "period": period, "paid": yuan_text(paid)}
            yield Case((program, period), (), program, period, persons=0, amount_fen=paid, facts=facts)


def _over(scope: Scope) -> Iterator[Case]:
    """Programs and periods that were paid more than their allotments."""
    for program, period, paid, allotted, records in _paid_and_allotted(scope):
        if allotted and paid > allotted:
            facts = {"program": program, "period": period, "paid": yuan_text(paid), "allotted": yuan_text(allotted)}
            evidence: tuple[tuple[ListKind, int], ...] = tuple(("allotment", record) for record in records)
            about = (program, period)
            yield Case(about, (), program, period, 0, paid - allotted, facts=facts, records=evidence)


RULES = (
    Rule(
        code="returned-not-reissued",
        severity="warning",
        message=N_("The bank returned the payment for {period} ({reason}), and it was not paid again."),
        explanation=N_(
            "Money that the bank returned has not reached the pupil. Correct the card with the family and pay "
            "again; the next successful bank return closes the finding."
        ),
        reference=N_("common audit practice"),
        find=_returned,
        needs=("bank-return",),
    ),
    Rule(
        code="paid-twice-by-bank",
        severity="error",
        message=N_("The bank confirmed the payment for {period} {count} times: {days}."),
        explanation=N_(
            "One payment was ordered, but the bank reports it more than once: twice in one list, or on several "
            "days. The same answer repeated in a later list does not count. Ask the bank, and claim back what was "
            "paid twice."
        ),
        reference=N_("common audit practice"),
        find=_twice,
        needs=("bank-return",),
    ),
    Rule(
        code="paid-without-allotment",
        severity="warning",
        message=N_("{paid} yuan were paid under {program} for {period}, but no document allots money to it."),
        explanation=N_(
            "Every payment needs a document that allots the money. Import the missing allotment, or find out which "
            "money was used. Judged: programs for which any allotment was imported."
        ),
        reference="财教〔2021〕310号",
        find=_unallotted,
        needs=("allotment", "one-district"),
    ),
    Rule(
        code="over-allotment",
        severity="error",
        message=N_("{paid} yuan were paid under {program} for {period}, but only {allotted} allotted."),
        explanation=N_(
            "More was paid than the documents allot. Either a document has not been imported, or money of another "
            "program or period was used."
        ),
        reference="财教〔2021〕310号",
        find=_over,
        needs=("allotment", "one-district"),
    ),
)
