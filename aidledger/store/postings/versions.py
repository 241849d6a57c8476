"""Versions of a roster: what each holds, for comparison with the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select, union

from aidledger.errors import NoEarlierVersion, SupersededBatch, UnknownBatch
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Batch, Entry, Listing, ProgramRow, RosterRow
from aidledger.store.postings import listings
from aidledger.store.postings.entries import batch_in_force, in_force, in_version

# What makes two payments of a person equal; not their place in the file.
PAYMENT_FIELDS = (
    *("program_id", "period", "school_id", "amount_fen", "name_stated", "account", "level", "boarding", "grade"),
    *("class_name", "tier", "category", "entry_year", "guardian", "part", "student_number", "major"),
)
Payment = tuple[Any, ...]


@dataclass(slots=True)
class Version:
    """A batch's entries in force, by person and payment, for comparison with its next version.

    ``firsts``: each person's first payment. ``listed``: the records of the batch's other lists, by subject.
    """

    batch: int
    payments: dict[int, dict[Payment, list[int]]]
    firsts: dict[int, Payment] = field(default_factory=dict)
    listed: dict[object, Counter[Payment]] = field(default_factory=dict)

    def take(self, person: int, payment: Payment) -> int | None:
        """Take the entry of an equal payment, if there is one left."""
        entries = self.payments.get(person, {}).get(payment)
        return entries.pop(0) if entries else None

    def counted(self) -> dict[object, Counter[Payment]]:
        """Each person's payments and each subject's records, to be compared with another version."""
        return self.listed | {
            person: Counter({payment: len(entries) for payment, entries in payments.items()})
            for person, payments in self.payments.items()
        }

    def left(self) -> list[int]:
        """The entries that were not taken."""
        return [entry for payments in self.payments.values() for entries in payments.values() for entry in entries]


def version(books: Connection, number: int) -> Version:
    """A batch's contents, if it can be superseded; raises UnknownBatch, NoEarlierVersion, SupersededBatch."""
    batch = books.execute(select(Batch).where(Batch.c.id == number)).first()
    if batch is None:
        raise UnknownBatch(number=number)
    later = superseded_by(books, number)
    if later is not None:
        raise SupersededBatch(number=number, by=later)
    current = books.execute(select(Batch.c.id).where(Batch.c.id == number, batch_in_force(Batch))).first()
    if batch.reverses is not None or current is None:
        raise NoEarlierVersion(number=number)
    return contents(books, number)


def contents(books: Connection, number: int) -> Version:
    """A batch's contents, whether or not the batch is in force."""
    columns = [Entry.c[name] for name in PAYMENT_FIELDS]
    query = (
        select(Entry.c.id, Entry.c.beneficiary_id, *columns)
        .where(in_version(Entry, number), in_force(Entry))
        .order_by(Entry.c.id)
    )
    found = Version(number, {})
    for entry, person, *payment in books.execute(query):
        found.firsts.setdefault(person, tuple(payment))
        found.payments.setdefault(person, {}).setdefault(tuple(payment), []).append(entry)
    for subject, record in listings.contents(books, number):
        found.listed.setdefault(subject, Counter())[record] += 1
    return found


def reversed_payments(books: Connection, rosters: Iterable[tuple[int, str, int | None]]) -> dict[int, Payment]:
    """People whose claims have nothing in force since these rosters were reversed, each with a reversed payment.

    ``rosters``: program (id), period and school (id). A file imported again after a reversal may correct numbers, too.
    """
    reversed_batches = select(Batch.c.reverses).where(Batch.c.reverses.is_not(None))
    found: dict[int, Payment] = {}
    for program, period, school in sorted(rosters):
        same = (RosterRow.c.program_id == program, RosterRow.c.period == period, RosterRow.c.school_id == school)
        query = select(RosterRow.c.id).where(*same, RosterRow.c.batch_id.in_(reversed_batches))
        ids = list(books.execute(query).scalars())
        if not ids:
            continue
        still = Entry.alias("still")
        paid = select(still.c.id).where(
            still.c.beneficiary_id == Entry.c.beneficiary_id,
            still.c.program_id == program,
            still.c.period == period,
            in_force(still),
        )
        columns = [Entry.c[name] for name in PAYMENT_FIELDS]
        query = select(Entry.c.beneficiary_id, *columns).where(
            Entry.c.program_id == program,
            Entry.c.period == period,
            Entry.c.roster_id.in_(ids),
            Entry.c.reversal_of.is_(None),
            ~paid.exists(),
        )
        for person, *payment in books.execute(query.order_by(Entry.c.id)):
            found.setdefault(person, tuple(payment))
    return found


def paid_by(books: Connection, number: int) -> set[tuple[str, str]]:
    """The programs and periods that a batch pays, with the kinds and periods of its other lists."""
    query = select(ProgramRow.c.code, RosterRow.c.period).join(RosterRow, RosterRow.c.program_id == ProgramRow.c.id)
    listed = select(Listing.c.kind, Listing.c.period).where(Listing.c.batch_id == number)
    rows = [*books.execute(query.where(RosterRow.c.batch_id == number)), *books.execute(listed)]
    return {(str(what), str(period)) for what, period in rows}


def schools_of(books: Connection, number: int) -> set[int | None]:
    """The schools that a batch's rosters and lists name."""
    named = (select(table.c.school_id).where(table.c.batch_id == number) for table in (RosterRow, Listing))
    return set(books.execute(union(*named)).scalars())


def superseded_by(books: Connection, number: int) -> int | None:
    """The batch in force that supersedes a batch, if there is one."""
    query = select(Batch.c.id).where(Batch.c.supersedes == number, _not_reversed())
    found = books.execute(query).scalar()
    return None if found is None else int(found)


def current_versions_of(books: Connection, entries: Iterable[int]) -> list[int]:
    """The latest versions of the batches that posted these entries, in the order of how many each posted."""
    counted: Counter[int] = Counter()
    for ids in chunks(sorted(set(entries))):
        query = select(RosterRow.c.batch_id).join(Entry, Entry.c.roster_id == RosterRow.c.id)
        counted.update(books.execute(query.where(Entry.c.id.in_(ids))).scalars())
    found: dict[int, None] = {}
    for first, _ in counted.most_common():
        batch = first
        while (later := superseded_by(books, batch)) is not None:
            batch = later
        found[batch] = None
    return list(found)


def _not_reversed() -> Any:  # noqa: ANN401 - a column's condition
    reversal = Batch.alias()
    return ~select(reversal.c.id).where(reversal.c.reverses == Batch.c.id).exists()
