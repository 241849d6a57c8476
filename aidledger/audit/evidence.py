"""From entries and records of lists to the rows of files that they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, null, select

from aidledger.audit.rule import Books, Case, Kind, Scope
from aidledger.domain.finding import Evidence
from aidledger.domain.listing import ListKind
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import (
    Allotment,
    BankReturn,
    Batch,
    Beneficiary,
    Certification,
    Enrolment,
    Entry,
    Listing,
    ProgramRow,
    Recovery,
    RosterRow,
    School,
)

_TABLES: Mapping[ListKind, Table] = {
    "certification": Certification,
    "register": Enrolment,
    "allotment": Allotment,
    "bank-return": BankReturn,
    "recovery": Recovery,
}
Key = tuple[Kind, int]


def evidence_of(scope: Scope, cases: Iterable[Case]) -> Mapping[Key, Evidence]:
    """The evidence of some cases, by kind of list and id."""
    wanted: dict[Kind, set[int]] = {}
    for case in cases:
        wanted.setdefault("roster", set()).update(case.entries)
        for kind, record in case.records:
            wanted.setdefault(kind, set()).add(record)
    return {
        (kind, number): evidence
        for kind, ids in wanted.items()
        for some in chunks(sorted(ids), scope.keys_at_once)
        for number, evidence in _rows(scope.books, kind, some)
    }


def _rows(books: Books, kind: Kind, ids: Sequence[int]) -> Iterator[tuple[int, Evidence]]:
    table, query = _entries() if kind == "roster" else _declared() if kind == "declared" else _records(kind)
    for number, *fields in books.execute(query.where(table.c.id.in_(ids))):
        yield number, Evidence(number if kind == "roster" else None, *fields)


def _entries() -> tuple[Table, Select[Any]]:
    """Entries in the order of Evidence's fields; batch and file are those that the row stands in."""
    query = (
        select(
            Entry.c.id,
            RosterRow.c.batch_id,
            Batch.c.file_name,
            RosterRow.c.sheet,
            Entry.c.row,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name),
            Beneficiary.c.number,
            School.c.name,
            ProgramRow.c.code,
            Entry.c.period,
            Entry.c.amount_fen,
        )
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
    )
    return Entry, query


def _declared() -> tuple[Table, Select[Any]]:
    """The total lines of rosters in the same order; what they say of themselves is their amount."""
    query = (
        select(
            RosterRow.c.id,
            RosterRow.c.batch_id,
            Batch.c.file_name,
            RosterRow.c.sheet,
            func.coalesce(RosterRow.c.declared_row, RosterRow.c.header_row),
            literal(""),
            null(),
            School.c.name,
            ProgramRow.c.code,
            RosterRow.c.period,
            RosterRow.c.declared_amount_fen,
        )
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(ProgramRow, ProgramRow.c.id == RosterRow.c.program_id)
        .outerjoin(School, School.c.id == RosterRow.c.school_id)
    )
    return RosterRow, query


def _records(kind: ListKind) -> tuple[Table, Select[Any]]:
    """Records of a list in the same order; a list leaves blank what it does not speak of."""
    table = _TABLES[kind]
    of_person = "beneficiary_id" in table.c
    name: ColumnElement[Any] = literal("")
    number: ColumnElement[Any] = null()
    if of_person:
        name, number = func.coalesce(table.c.name_stated, Beneficiary.c.name), Beneficiary.c.number
    elif kind == "bank-return":
        name, number = table.c.name, table.c.number
    query = (
        select(
            table.c.id,
            table.c.batch_id,
            Batch.c.file_name,
            Listing.c.sheet,
            table.c.row,
            name,
            number,
            School.c.name if "school_id" in table.c else null(),
            ProgramRow.c.code if "program_id" in table.c else null(),
            table.c.period if "period" in table.c else Listing.c.period,
            table.c.amount_fen if "amount_fen" in table.c else null(),
        )
        .select_from(table)
        .join(Batch, Batch.c.id == table.c.batch_id)
        .join(Listing, Listing.c.id == table.c.listing_id)
    )
    if of_person:
        query = query.join(Beneficiary, Beneficiary.c.id == table.c.beneficiary_id)
    if "school_id" in table.c:
        query = query.outerjoin(School, School.c.id == table.c.school_id)
    if "program_id" in table.c:
        query = query.join(ProgramRow, ProgramRow.c.id == table.c.program_id)
    return table, query
