"""From entries and records of lists to the rows of files that they came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, null, select

from aidledger.audit.rule import Books, Case, Kind, Scope
from aidledger.domain.finding import Evidence
from aidledger.domain.listing import ListKind
from aidledger.store.bulk import KEYS_PER_QUERY, chunks
from aidledger.store.tables import (
    Allotment,
    BankReturn,
    Batch,
    Beneficiary,
    Certification,
    Enrolment,
    Entry,
    Listing,
    ProgramRow,
    RosterRow,
    School,
)

_allotment, _bank_return, _batch, _beneficiary, _certification = (
    Allotment,
    BankReturn,
    Batch,
    Beneficiary,
    Certification,
)
_enrolment, _entry, _listing, _program, _roster, _school = (Enrolment, Entry, Listing, ProgramRow, RosterRow, School)
_TABLES: Mapping[ListKind, Table] = {
    "certification": _certification,
    "register": _enrolment,
    "allotment": _allotment,
    "bank-return": _bank_return,
}
Key = tuple[Kind, int]
_MANY = 10_000


def evidence_of(scope: Scope, cases: Iterable[Case]) -> Mapping[Key, Evidence]:
    """The evidence of some cases, by kind of list and id."""
    # An engine without an index goes through the whole table for each question.
    at_once = KEYS_PER_QUERY if scope.kept is None else _MANY
    wanted: dict[Kind, set[int]] = {}
    for case in cases:
        wanted.setdefault("roster", set()).update(case.entries)
        for kind, record in case.records:
            wanted.setdefault(kind, set()).add(record)
    return {
        (kind, number): evidence
        for kind, ids in wanted.items()
        for some in chunks(sorted(ids), at_once)
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
            _entry.c.id,
            _roster.c.batch_id,
            _batch.c.file_name,
            _roster.c.sheet,
            _entry.c.row,
            func.coalesce(_entry.c.name_stated, _beneficiary.c.name),
            _beneficiary.c.number,
            _school.c.name,
            _program.c.code,
            _entry.c.period,
            _entry.c.amount_fen,
        )
        .join(_roster, _roster.c.id == _entry.c.roster_id)
        .join(_batch, _batch.c.id == _roster.c.batch_id)
        .join(_program, _program.c.id == _entry.c.program_id)
        .join(_beneficiary, _beneficiary.c.id == _entry.c.beneficiary_id)
        .outerjoin(_school, _school.c.id == _entry.c.school_id)
    )
    return _entry, query


def _declared() -> tuple[Table, Select[Any]]:
    """The total lines of rosters in the same order; what they say of themselves is their amount."""
    query = (
        select(
            _roster.c.id,
            _roster.c.batch_id,
            _batch.c.file_name,
            _roster.c.sheet,
            func.coalesce(_roster.c.declared_row, _roster.c.header_row),
            literal(""),
            null(),
            _school.c.name,
            _program.c.code,
            _roster.c.period,
            _roster.c.declared_amount_fen,
        )
        .join(_batch, _batch.c.id == _roster.c.batch_id)
        .join(_program, _program.c.id == _roster.c.program_id)
        .outerjoin(_school, _school.c.id == _roster.c.school_id)
    )
    return _roster, query


def _records(kind: ListKind) -> tuple[Table, Select[Any]]:
    """Records of a list in the same order; a list leaves blank what it does not speak of."""
    table = _TABLES[kind]
    of_person = "beneficiary_id" in table.c
    name: ColumnElement[Any] = literal("")
    number: ColumnElement[Any] = null()
    if of_person:
        name, number = func.coalesce(table.c.name_stated, _beneficiary.c.name), _beneficiary.c.number
    elif kind == "bank-return":
        name, number = table.c.name, table.c.number
    query = (
        select(
            table.c.id,
            table.c.batch_id,
            _batch.c.file_name,
            _listing.c.sheet,
            table.c.row,
            name,
            number,
            _school.c.name if "school_id" in table.c else null(),
            _program.c.code if "program_id" in table.c else null(),
            table.c.period if "period" in table.c else _listing.c.period,
            table.c.amount_fen if "amount_fen" in table.c else null(),
        )
        .select_from(table)
        .join(_batch, _batch.c.id == table.c.batch_id)
        .join(_listing, _listing.c.id == table.c.listing_id)
    )
    if of_person:
        query = query.join(_beneficiary, _beneficiary.c.id == table.c.beneficiary_id)
    if "school_id" in table.c:
        query = query.outerjoin(_school, _school.c.id == table.c.school_id)
    if "program_id" in table.c:
        query = query.join(_program, _program.c.id == table.c.program_id)
    return table, query
