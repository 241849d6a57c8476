"""Fees that a school collected although they are waived, and waivers above the public fee."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from aidledger.audit.claims import entries_of
from aidledger.audit.judging import judged_claims
from aidledger.audit.rule import Case, Rule, Scope, reference_for
from aidledger.domain.money import yuan_text
from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import N_
from aidledger.store.model.tables import FeeReceipt
from aidledger.store.postings.entries import current

# School (id), period.
_Place = tuple[int | None, str]


def _collected(scope: Scope) -> Iterator[Case]:
    """One case per person, program and period."""
    for code, program in scope.catalogue.programs.items():
        if program.nature == "waiver" and scope.program in {None, code}:
            rows = scope.books.execute(_waived_and_collected(scope, program)).all()
            full = _full_fees(scope, program, {(row.school_id, row.period) for row in rows})
            for _, group in groupby(rows, key=lambda row: (row.beneficiary_id, row.period)):
                case = _case(program, list(group), full)
                if case is not None:
                    yield case


def _of_program(receipt: Any, program: Program) -> ColumnElement[bool]:  # noqa: ANN401 - a table
    """Whether a receipt is for the fee that a program waives, or may be."""
    item = "care" if program.stage == "preschool" else "tuition"
    return and_(current(receipt), or_(receipt.c.item.is_(None), receipt.c.item == item))


def _waived_and_collected(scope: Scope, program: Program) -> Any:  # noqa: ANN401 - a select
    """Payments under a program to people with receipts for the period, whose money was not all given back."""
    paid, receipt = scope.payments(), FeeReceipt.alias("receipt")
    same = and_(receipt.c.beneficiary_id == paid.c.beneficiary_id, receipt.c.period == paid.c.period)
    columns = ("id", "beneficiary_id", "program", "period", "school_id", "school", "amount_fen")
    return (
        select(*(paid.c[name] for name in columns))
        .add_columns(receipt.c.id.label("record"), receipt.c.amount_fen.label("collected_fen"))
        .add_columns(func.coalesce(receipt.c.refunded_fen, 0).label("refunded_fen"))
        .join(receipt, same)
        .where(paid.c.program == program.code, _of_program(receipt, program))
        .order_by(paid.c.beneficiary_id, paid.c.period, paid.c.id, receipt.c.id)
    )


def _full_fees(scope: Scope, program: Program, places: set[_Place]) -> Mapping[_Place, int]:
    """The fee (分) that most of those paid to whom a school waived nothing."""
    if not places:
        return {}
    receipt = FeeReceipt.alias("receipt")
    paid = replace(scope, period=None, program=program.code).payments()
    waived = select(paid.c.id).where(
        paid.c.beneficiary_id == receipt.c.beneficiary_id, paid.c.period == receipt.c.period
    )
    key = (receipt.c.school_id, receipt.c.period, receipt.c.amount_fen)
    query = select(*key, func.count()).where(_of_program(receipt, program), ~waived.exists()).group_by(*key)
    counts: dict[_Place, Counter[int]] = defaultdict(Counter)
    for school, period, fen, count in scope.books.execute(query):
        counts[school, period][fen] = count
    return {place: max(of_place, key=lambda fen: (of_place[fen], fen)) for place, of_place in counts.items()}


def _case(program: Program, rows: Sequence[Any], full: Mapping[_Place, int]) -> Case | None:
    """What was collected beyond the fee less the waiver; of an unknown fee all of it is taken to be waived."""
    first, period = rows[0], Period.parse(rows[0].period)
    waived = sum({row.id: row.amount_fen for row in rows}.values())
    kept = sum({row.record: row.collected_fen - row.refunded_fen for row in rows}.values())
    listed = program.fee_of(first.school, period)
    fee = listed.amount_fen if listed else full.get((first.school_id, first.period), waived)
    amount = min(waived, kept, kept + waived - fee)
    if amount <= 0:
        return None
    return Case(
        about=(first.beneficiary_id, program.code, first.period),
        entries=tuple(dict.fromkeys(row.id for row in rows)),
        program=program.code,
        period=first.period,
        amount_fen=amount,
        standard=reference_for(program, period),
        facts={
            "program": program.code,
            "period": first.period,
            "school": first.school or "—",
            "waived": yuan_text(waived),
            "kept": yuan_text(kept),
        },
        records=tuple(dict.fromkeys(("fee-receipt", row.record) for row in rows)),
    )


def _above_public_fee(scope: Scope) -> Iterator[Case]:
    """One case per claim at a school without a listed fee."""
    keys = ("program", "period", "fee_school", "amount_fen", "in_parts")
    found = judged_claims(scope, keys, lambda claim: _above(scope, claim))
    entries = entries_of(scope, [row for row, _ in found])
    for row, facts in found:
        program, period = scope.catalogue.programs[row.program], Period.parse(row.period)
        case = Case.of(row, {**facts, "school": row.school or "—"}, reference_for(program, period))
        yield replace(case, entries=entries[row.id], amount_fen=row.amount_fen - highest_public_fee(program, period))


def _above(scope: Scope, claim: Any) -> Mapping[str, object] | None:  # noqa: ANN401 - a row
    program, period = scope.catalogue.programs[claim.program], Period.parse(claim.period)
    ceiling = highest_public_fee(program, period)
    # A school with a fee of its own is amount-off-standard's.
    listed = claim.fee_school is not None and program.fee_of(claim.fee_school, period) is not None
    if listed or not ceiling or claim.amount_fen <= ceiling:
        return None
    facts = {"program": claim.program, "period": claim.period}
    return facts | {"amount": yuan_text(claim.amount_fen), "ceiling": yuan_text(ceiling)}


def highest_public_fee(program: Program, period: Period) -> int:
    """The highest fee (分) that the office lists for a school; 0 if it lists none, or the program has no ceiling."""
    if not program.public_fee:
        return 0
    fees = (program.fee_of(fee.school, period) for fee in program.fees)
    return max((fee.amount_fen for fee in fees if fee is not None), default=0)


RULES = (
    Rule(
        code="fee-collected-and-waived",
        severity="error",
        message=N_(
            "{school} collected {kept} yuan for {period} and kept them, though {program} waives {waived} yuan of the "
            "fee."
        ),
        explanation=N_(
            "A fee that is waived must not be collected first; what was collected must be given back. Judged: receipts "
            "for tuition, of kindergartens for care, or for a fee that the list does not name, less refunds. Where the "
            "office lists the school's fee, or other pupils' receipts tell it, the rest of the fee beyond the waiver "
            "may be collected. Have the school refund it."
        ),
        reference="国办发〔2025〕27号",
        find=_collected,
        needs=("fee-receipt",),
    ),
    Rule(
        code="waiver-above-public-fee",
        severity="error",
        message=N_(
            "{school} was paid {amount} yuan for a child in {period}; public kindergartens charge at most {ceiling}."
        ),
        explanation=N_(
            "Private kindergartens are paid for the free year what public ones charge, at most; parents pay the rest. "
            "Judged: kindergartens whose own fee the office does not list, by the highest fee that it lists (fees of "
            "the program). Claim back what is above it."
        ),
        reference="国办发〔2025〕27号",
        find=_above_public_fee,
        needs=("public-fees",),
    ),
)
