"""What a bank was asked to pay a person, what it answered, and what came back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Select, cast, literal, null, select

from aidledger.domain.payment import serial_text
from aidledger.store.model.tables import Entry, ProgramRow, Recovery, School
from aidledger.store.payables.claims import ClaimScope, payments
from aidledger.store.postings.entries import current

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment, or money that came back: 分, negative if it came back.

    ``order`` and ``serial`` None: paid without an order of ours. ``entry`` None: money that came back. ``batch``: the
    list that says so. ``outcome`` None: the bank has not answered.
    """

    order: int | None
    serial: str | None
    entry: int | None
    batch: int | None
    program: str
    period: str
    school: str | None
    paid_fen: int
    under_way_fen: int
    outcome: str | None
    day: str | None
    reason: str | None


def movements_of(books: Connection, persons: Collection[int]) -> Sequence[Movement]:
    """All movements of one person, given by all of its ids, by program and period."""
    found = [*books.execute(_paid(books, persons)), *books.execute(_came_back(persons))]
    made = [
        Movement(
            order, None if order is None else serial_text(order, serial), entry, batch, program, period, school, *rest
        )
        for _, order, serial, entry, batch, program, period, school, *rest in sorted(found, key=_in_order)
    ]
    return [one for one in made if one.outcome is not None or one.under_way_fen]


def _paid(books: Connection, persons: Collection[int]) -> Select[Any]:
    payment = payments(books, ClaimScope(persons=frozenset(persons)))
    asked = [payment.c[name] for name in ("order_id", "serial", "entry_id")]
    told = [payment.c[name] for name in ("paid_fen", "under_way_fen", "outcome", "paid_on", "reason")]
    return (
        select(ProgramRow.c.id, *asked, cast(null(), Integer), ProgramRow.c.code, Entry.c.period, School.c.name, *told)
        .join(Entry, Entry.c.id == payment.c.entry_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
    )


def _came_back(persons: Collection[int]) -> Select[Any]:
    nothing = cast(null(), Integer)
    told = (-Recovery.c.amount_fen, literal(0, Integer), literal("came-back"), Recovery.c.recovered_on, null())
    return (
        select(ProgramRow.c.id, nothing, nothing, nothing, Recovery.c.batch_id, ProgramRow.c.code)
        .add_columns(Recovery.c.period, School.c.name, *told)
        .join(ProgramRow, ProgramRow.c.id == Recovery.c.program_id)
        .outerjoin(School, School.c.id == Recovery.c.school_id)
        .where(Recovery.c.beneficiary_id.in_(sorted(persons)), current(Recovery))
    )


def _in_order(row: Any) -> tuple[object, ...]:  # noqa: ANN401 - a row
    program, order, serial, entry, *_ = row
    return program, row[6], row[11] or "9999", order or 0, serial or 0, entry or 0
