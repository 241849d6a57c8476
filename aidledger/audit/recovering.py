"""to-be-recovered: payments beyond the claim that were not recovered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import Connection, func, select

from aidledger.audit.rule import Case, Rule, Scope
from aidledger.domain.money import yuan_text
from aidledger.i18n import N_
from aidledger.store.model.tables import Batch, Entry, ProgramRow
from aidledger.store.payables import claims
from aidledger.store.payables.claims import Claim, LinkedBeneficiaries

# The length of the date in a time.
_DAY = 10


def _find(scope: Scope) -> Iterator[Case]:
    """One case per claim. What is under way beyond a claim does not count, because it has not been paid."""
    books = cast("Connection", scope.books)
    narrowed = claims.ClaimScope({scope.program} if scope.program else (), {scope.period} if scope.period else ())
    owed = {claim.key: claim for claim in claims.claims(books, narrowed, paid_only=True) if claim.overpaid_fen > 0}
    if not owed:
        return
    paid, since = _paid(scope, books), _lowered(scope, books)
    codes = {row.id: row.code for row in books.execute(select(ProgramRow.c.id, ProgramRow.c.code))}
    for key, claim in owed.items():
        rows = paid.get(key, [])
        days = [since.get(key, ""), *(row.paid_on or "" for row in rows)]
        yield _case(claim, codes[claim.program_id], rows, max(days) or "-")


def _case(claim: Claim, program: str, rows: list[Any], since: str) -> Case:
    sums = claim.sums
    return Case(
        about=(claim.person, program, claim.period),
        entries=tuple(sorted({row.entry_id for row in rows})),
        records=tuple(("bank-return", row.answer_id) for row in rows),
        program=program,
        period=claim.period,
        amount_fen=claim.overpaid_fen,
        facts={
            "period": claim.period,
            "claimed": yuan_text(sums.claimed_fen),
            "paid": yuan_text(sums.paid_fen),
            "since": since,
        },
    )


def _paid(scope: Scope, books: Connection) -> dict[claims.Key, list[Any]]:
    """Payments confirmed by a bank, by claim."""
    payment, people = claims.payments(books), LinkedBeneficiaries(books)
    query = (
        select(payment.c.entry_id, payment.c.answer_id, payment.c.paid_on)
        .add_columns(Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
        .join(Entry, Entry.c.id == payment.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(payment.c.outcome == "paid", *scope.narrowed(ProgramRow.c.code, Entry.c.period))
        .order_by(payment.c.entry_id)
    )
    found: defaultdict[claims.Key, list[Any]] = defaultdict(list)
    for row in books.execute(query):
        found[row.program_id, row.period, people.first(row.beneficiary_id)].append(row)
    return found


def _lowered(scope: Scope, books: Connection) -> dict[claims.Key, str]:
    """The date of the last reversal, by claim."""
    people = LinkedBeneficiaries(books)
    claim = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    query = (
        select(*claim, func.max(Batch.c.posted_at))
        .join(Batch, Batch.c.id == Entry.c.batch_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(Entry.c.reversal_of.is_not(None), *scope.narrowed(ProgramRow.c.code, Entry.c.period))
        .group_by(*claim)
    )
    found: defaultdict[claims.Key, str] = defaultdict(str)
    for program, period, person, moment in books.execute(query):
        key = program, period, people.first(person)
        found[key] = max(found[key], moment[:_DAY])
    return found


RULE = Rule(
    code="to-be-recovered",
    severity="error",
    message=N_(
        "For {period}, {claimed} yuan are claimed and {paid} were paid; the difference is to be claimed back since "
        "{since}."
    ),
    explanation=N_(
        "A roster was corrected or reversed after it was paid: an amount was lowered, or a pupil removed. What was "
        "paid beyond the claim must be claimed back; a list of recoveries (退款名单, 追缴名单) closes the finding. "
        "Until then, nothing more is paid to this person under the program for the period."
    ),
    reference=N_("common audit practice"),
    find=_find,
    needs=("bank-return", "payment-orders"),
)
