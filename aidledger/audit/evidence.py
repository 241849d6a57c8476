"""The rows of files from which entries and records of lists were imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal, null, select

from aidledger.audit.rule import Case, Kind, Scope
from aidledger.domain.finding import Evidence
from aidledger.domain.listing import ListKind
from aidledger.store.database.bulk import chunks
from aidledger.store.database.queryable import Queryable
from aidledger.store.master.survivors import NOBODY, as_posted, survivors
from aidledger.store.model.tables import Batch, Beneficiary, Entry, Listing, ProgramRow, RosterRow, School
from aidledger.store.postings.listings import TABLES

Key = tuple[Kind, int]


def evidence_of(scope: Scope, cases: Iterable[Case]) -> Mapping[Key, Evidence]:
    """The evidence of cases, by kind of list and id."""
    by_kind: dict[Kind, set[int]] = {}
    for case in cases:
        by_kind.setdefault("roster", set()).update(case.entries)
        for kind, record in case.records:
            by_kind.setdefault(kind, set()).add(record)
    return {
        (kind, number): evidence
        for kind, ids in by_kind.items()
        for chunk in chunks(sorted(ids), scope.keys_at_once)
        for number, evidence in _told(scope.books, kind, chunk)
    }


def _told(books: Queryable, kind: Kind, ids: Sequence[int]) -> Iterator[tuple[int, Evidence]]:
    """Rows with the schools of now, and with those that their files name where these are others."""
    if not isinstance(books, Connection) or survivors(books) == NOBODY:
        yield from _rows(books, kind, ids)
        return
    with as_posted(books):
        posted = {number: row.school for number, row in _rows(books, kind, ids)}
    for number, row in _rows(books, kind, ids):
        yield number, row if posted[number] == row.school else replace(row, posted_as=posted[number])


def _rows(books: Queryable, kind: Kind, ids: Sequence[int]) -> Iterator[tuple[int, Evidence]]:
    table, query = _entries() if kind == "roster" else _declared() if kind == "declared" else _records(kind)
    for number, *fields in books.execute(query.where(table.c.id.in_(ids))):
        yield number, Evidence(number if kind == "roster" else None, *fields)


def _entries() -> tuple[Table, Select[Any]]:
    """Entries in the order of Evidence's fields; batch and file are those of the row's roster."""
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
    """The total lines of rosters in the same order; the amount is the declared one."""
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
    """Records of a list in the same order; NULL for fields that a kind of list does not have."""
    table = TABLES[kind]
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
