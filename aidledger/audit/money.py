"""Where the money came from and where it went: allotments and bank returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.audit.totals import totals
from aidledger.domain.listing import ListKind
from aidledger.domain.money import yuan_text
from aidledger.i18n import N_
from aidledger.store.entries import current, in_force
from aidledger.store.tables import Allotment, BankReturn, Entry, ProgramRow


def _returned(scope: Scope) -> Iterator[Case]:
    """Payments of which the bank last said that they failed."""
    paid = BankReturn.alias("paid")
    said_paid = select(paid.c.id).where(
        paid.c.entry_id == BankReturn.c.entry_id, paid.c.outcome == "paid", current(paid)
    )
    query = (
        select(
            BankReturn.c.id,
            BankReturn.c.entry_id,
            BankReturn.c.reason,
            Entry.c.amount_fen,
            Entry.c.period,
            ProgramRow.c.code,
            Entry.c.beneficiary_id,
        )
        .join(Entry, Entry.c.id == BankReturn.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(BankReturn.c.outcome == "failed", current(BankReturn), in_force(Entry), ~said_paid.exists())
        .order_by(Entry.c.id, BankReturn.c.id)
    )
    failed: dict[int, list[Any]] = defaultdict(list)
    if scope.program is not None:
        query = query.where(ProgramRow.c.code == scope.program)
    if scope.period is not None:
        query = query.where(Entry.c.period == scope.period)
    for row in scope.books.execute(query):
        failed[row.entry_id].append(row)
    for entry, rows in failed.items():
        last = rows[-1]
        yield Case(
            about=(last.beneficiary_id, last.code, last.period),
            entries=(entry,),
            records=tuple(("bank-return", row.id) for row in rows),
            program=last.code,
            period=last.period,
            amount_fen=last.amount_fen,
            facts={"reason": last.reason or "-", "period": last.period},
        )


def _paid_and_allotted(scope: Scope) -> Iterator[tuple[str, str, int, int, list[int]]]:
    """Program, period, money paid and allotted (分), the ids of the allotments."""
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
    """Programs and periods that were paid although no document allots money to them."""
    with_money = {program for program, _, _, allotted, _ in _paid_and_allotted(scope) if allotted}
    for program, period, paid, allotted, _ in _paid_and_allotted(scope):
        if not allotted and program in with_money:
            facts = {"program": program, "period": period, "paid": yuan_text(paid)}
            yield Case((program, period), (), program, period, persons=0, amount_fen=paid, facts=facts)


def _over(scope: Scope) -> Iterator[Case]:
    """Programs and periods that were paid more than was allotted."""
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
            "Money that came back is no aid until it has arrived. Correct the card with the family and have it paid "
            "again; the next bank return closes the finding by itself."
        ),
        reference=N_("common audit practice"),
        find=_returned,
        needs=("bank-return",),
    ),
    Rule(
        code="paid-without-allotment",
        severity="warning",
        message=N_("{paid} yuan were paid under {program} for {period}, and no document allots money to it."),
        explanation=N_(
            "Every payment rests on a document that allots the money. Import the allotment that is missing, or find "
            "out from which money it was paid. Only programs are judged for which some allotment was imported."
        ),
        reference="财教〔2021〕310号",
        find=_unallotted,
        needs=("allotment", "one-district"),
    ),
    Rule(
        code="over-allotment",
        severity="error",
        message=N_("{paid} yuan were paid under {program} for {period}, {allotted} were allotted."),
        explanation=N_(
            "More was paid than the documents allot. Either a document is missing here, or money of another program or "
            "period was used."
        ),
        reference="财教〔2021〕310号",
        find=_over,
        needs=("allotment", "one-district"),
    ),
)
