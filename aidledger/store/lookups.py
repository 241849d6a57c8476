"""Looking things up: batches, people, entries. Answers are plain rows; no table object leaves the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from aidledger.errors import UnknownBatch, UnknownEntry
from aidledger.store.entries import in_force
from aidledger.store.tables import (
    Batch,
    Beneficiary,
    CatalogueVersion,
    Entry,
    ProgramRow,
    RosterRow,
    School,
    SourceFile,
)

_batch, _beneficiary, _catalogue, _entry, _program, _roster, _school, _source = (
    Batch,
    Beneficiary,
    CatalogueVersion,
    Entry,
    ProgramRow,
    RosterRow,
    School,
    SourceFile,
)


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch as it was posted, and by which batch it was reversed."""

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
    """A roster of a batch and what it declared."""

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
    """An entry with the names of what it points to; ``roster_batch``, ``file``: where its row was read."""

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


def _batches() -> Select[Any]:
    reversal, later, undone = (_batch.alias(name) for name in ("reversal", "later", "undone"))
    later_reversed = select(undone.c.id).where(undone.c.reverses == later.c.id).exists()
    superseded_by = select(later.c.id).where(later.c.supersedes == _batch.c.id, ~later_reversed).scalar_subquery()
    return (
        select(
            _batch.c.id,
            _batch.c.kind,
            _batch.c.file_name,
            _batch.c.source_sha256,
            _batch.c.posted_at,
            _batch.c.posted_by,
            _batch.c.entries,
            _batch.c.person_times,
            _batch.c.amount_fen,
            _batch.c.reverses,
            reversal.c.id.label("reversed_by"),
            _batch.c.supersedes,
            superseded_by.label("superseded_by"),
            _batch.c.reason,
            _catalogue.c.digest.label("catalogue"),
            _batch.c.digest,
        )
        .join(_catalogue, _catalogue.c.id == _batch.c.catalogue_id)
        .outerjoin(reversal, reversal.c.reverses == _batch.c.id)
    )


def batches(books: Connection) -> list[BatchRecord]:
    """All batches in the order in which they were posted."""
    return [BatchRecord(*row) for row in books.execute(_batches().order_by(_batch.c.id))]


def batch(books: Connection, number: int) -> BatchRecord:
    """One batch; raises UnknownBatch."""
    row = books.execute(_batches().where(_batch.c.id == number)).first()
    if row is None:
        raise UnknownBatch(number=number)
    return BatchRecord(*row)


def rosters_of(books: Connection, number: int) -> list[RosterRecord]:
    """The rosters of a batch."""
    query = (
        select(
            _roster.c.sheet,
            _program.c.code,
            _roster.c.period,
            _school.c.name,
            _roster.c.header_row,
            _roster.c.person_times,
            _roster.c.amount_fen,
            _roster.c.declared_person_times,
            _roster.c.declared_amount_fen,
        )
        .join(_program, _program.c.id == _roster.c.program_id)
        .outerjoin(_school, _school.c.id == _roster.c.school_id)
        .where(_roster.c.batch_id == number)
        .order_by(_roster.c.id)
    )
    return [RosterRecord(*row) for row in books.execute(query)]


def _entries() -> Select[Any]:
    return (
        select(
            _entry.c.id,
            _entry.c.batch_id,
            _roster.c.batch_id.label("roster_batch"),
            _batch.c.file_name,
            _roster.c.sheet,
            _entry.c.row,
            _roster.c.header_row,
            _program.c.code,
            _entry.c.period,
            _school.c.name.label("school"),
            _beneficiary.c.id.label("person"),
            _beneficiary.c.document_type,
            _beneficiary.c.number,
            _beneficiary.c.name,
            _entry.c.name_stated,
            _entry.c.amount_fen,
            _entry.c.account,
            _entry.c.level,
            _entry.c.boarding,
            _entry.c.grade,
            _entry.c.class_name,
            _entry.c.tier,
            _entry.c.category,
            _entry.c.entry_year,
            _entry.c.reversal_of,
            in_force(_entry).label("in_force"),
            _entry.c.digest,
        )
        .join(_roster, _roster.c.id == _entry.c.roster_id)
        .join(_batch, _batch.c.id == _roster.c.batch_id)
        .join(_program, _program.c.id == _entry.c.program_id)
        .join(_beneficiary, _beneficiary.c.id == _entry.c.beneficiary_id)
        .outerjoin(_school, _school.c.id == _entry.c.school_id)
    )


def entries_of(books: Connection, record: BatchRecord) -> list[EntryRecord]:
    """The entries of a batch in the order of its file."""
    first = books.execute(select(_batch.c.first_entry).where(_batch.c.id == record.batch)).scalar_one()
    query = _entries().where(_entry.c.id.between(first, first + record.entries - 1)).order_by(_entry.c.id)
    return [EntryRecord(*row) for row in books.execute(query)]


def entry(books: Connection, number: int) -> EntryRecord:
    """One entry; raises UnknownEntry."""
    row = books.execute(_entries().where(_entry.c.id == number)).first()
    if row is None:
        raise UnknownEntry(number=number)
    return EntryRecord(*row)


def people(books: Connection, number: str, name: str, person: int | None = None) -> list[PersonRecord]:
    """Who has this document number; else who has it as student number, or has or was called by this name.

    ``person``: else also who has this number in the ledger.
    """
    query = select(
        _beneficiary.c.id,
        _beneficiary.c.document_type,
        _beneficiary.c.number,
        _beneficiary.c.name,
        _beneficiary.c.sex,
        _beneficiary.c.student_number,
    ).order_by(_beneficiary.c.number)
    found = books.execute(query.where(_beneficiary.c.number == number)).all()
    if not found:
        called = select(_entry.c.beneficiary_id).where(_entry.c.name_stated == name)
        by_other = or_(
            _beneficiary.c.name == name,
            _beneficiary.c.student_number == number,
            _beneficiary.c.id.in_(called),
            _beneficiary.c.id == person,
        )
        found = books.execute(query.where(by_other)).all()
    return [PersonRecord(*row) for row in found]


def entries_for(books: Connection, persons: Sequence[int]) -> list[EntryRecord]:
    """All entries of some people, by person and then in the order of posting."""
    query = _entries().where(_entry.c.beneficiary_id.in_(persons)).order_by(_entry.c.beneficiary_id, _entry.c.id)
    return [EntryRecord(*row) for row in books.execute(query)]


def entries_where(books: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[EntryRecord]:
    """The entries that meet conditions on the columns of entry, program, school: by school, program, and then id."""
    query = _entries().where(*conditions).order_by(_school.c.name, _program.c.id, _entry.c.id)
    return [EntryRecord(*row) for row in books.execute(query)]


def source_of(books: Connection, number: int) -> bytes | None:
    """The bytes of a batch's file."""
    query = select(_source.c.content).join(_batch, _batch.c.source_sha256 == _source.c.sha256)
    return books.execute(query.where(_batch.c.id == number)).scalar_one_or_none()


def periods_by_program(books: Connection) -> dict[str, list[str]]:
    """The periods for which each program was paid, reversals left out."""
    query = (
        select(_program.c.code, _entry.c.period, func.count())
        .select_from(_entry)
        .join(_program, _program.c.id == _entry.c.program_id)
        .where(in_force(_entry))
        .group_by(_program.c.code, _entry.c.period)
    )
    found: dict[str, list[str]] = {}
    for row in books.execute(query):
        found.setdefault(row.code, []).append(row.period)
    return found
