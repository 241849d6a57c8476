"""Queries for batches, people and entries. Results are plain records; no table object leaves the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, distinct, func, or_, select

from aidledger.errors import UnknownBatch, UnknownEntry
from aidledger.store.model.tables import (
    Batch,
    Beneficiary,
    CatalogueVersion,
    Entry,
    ProgramRow,
    RosterRow,
    School,
    SourceFile,
)
from aidledger.store.postings.entries import in_force


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch, with the batches that reversed or superseded it."""

    batch: int
    kind: str
    file: str | None
    sha256: str | None
    posted_at: str
    posted_by: str
    entries: int
    person_times: int
    amount_fen: int
    reverses: int | None
    reversed_by: int | None
    supersedes: int | None
    superseded_by: int | None
    reason: str | None
    catalogue: str
    digest: str

    @property
    def state(self) -> str:
        """``in-force``, ``reversed`` or ``superseded``."""
        if self.reversed_by is not None:
            return "reversed"
        return "in-force" if self.superseded_by is None else "superseded"


@dataclass(frozen=True, slots=True)
class RosterRecord:
    """A roster of a batch, with its own control totals (``declared_…``)."""

    sheet: str
    program: str
    period: str
    school: str | None
    header_row: int
    person_times: int
    amount_fen: int
    declared_person_times: int | None
    declared_amount_fen: int | None


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry with the names of what it references; ``roster_batch`` and ``file``: the source of its row."""

    entry: int
    batch: int
    roster_batch: int
    file: str | None
    sheet: str
    row: int
    header_row: int
    program: str
    period: str
    school: str | None
    person: int
    document_type: str
    number: str
    name: str
    name_stated: str | None
    amount_fen: int
    account: str | None
    level: str | None
    boarding: str | None
    grade: str | None
    class_name: str | None
    tier: str | None
    category: str | None
    entry_year: int | None
    part: str | None
    reversal_of: int | None
    in_force: bool
    digest: bytes


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A beneficiary."""

    person: int
    document_type: str
    number: str
    name: str
    sex: str | None
    student_number: str | None


_PEOPLE = select(*(Beneficiary.c[name] for name in ("id", "document_type", "number", "name", "sex", "student_number")))


def _batches() -> Select[Any]:
    reversal, later, undone = (Batch.alias(name) for name in ("reversal", "later", "undone"))
    later_reversed = select(undone.c.id).where(undone.c.reverses == later.c.id).exists()
    superseded_by = select(later.c.id).where(later.c.supersedes == Batch.c.id, ~later_reversed).scalar_subquery()
    return (
        select(
            Batch.c.id,
            Batch.c.kind,
            Batch.c.file_name,
            Batch.c.source_sha256,
            Batch.c.posted_at,
            Batch.c.posted_by,
            Batch.c.entries,
            Batch.c.person_times,
            Batch.c.amount_fen,
            Batch.c.reverses,
            reversal.c.id.label("reversed_by"),
            Batch.c.supersedes,
            superseded_by.label("superseded_by"),
            Batch.c.reason,
            CatalogueVersion.c.digest.label("catalogue"),
            Batch.c.digest,
        )
        .join(CatalogueVersion, CatalogueVersion.c.id == Batch.c.catalogue_id)
        .outerjoin(reversal, reversal.c.reverses == Batch.c.id)
    )


def batches(books: Connection) -> list[BatchRecord]:
    """All batches in the order of posting."""
    return [BatchRecord(*row) for row in books.execute(_batches().order_by(Batch.c.id))]


def batch(books: Connection, number: int) -> BatchRecord:
    """One batch; raises UnknownBatch."""
    row = books.execute(_batches().where(Batch.c.id == number)).first()
    if row is None:
        raise UnknownBatch(number=number)
    return BatchRecord(*row)


def rosters_of(books: Connection, number: int) -> list[RosterRecord]:
    """The rosters of a batch."""
    query = (
        select(
            RosterRow.c.sheet,
            ProgramRow.c.code,
            RosterRow.c.period,
            School.c.name,
            RosterRow.c.header_row,
            RosterRow.c.person_times,
            RosterRow.c.amount_fen,
            RosterRow.c.declared_person_times,
            RosterRow.c.declared_amount_fen,
        )
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .outerjoin(School, School.c.id == RosterRow.c.school_id)
        .where(RosterRow.c.batch_id == number)
        .order_by(RosterRow.c.id)
    )
    return [RosterRecord(*row) for row in books.execute(query)]


def _entries() -> Select[Any]:
    return (
        select(
            Entry.c.id,
            Entry.c.batch_id,
            RosterRow.c.batch_id.label("roster_batch"),
            Batch.c.file_name,
            RosterRow.c.sheet,
            Entry.c.row,
            RosterRow.c.header_row,
            ProgramRow.c.code,
            Entry.c.period,
            School.c.name.label("school"),
            Beneficiary.c.id.label("person"),
            Beneficiary.c.document_type,
            Beneficiary.c.number,
            Beneficiary.c.name,
            Entry.c.name_stated,
            Entry.c.amount_fen,
            Entry.c.account,
            Entry.c.level,
            Entry.c.boarding,
            Entry.c.grade,
            Entry.c.class_name,
            Entry.c.tier,
            Entry.c.category,
            Entry.c.entry_year,
            Entry.c.part,
            Entry.c.reversal_of,
            in_force(Entry).label("in_force"),
            Entry.c.digest,
        )
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
    )


def entries_of(books: Connection, record: BatchRecord) -> list[EntryRecord]:
    """The entries that a batch posted, in the order of its file."""
    first = books.execute(select(Batch.c.first_entry).where(Batch.c.id == record.batch)).scalar_one()
    query = _entries().where(Entry.c.id.between(first, first + record.entries - 1)).order_by(Entry.c.id)
    return [EntryRecord(*row) for row in books.execute(query)]


def entry(books: Connection, number: int) -> EntryRecord:
    """One entry; raises UnknownEntry."""
    row = books.execute(_entries().where(Entry.c.id == number)).first()
    if row is None:
        raise UnknownEntry(number=number)
    return EntryRecord(*row)


def people(books: Connection, number: str, name: str, person: int | None = None) -> list[PersonRecord]:
    """People with this document number; if there are none, with this student number, name, earlier name or id.

    ``person``: the id in the ledger.
    """
    query = _PEOPLE.order_by(Beneficiary.c.number)
    found = books.execute(query.where(Beneficiary.c.number == number)).all()
    if not found:
        called = select(Entry.c.beneficiary_id).where(Entry.c.name_stated == name)
        by_other = or_(
            Beneficiary.c.name == name,
            Beneficiary.c.student_number == number,
            Beneficiary.c.id.in_(called),
            Beneficiary.c.id == person,
        )
        found = books.execute(query.where(by_other)).all()
    return [PersonRecord(*row) for row in found]


def people_by_id(books: Connection, persons: Collection[int]) -> list[PersonRecord]:
    """People by their ids."""
    query = _PEOPLE.where(Beneficiary.c.id.in_(sorted(persons))).order_by(Beneficiary.c.id)
    return [PersonRecord(*row) for row in books.execute(query)]


def entries_for(books: Connection, persons: Sequence[int]) -> list[EntryRecord]:
    """All entries of these people, by person and then in the order of posting."""
    query = _entries().where(Entry.c.beneficiary_id.in_(persons)).order_by(Entry.c.beneficiary_id, Entry.c.id)
    return [EntryRecord(*row) for row in books.execute(query)]


def entries_where(books: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[EntryRecord]:
    """Entries that meet conditions on entry, program or school, in the order of school, program and id."""
    query = _entries().where(*conditions).order_by(School.c.name, ProgramRow.c.id, Entry.c.id)
    return [EntryRecord(*row) for row in books.execute(query)]


def source_of(books: Connection, number: int) -> bytes | None:
    """The bytes of a batch's file."""
    query = select(SourceFile.c.content).join(Batch, Batch.c.source_sha256 == SourceFile.c.sha256)
    return books.execute(query.where(Batch.c.id == number)).scalar_one_or_none()


def periods_by_program(books: Connection) -> dict[str, list[str]]:
    """The periods for which each program was paid, net of reversals."""
    query = (
        select(ProgramRow.c.code, Entry.c.period, func.count())
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .where(in_force(Entry))
        .group_by(ProgramRow.c.code, Entry.c.period)
    )
    found: dict[str, list[str]] = {}
    for row in books.execute(query):
        found.setdefault(row.code, []).append(row.period)
    return found


def paid_by_both(books: Connection, first: int, second: int, stage: str | None = None) -> int:
    """How many claims (person, program, period) two schools both have payments of, under a stage's programs or any."""
    claim = (Entry.c.program_id, Entry.c.period, Entry.c.beneficiary_id)
    query = select(*claim).where(in_force(Entry), Entry.c.school_id.in_((first, second))).group_by(*claim)
    if stage is not None:
        query = query.where(Entry.c.program_id.in_(select(ProgramRow.c.id).where(ProgramRow.c.stage == stage)))
    both = query.having(func.count(distinct(Entry.c.school_id)) > 1).subquery()
    return int(books.execute(select(func.count()).select_from(both)).scalar_one())
