"""Payment orders: what is due, what a bank was asked to pay, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from aidledger.domain.payment import LineState, OrderState, PaymentLine, serial_text
from aidledger.store import events
from aidledger.store.bulk import insert_row, insert_rows, next_id
from aidledger.store.digests import digest_of
from aidledger.store.entries import current, in_force
from aidledger.store.tables import (
    BankReturn,
    Batch,
    Beneficiary,
    Entry,
    Event,
    PaymentOrder,
    PaymentOrderLine,
    ProgramRow,
    School,
)

_EXPORT, _RELEASE, _WITHDRAW = "export-payment", "release-payment", "withdraw-payment"
# What the chain of events keeps of an order, and verify compares with it.
_RECORDED = ("program", "period", "school", "after_batch", "lines", "amount_fen", "digest")


@dataclass(frozen=True, slots=True)
class Due:
    """A payment that the bank is to be asked for, or cannot be (``account`` None)."""

    entry: int
    name: str
    number: str
    account: str | None
    school: str | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order, who did what with it, and how many of its lines the bank paid and sent back."""

    order: int
    program: str
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

    @property
    def open(self) -> int:
        """How many lines the bank has not spoken of."""
        return self.lines - self.paid - self.failed


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order with the entry that it pays, and what became of it; ``reason``: the bank's."""

    entry: int
    line: PaymentLine
    school: str | None
    state: LineState
    reason: str | None


def answered(outcome: str) -> ColumnElement[bool]:
    """Whether a bank return that is in force says ``paid`` or ``failed`` of an entry."""
    returned = BankReturn.alias()
    return (
        select(returned.c.id)
        .where(returned.c.entry_id == Entry.c.id, returned.c.outcome == outcome, current(returned))
        .exists()
    )


def due(books: Connection, program: str, period: str, school: str | None = None) -> list[Due]:
    """The payments of a program for a period that no bank was asked for, or that it sent back each time.

    In the order of schools and names, so that a file is the same whatever was imported first.
    """
    sent_back = BankReturn.alias()
    failed_since = select(sent_back.c.id).where(
        sent_back.c.entry_id == PaymentOrderLine.c.entry_id,
        sent_back.c.outcome == "failed",
        sent_back.c.batch_id > PaymentOrder.c.after_batch,
        current(sent_back),
    )
    asked_for = (
        select(PaymentOrderLine.c.entry_id)
        .join(PaymentOrder, PaymentOrder.c.id == PaymentOrderLine.c.order_id)
        .where(
            PaymentOrderLine.c.entry_id == Entry.c.id,
            PaymentOrder.c.id.not_in(_withdrawn(books)),
            ~failed_since.exists(),
        )
    )
    query = (
        select(
            Entry.c.id,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name),
            Beneficiary.c.number,
            Entry.c.account,
            School.c.name,
            Entry.c.amount_fen,
        )
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(ProgramRow.c.code == program, Entry.c.period == period, in_force(Entry))
        .where(~answered("paid"), ~asked_for.exists())
        .order_by(School.c.name, Beneficiary.c.name, Beneficiary.c.number, Entry.c.id)
    )
    if school is not None:
        query = query.where(School.c.name == school)
    return [Due(*row) for row in books.execute(query)]


def export(
    books: Connection, program: str, period: str, school: str | None, payments: Sequence[Due], moment: str, actor: str
) -> tuple[int, list[PaymentLine], str]:
    """Record what a bank is to be asked for; the order's number, its lines, their digest."""
    order = next_id(books, PaymentOrder)
    lines = [
        PaymentLine(serial_text(order, serial), one.name, one.number, str(one.account), one.amount_fen)
        for serial, one in enumerate(payments, 1)
    ]
    digest = lines_digest(lines)
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
    rows = [(order, serial, one.entry, one.account, one.amount_fen) for serial, one in enumerate(payments, 1)]
    insert_rows(books, PaymentOrderLine, ("order_id", "serial", "entry_id", "account", "amount_fen"), rows)
    facts = {"order": order, "program": program, "period": period, "school": school, **head}
    events.record(books, moment, actor, _EXPORT, facts)
    return order, lines, digest


def settle(
    books: Connection, order: OrderRecord, state: OrderState, moment: str, actor: str, reason: str | None = None
) -> None:
    """Record that an order was released or withdrawn, bound to its digest."""
    action = _RELEASE if state == "released" else _WITHDRAW
    facts = {"order": order.order, "digest": order.digest, "reason": reason}
    events.record(books, moment, actor, action, facts)


def lines_digest(lines: Iterable[PaymentLine]) -> str:
    """What stands for a file's content, in whichever form it was written."""
    return digest_of([line.covered() for line in lines])


def _settlements(books: Connection) -> dict[int, tuple[OrderState, str, str]]:
    """What was last decided of each order, when and by whom."""
    query = select(Event).where(Event.c.action.in_([_RELEASE, _WITHDRAW])).order_by(Event.c.id)
    found: dict[int, tuple[OrderState, str, str]] = {}
    for event in books.execute(query):
        state: OrderState = "released" if event.action == _RELEASE else "withdrawn"
        found[int(json.loads(event.facts)["order"])] = state, event.at, event.actor
    return found


def _withdrawn(books: Connection) -> list[int]:
    return [order for order, (state, _, _) in _settlements(books).items() if state == "withdrawn"]


def _answers(books: Connection) -> Any:  # noqa: ANN401 - a subquery
    """What bank returns in force say of lines of orders: order_id, entry_id, outcome, reason, id.

    A return answers the last order that asked for the payment before it came.
    """
    asked, order = PaymentOrderLine.alias(), PaymentOrder.alias()
    of = (
        select(func.max(asked.c.order_id))
        .join(order, order.c.id == asked.c.order_id)
        .where(
            asked.c.entry_id == BankReturn.c.entry_id,
            order.c.after_batch < BankReturn.c.batch_id,
            order.c.id.not_in(_withdrawn(books)),
        )
        .scalar_subquery()
    )
    columns = (BankReturn.c.id, BankReturn.c.entry_id, BankReturn.c.outcome, BankReturn.c.reason)
    query = select(of.label("order_id"), *columns).where(BankReturn.c.entry_id.is_not(None), current(BankReturn))
    return query.subquery("answers")


def orders(books: Connection, number: int | None = None) -> list[OrderRecord]:
    """All orders, or one, in the order in which they were exported."""
    answers = _answers(books)
    counted = select(answers.c.order_id, answers.c.outcome, func.count(answers.c.entry_id.distinct()).label("lines"))
    said: dict[tuple[int, str], int] = {
        (row.order_id, row.outcome): row.lines
        for row in books.execute(counted.group_by(answers.c.order_id, answers.c.outcome))
    }
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
        .join(ProgramRow, ProgramRow.c.id == PaymentOrder.c.program_id)
        .outerjoin(School, School.c.id == PaymentOrder.c.school_id)
        .order_by(PaymentOrder.c.id)
    )
    if number is not None:
        query = query.where(PaymentOrder.c.id == number)
    settlements = _settlements(books)
    nothing: tuple[OrderState, str | None, str | None] = ("exported", None, None)
    found = []
    for row in books.execute(query):
        state, at, by = settlements.get(row.id, nothing)
        paid, failed = said.get((row.id, "paid"), 0), said.get((row.id, "failed"), 0)
        found.append(OrderRecord(*row, state=state, settled_at=at, settled_by=by, paid=paid, failed=failed))
    return found


def _of_order(number: int) -> Select[Any]:
    return (
        select(
            PaymentOrderLine.c.entry_id,
            PaymentOrderLine.c.serial,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name).label("name"),
            Beneficiary.c.number,
            PaymentOrderLine.c.account,
            PaymentOrderLine.c.amount_fen,
            School.c.name.label("school"),
        )
        .join(Entry, Entry.c.id == PaymentOrderLine.c.entry_id)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(PaymentOrderLine.c.order_id == number)
        .order_by(PaymentOrderLine.c.serial)
    )


def _line_of(number: int, row: Any) -> PaymentLine:  # noqa: ANN401 - a row
    return PaymentLine(serial_text(number, row.serial), row.name, row.number, row.account, row.amount_fen)


def lines_of(books: Connection, order: OrderRecord) -> list[OrderLine]:
    """The lines of an order, and what became of each."""
    answers = _answers(books)
    of_order = select(answers).where(answers.c.order_id == order.order).order_by(answers.c.id)
    said = {row.entry_id: row for row in books.execute(of_order)}
    return [
        OrderLine(
            row.entry_id,
            _line_of(order.order, row),
            row.school,
            said[row.entry_id].outcome if row.entry_id in said else order.state,
            said[row.entry_id].reason if row.entry_id in said else None,
        )
        for row in books.execute(_of_order(order.order))
    ]


def entries_by_serial(books: Connection, serials: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], int]:
    """The entries that lines of orders pay, by order and serial, of those that there are."""
    wanted = set(serials)
    query = select(PaymentOrderLine.c.order_id, PaymentOrderLine.c.serial, PaymentOrderLine.c.entry_id).where(
        PaymentOrderLine.c.order_id.in_(sorted({order for order, _ in wanted}))
    )
    found = {(row.order_id, row.serial): row.entry_id for row in books.execute(query)} if wanted else {}
    return {serial: entry for serial, entry in found.items() if serial in wanted}


def unmatched(books: Connection) -> list[Any]:
    """Lines of bank returns in force of which no payment is known: batch, row, name, account, amount (分), outcome."""
    columns = ("batch_id", "row", "name", "number", "account", "amount_fen", "outcome", "reason", "serial_no")
    query = (
        select(*(BankReturn.c[name] for name in columns))
        .where(BankReturn.c.entry_id.is_(None), current(BankReturn))
        .order_by(BankReturn.c.id)
    )
    return list(books.execute(query))


def altered(books: Connection) -> list[int]:
    """Orders that are not what was recorded of them, or were never recorded."""
    told = {}
    for facts in books.execute(select(Event.c.facts).where(Event.c.action == _EXPORT).order_by(Event.c.id)).scalars():
        said = json.loads(facts)
        told[int(said["order"])] = {name: said[name] for name in _RECORDED}
    query = select(PaymentOrder, ProgramRow.c.code.label("program"), School.c.name.label("school"))
    query = query.join(ProgramRow, ProgramRow.c.id == PaymentOrder.c.program_id)
    heads = books.execute(query.outerjoin(School, School.c.id == PaymentOrder.c.school_id)).mappings()
    there = {row["id"]: {name: row[name] for name in _RECORDED} for row in heads}
    return [
        number
        for number in sorted(told.keys() | there.keys())
        if not (told.get(number) == there.get(number) == _recounted(books, number, told))
    ]


def _recounted(books: Connection, number: int, told: Mapping[int, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What was recorded of an order, its lines counted and their digest made anew."""
    lines = [_line_of(number, row) for row in books.execute(_of_order(number))]
    amount = sum(line.amount_fen for line in lines)
    return {**told.get(number, {}), "lines": len(lines), "amount_fen": amount, "digest": lines_digest(lines)}
