"""Payment orders and their state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, func, select

from aidledger.domain.payment import LineState, OrderState, PaymentLine, serial_text
from aidledger.store.chain import events
from aidledger.store.chain.digests import digest_of
from aidledger.store.chain.recorded import Recorded
from aidledger.store.database.bulk import insert_row, insert_rows, next_id
from aidledger.store.master.schools import posted_name
from aidledger.store.model.tables import (
    BankReturn,
    Batch,
    Beneficiary,
    Entry,
    PaymentOrder,
    PaymentOrderLine,
    ProgramRow,
    School,
)
from aidledger.store.payables import claims
from aidledger.store.payables.claims import ClaimScope
from aidledger.store.payables.due import Due
from aidledger.store.payables.settlements import settlements
from aidledger.store.postings.entries import current, in_force

_RECORDED = Recorded(
    PaymentOrder,
    action="export-payment",
    key="order",
    facts=("program", "period", "school", "after_batch", "lines", "amount_fen", "digest"),
    stamps=("exported_at", "exported_by"),
    of_lines=("entries",),
)


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order: who exported and settled it, and how many of its lines the bank paid and refused or returned.

    ``program`` None: several programs. ``settled_…``: released or withdrawn. ``paid_fen``, ``failed_fen``: what the
    order asked for in those lines.
    """

    order: int
    program: str | None
    period: str
    school: str | None
    exported_at: str
    exported_by: str
    lines: int
    amount_fen: int
    digest: str
    state: OrderState
    settled_at: str | None
    settled_by: str | None
    paid: int
    failed: int
    paid_fen: int
    failed_fen: int

    @property
    def open(self) -> int:
        """The number of lines without an answer."""
        return self.lines - self.paid - self.failed

    @property
    def open_fen(self) -> int:
        """What the order asks for in lines without an answer."""
        return self.amount_fen - self.paid_fen - self.failed_fen


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order with the entry that it pays, its state, and the bank's reason if it was not paid.

    ``person``: the ledger's number of the person who is paid.
    """

    entry: int
    person: int
    line: PaymentLine
    program: str
    part: str | None
    school: str | None
    state: LineState
    reason: str | None


def export(
    books: Connection, scope: ClaimScope, period: str, school: str | None, due: Sequence[Due], moment: str, actor: str
) -> tuple[int, list[PaymentLine], str]:
    """Record an order that pays what is due; returns its number, its lines and their digest."""
    order = next_order(books)
    numbered = list(enumerate(due, 1))
    lines = lines_for(order, due)
    digest = lines_digest(lines)
    program_id, program = None, None
    if len(scope.programs) == 1:
        (program,) = scope.programs
        program_id = books.execute(select(ProgramRow.c.id).where(ProgramRow.c.code == program)).scalar_one()
    school_id = None
    if school is not None:
        school_id = books.execute(select(School.c.id).where(School.c.name == school)).scalar_one()
    head = {
        "after_batch": books.execute(select(func.coalesce(func.max(Batch.c.id), 0))).scalar_one(),
        "lines": len(lines),
        "amount_fen": sum(line.amount_fen for line in lines),
        "digest": digest,
    }
    insert_row(
        books,
        PaymentOrder,
        id=order,
        program_id=program_id,
        period=period,
        school_id=school_id,
        exported_at=moment,
        exported_by=actor,
        **head,
    )
    rows = [(order, serial, payable.entry, payable.account, payable.amount_fen) for serial, payable in numbered]
    insert_rows(books, PaymentOrderLine, ("order_id", "serial", "entry_id", "account", "amount_fen"), rows)
    entries = _entries_digest((serial, payable.entry) for serial, payable in numbered)
    called = posted_name(books, school_id)
    facts = {"order": order, "program": program, "period": period, "school": called, "entries": entries, **head}
    events.record(books, moment, actor, _RECORDED.action, facts)
    return order, lines, digest


def next_order(books: Connection) -> int:
    """The number of the next order."""
    return next_id(books, PaymentOrder)


def lines_for(order: int, due: Sequence[Due]) -> list[PaymentLine]:
    """The lines of an order that pays what is due, each with its serial number."""
    return [
        PaymentLine(serial_text(order, serial), payable.name, payable.number, str(payable.account), payable.amount_fen)
        for serial, payable in enumerate(due, 1)
    ]


def lines_digest(lines: Iterable[PaymentLine]) -> str:
    """The digest of a bank file's content, whatever its format."""
    return digest_of([line.covered() for line in lines])


def orders(books: Connection, number: int | None = None) -> list[OrderRecord]:
    """All orders in the order of export, or one."""
    payment = claims.payments(books)
    sums = func.count(), func.sum(payment.c.ordered_fen)
    counted = select(payment.c.order_id, payment.c.outcome, *sums).where(payment.c.outcome.is_not(None))
    if number is not None:
        counted = counted.where(payment.c.order_id == number)
    paid: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    failed: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for order, outcome, lines, fen in books.execute(counted.group_by(payment.c.order_id, payment.c.outcome)):
        answered = paid if outcome == "paid" else failed
        answered[order] = answered[order][0] + lines, answered[order][1] + int(fen)
    query = (
        select(
            PaymentOrder.c.id,
            ProgramRow.c.code,
            PaymentOrder.c.period,
            School.c.name.label("school"),
            PaymentOrder.c.exported_at,
            PaymentOrder.c.exported_by,
            PaymentOrder.c.lines,
            PaymentOrder.c.amount_fen,
            PaymentOrder.c.digest,
        )
        .outerjoin(ProgramRow, ProgramRow.c.id == PaymentOrder.c.program_id)
        .outerjoin(School, School.c.id == PaymentOrder.c.school_id)
        .order_by(PaymentOrder.c.id)
    )
    if number is not None:
        query = query.where(PaymentOrder.c.id == number)
    settled = settlements(books)
    not_settled: tuple[OrderState, str | None, str | None] = ("exported", None, None)
    found = []
    for row in books.execute(query):
        state, at, by = settled.get(row.id, not_settled)
        (good, good_fen), (bad, bad_fen) = paid[row.id], failed[row.id]
        found.append(
            OrderRecord(
                *row,
                state=state,
                settled_at=at,
                settled_by=by,
                paid=good,
                failed=bad,
                paid_fen=good_fen,
                failed_fen=bad_fen,
            )
        )
    return found


def _of_order(number: int) -> Select[Any]:
    return (
        select(
            PaymentOrderLine.c.entry_id,
            PaymentOrderLine.c.serial,
            Entry.c.beneficiary_id,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name).label("name"),
            Beneficiary.c.number,
            PaymentOrderLine.c.account,
            PaymentOrderLine.c.amount_fen,
            School.c.name.label("school"),
            ProgramRow.c.code.label("program"),
            Entry.c.part,
        )
        .join(Entry, Entry.c.id == PaymentOrderLine.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(PaymentOrderLine.c.order_id == number)
        .order_by(PaymentOrderLine.c.serial)
    )


def _line_of(number: int, row: Any) -> PaymentLine:  # noqa: ANN401 - a row
    return PaymentLine(serial_text(number, row.serial), row.name, row.number, row.account, row.amount_fen)


def lines_of(books: Connection, order: OrderRecord) -> list[OrderLine]:
    """The lines of an order, each with its state."""
    payment = claims.payments(books)
    query = select(payment.c.serial, payment.c.outcome, payment.c.reason).where(payment.c.order_id == order.order)
    answered = {serial: (outcome, reason) for serial, outcome, reason in books.execute(query) if outcome is not None}
    return [
        OrderLine(
            row.entry_id,
            row.beneficiary_id,
            _line_of(order.order, row),
            row.program,
            row.part,
            row.school,
            *answered.get(row.serial, (order.state, None)),
        )
        for row in books.execute(_of_order(order.order))
    ]


def no_longer_due(books: Connection, order: OrderRecord) -> list[str]:
    """The serial numbers of lines that are no longer due as exported.

    Their entry was reversed or superseded (a card, name or ID was corrected), a bank has answered them, or more is paid
    and under way than their claim.
    """
    payment = claims.payments(books)
    answered = select(payment.c.serial).where(payment.c.order_id == order.order, payment.c.outcome.is_not(None))
    stale = set(books.execute(answered).scalars())
    lines = select(PaymentOrderLine.c.serial, Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    lines = lines.join(Entry, Entry.c.id == PaymentOrderLine.c.entry_id)
    lines = lines.where(PaymentOrderLine.c.order_id == order.order)
    stale |= set(books.execute(lines.where(~in_force(Entry)).with_only_columns(PaymentOrderLine.c.serial)).scalars())
    people = claims.LinkedBeneficiaries(books)
    by_claim: defaultdict[claims.Key, list[int]] = defaultdict(list)
    programs = frozenset(filter(None, [order.program]))
    for serial, program, period, person in books.execute(lines):
        by_claim[program, period, people.first(person)].append(serial)
    for claim in claims.claims(books, ClaimScope(programs, {order.period}), paid_only=True):
        if claim.to_claim_back_fen:
            stale.update(by_claim[claim.key])
    return [serial_text(order.order, serial) for serial in sorted(stale)]


def unmatched(books: Connection) -> list[Any]:
    """Lines of bank returns in force that match no payment."""
    columns = ("batch_id", "row", "name", "number", "account", "amount_fen", "outcome", "reason", "serial_no")
    query = (
        select(*(BankReturn.c[name] for name in columns))
        .where(BankReturn.c.entry_id.is_(None), current(BankReturn))
        .order_by(BankReturn.c.id)
    )
    return list(books.execute(query))


def altered(books: Connection) -> list[int]:
    """Orders that differ from their event, or have none."""
    return _RECORDED.altered(books, partial(_recounted, books))


def _recounted(books: Connection, number: int) -> dict[str, Any]:
    """The facts of an order's lines, from the lines."""
    rows = books.execute(_of_order(number)).all()
    lines = [_line_of(number, row) for row in rows]
    return {
        "lines": len(lines),
        "amount_fen": sum(line.amount_fen for line in lines),
        "digest": lines_digest(lines),
        "entries": _entries_digest((row.serial, row.entry_id) for row in rows),
    }


def _entries_digest(lines: Iterable[tuple[int, int]]) -> str:
    """The digest of the entries that lines (serial, entry) pay."""
    return digest_of(lines)
