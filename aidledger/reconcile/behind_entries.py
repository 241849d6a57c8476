"""Entries behind differences: amounts that no rate allows, and unconfirmed payments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from aidledger.reconcile.behind import Behind, Why, of_entry, rows_of
from aidledger.reconcile.line import Line
from aidledger.reconcile.standard import Judge, claims_at_schools
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.payables.claims import ClaimScope, payments
from aidledger.store.payables.due import paid_beyond, unconfirmed
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.person_times import in_parts


def off_standard(books: Connection, judge: Judge, line: Line) -> Iterator[Behind]:
    """The entries whose amount no rate allows, with the nearest allowed one; all entries if there is no standard.

    Parts of a claim appear together if no rate allows their sum. The differences add up to the line's.
    """
    rows = rows_of(line.program, line.period, line.school).where(in_force(Entry))
    if not judge.knows(line.program, line.period):
        for row in books.execute(rows):
            yield of_entry(row, "no-standard-known", period=line.period)
        return
    claims = _claims_in_parts(books, line)
    parts: dict[int, list[Any]] = {person: [] for person in claims}
    found: list[tuple[Any, int]] = []
    for row in books.execute(rows):
        if row.beneficiary_id in parts:
            parts[row.beneficiary_id].append(row)
        else:
            found.append((row, judge.off_fen(_Judged(line, row, row.amount_fen), in_parts=False)))
    for person, of_claim in parts.items():
        claim = claims[person]
        off = judge.off_fen(_Judged(line, claim, claim.whole_fen), in_parts=True) if claim.is_last else 0
        found += _spread(of_claim, off) if off else ()
    for row, off in sorted(found, key=lambda pair: int(pair[0].entry)):
        if off or row.beneficiary_id in parts:
            yield of_entry(row, "no-rate-allows-it", period=line.period, expected_fen=row.amount_fen + off)


class _Judged:
    """A claim as Judge takes it: one payment, or all parts together."""

    def __init__(self, line: Line, paid: Any, whole_fen: int) -> None:  # noqa: ANN401 - a row
        self.code, self.period, self.school = line.program, line.period, line.school
        self.level, self.boarding = paid.level, paid.boarding
        self.whole_fen = whole_fen


def _claims_in_parts(books: Connection, line: Line) -> dict[int, Any]:
    """The claims in parts of a line's program and period at its school, by person."""
    paid = (
        select(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(ProgramRow.c.code == line.program, Entry.c.period == line.period)
        .where(in_force(Entry), in_parts(Entry, [line.period]))
    )
    claim = claims_at_schools(paid.subquery("paid"))
    here = select(claim).outerjoin(School, School.c.id == claim.c.school_id)
    rows = books.execute(here.where(School.c.name.is_not_distinct_from(line.school)))
    return {row.beneficiary_id: row for row in rows}


def _spread(rows: Sequence[Any], off: int) -> Iterator[tuple[Any, int]]:
    """Allocate a claim's difference to its last payments, without taking any of them below zero."""
    for row in reversed(rows):
        own = off if row is rows[0] else max(off, -row.amount_fen)
        off -= own
        yield row, own


def not_confirmed(books: Connection, line: Line) -> Iterator[Behind]:
    """The difference between claims and payments, entry by entry; it adds up to the line's.

    Positive: claimed and not paid yet. Negative: paid beyond the claim.
    """
    scope = ClaimScope({line.program}, {line.period})
    reasons = _refusals(books, scope)
    rows = {row.entry: row for row in books.execute(rows_of(line.program, line.period, line.school))}
    for unpaid in unconfirmed(books, scope):
        if unpaid.entry in rows:
            reason = reasons.get(unpaid.entry)
            why: Why = "bank-silent" if reason is None else "returned-by-bank"
            behind = of_entry(rows[unpaid.entry], why, period=line.period, remark=reason or None)
            yield replace(behind, amount_fen=unpaid.amount_fen)
    for entry, fen in paid_beyond(books, scope):
        if entry in rows:
            yield replace(of_entry(rows[entry], "paid-beyond", period=line.period), amount_fen=-fen)


def _refusals(books: Connection, scope: ClaimScope) -> dict[int, str]:
    """The bank's reason (or empty), by entry, for payments whose last answer is failed or returned."""
    payment = payments(books, scope)
    query = select(payment.c.entry_id, payment.c.reason).where(payment.c.outcome.in_(("failed", "returned")))
    return {entry: reason or "" for entry, reason in books.execute(query)}
