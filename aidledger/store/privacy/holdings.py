"""Everything that a ledger holds about one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from aidledger.domain.listing import ListKind
from aidledger.domain.payment import serial_text
from aidledger.store.model.tables import (
    BankReturn,
    Batch,
    Beneficiary,
    Entry,
    KeptEntry,
    Listing,
    Notice,
    NoticeLine,
    PaymentOrderLine,
    ProgramRow,
    RosterRow,
    School,
)
from aidledger.store.payables import payments
from aidledger.store.postings import lookups
from aidledger.store.postings.entries import current
from aidledger.store.postings.listings import TABLES
from aidledger.store.postings.lookups import BatchRecord, EntryRecord


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's identity and details; ``other_names``: further names that files state."""

    person: int
    document_type: str
    number: str
    name: str
    birth_date: date | None
    sex: str | None
    student_number: str | None
    other_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list other than a roster: its place, whether it is in force, and its fields (``says``)."""

    kind: ListKind
    batch: int
    file: str | None
    sheet: str
    row: int
    in_force: bool
    says: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line of a payment order that pays the person."""

    order: int
    serial: str
    entry: int
    account: str
    amount_fen: int
    exported_at: str
    exported_by: str
    state: str


@dataclass(frozen=True, slots=True)
class Announced:
    """A public notice that named the person."""

    notice: int
    entry: int
    program: str
    period: str
    posted_from: str
    posted_until: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """All holdings; ``files``: the batches whose files name the person.

    ``beside``: the guardian, the student number and the major that a roster states, by entry.
    """

    identity: Identity
    entries: Sequence[EntryRecord]
    beside: dict[int, tuple[str | None, str | None, str | None]]
    listed: Sequence[Listed]
    ordered: Sequence[Ordered]
    announced: Sequence[Announced]
    files: Sequence[BatchRecord]

    def of(self, kind: ListKind) -> list[Listed]:
        """The rows of one kind of list."""
        return [row for row in self.listed if row.kind == kind]


def holdings(books: Connection, person: int) -> Holdings:
    """What the ledger holds about a person (id)."""
    row = books.execute(select(Beneficiary).where(Beneficiary.c.id == person)).one()
    entries = lookups.entries_for(books, [person])
    ids = [entry.entry for entry in entries]
    accounts = {entry.account for entry in entries if entry.account}
    listed = list(_listed(books, person, _is_theirs(row.number, row.name, ids, accounts)))
    names = {entry.name_stated for entry in entries} | {record.says.get("name_stated") for record in listed}
    identity = Identity(
        person, row.document_type, row.number, row.name, row.birth_date, row.sex, row.student_number,
        sorted(name for name in names if name and name != row.name),
    )  # fmt: skip
    beside = select(Entry.c.id, Entry.c.guardian, Entry.c.student_number, Entry.c.major).where(Entry.c.id.in_(ids))
    posted_by = {entry.roster_batch for entry in entries} | {record.batch for record in listed}
    batches = posted_by.union(_keeping(books, ids))
    return Holdings(
        identity,
        entries,
        {row.id: (row.guardian, row.student_number, row.major) for row in books.execute(beside)},
        listed,
        list(_ordered(books, ids)),
        list(_announced(books, ids)),
        [record for record in lookups.batches(books) if record.batch in batches],
    )


def _is_theirs(number: str, name: str, entries: Sequence[int], accounts: Iterable[str]) -> ColumnElement[bool]:
    """Whether a line of a bank return is about a person: by entry; by number; without one, by name and card."""
    return or_(
        BankReturn.c.entry_id.in_(entries),
        BankReturn.c.number == number,
        and_(BankReturn.c.number.is_(None), BankReturn.c.name == name, BankReturn.c.account.in_(sorted(accounts))),
    )


def _listed(books: Connection, person: int, returned: ColumnElement[bool]) -> Iterator[Listed]:
    for kind, table in TABLES.items():
        if "beneficiary_id" in table.c:
            yield from _rows(books, kind, table, table.c.beneficiary_id == person)
        elif table is BankReturn:
            yield from _rows(books, kind, table, returned)


def _rows(books: Connection, kind: ListKind, table: Table, condition: ColumnElement[bool]) -> Iterator[Listed]:
    place = {"id", "batch_id", "listing_id", "row", "beneficiary_id", "school_id", "program_id", "digest"}
    columns = [column for column in table.c if column.name not in place]
    query = (
        select(table.c.batch_id, Batch.c.file_name, Listing.c.sheet, table.c.row, current(table), *columns)
        .join(Listing, Listing.c.id == table.c.listing_id)
        .join(Batch, Batch.c.id == table.c.batch_id)
        .where(condition)
        .order_by(table.c.id)
    )
    names = [column.name for column in columns]
    if "school_id" in table.c:
        query = query.add_columns(School.c.name).outerjoin(School, School.c.id == table.c.school_id)
        names.append("school")
    if "program_id" in table.c:
        query = query.add_columns(ProgramRow.c.code).join(ProgramRow, ProgramRow.c.id == table.c.program_id)
        names.append("program")
    for batch, file, sheet, row, in_force, *facts in books.execute(query):
        yield Listed(kind, batch, file, sheet, row, bool(in_force), dict(zip(names, facts, strict=True)))


def _ordered(books: Connection, entries: Sequence[int]) -> Iterator[Ordered]:
    orders = {order.order: order for order in payments.orders(books)}
    query = select(PaymentOrderLine).where(PaymentOrderLine.c.entry_id.in_(entries))
    for line in books.execute(query.order_by(PaymentOrderLine.c.order_id, PaymentOrderLine.c.serial)):
        order = orders[line.order_id]
        serial = serial_text(line.order_id, line.serial)
        fields = line.order_id, serial, line.entry_id, line.account, line.amount_fen
        yield Ordered(*fields, order.exported_at, order.exported_by, order.state)


def _announced(books: Connection, entries: Sequence[int]) -> Iterator[Announced]:
    query = (
        select(
            Notice.c.id,
            NoticeLine.c.entry_id,
            ProgramRow.c.code,
            Notice.c.period,
            Notice.c.posted_from,
            Notice.c.posted_until,
        )
        .join(NoticeLine, NoticeLine.c.notice_id == Notice.c.id)
        .join(ProgramRow, ProgramRow.c.id == Notice.c.program_id)
        .where(NoticeLine.c.entry_id.in_(entries))
        .order_by(Notice.c.id, NoticeLine.c.entry_id)
    )
    for row in books.execute(query):
        yield Announced(*row)


def _keeping(books: Connection, entries: Sequence[int]) -> list[int]:
    """The batches of later versions that kept any of these entries."""
    query = select(RosterRow.c.batch_id).join(KeptEntry, KeptEntry.c.roster_id == RosterRow.c.id)
    return list(books.execute(query.where(KeptEntry.c.entry_id.in_(entries))).scalars())
