"""Rows that belong to nothing: their batch, order, notice, list, person … is not there, or no batch counts them.

What is there is held to digests, beginning from what it belongs to (verify.py). A row that was put into a table from
behind and belongs to nothing would never be asked after that way, and may be counted by a question all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, or_, select

from aidledger.store.model.tables import (
    Allotment,
    BankReturn,
    Batch,
    BatchTotal,
    Beneficiary,
    CatalogueVersion,
    Certification,
    Enrolment,
    Entry,
    KeptEntry,
    Listing,
    Notice,
    NoticeLine,
    NumberCorrection,
    PaymentOrder,
    PaymentOrderLine,
    ProgramRow,
    Recovery,
    RosterRow,
    School,
    SchoolAlias,
    SourceFile,
    StandardRow,
)

# So many are named of a table; there may be any number of them.
_SHOWN = 1_000
_OF_LIST = {"batch_id": Batch, "listing_id": Listing}
_OF_PERSON = _OF_LIST | {"beneficiary_id": Beneficiary, "school_id": School}
# What a row belongs to, or is about: to which table each column points; a column that may be empty, where it is not.
# Not so what a digest covers as the number that it is: what batches, entries and events point to, but for schools.
POINTERS: Mapping[Table, Mapping[str, Table]] = {
    RosterRow: {"batch_id": Batch, "program_id": ProgramRow, "school_id": School},
    Entry: {"school_id": School},
    BatchTotal: {"batch_id": Batch, "program_id": ProgramRow, "school_id": School},
    KeptEntry: {"batch_id": Batch, "roster_id": RosterRow, "entry_id": Entry},
    NumberCorrection: {"batch_id": Batch, "earlier_id": Beneficiary, "beneficiary_id": Beneficiary},
    Listing: {"batch_id": Batch, "school_id": School},
    Certification: _OF_PERSON,
    Enrolment: _OF_PERSON,
    Recovery: _OF_PERSON | {"program_id": ProgramRow},
    Allotment: _OF_LIST | {"program_id": ProgramRow},
    BankReturn: _OF_LIST | {"entry_id": Entry, "order_id": PaymentOrder},
    PaymentOrder: {"program_id": ProgramRow, "school_id": School},
    PaymentOrderLine: {"order_id": PaymentOrder, "entry_id": Entry},
    Notice: {"program_id": ProgramRow, "school_id": School},
    NoticeLine: {"notice_id": Notice, "entry_id": Entry},
    StandardRow: {"catalogue_id": CatalogueVersion, "program_id": ProgramRow},
    SchoolAlias: {"school_id": School},
}


@dataclass(frozen=True, slots=True)
class Stray:
    """A row by its table and key."""

    table: str
    row: str


def strays(books: Connection) -> Iterator[Stray]:
    """All of them but for entries that no batch counts."""
    for table, query in _queries():
        for key in books.execute(query):
            yield Stray(table.name, ", ".join(map(str, key)))


@cache
def _queries() -> Sequence[tuple[Table, Select[Any]]]:
    """Of each table, the keys of rows that are astray."""
    queries = []
    for table, columns in POINTERS.items():
        astray = or_(*(_nowhere(table.c[name], target) for name, target in columns.items()))
        queries.append((table, select(*table.primary_key.columns).where(astray).limit(_SHOWN)))
    of_batch = select(Batch.c.id).where(Batch.c.source_sha256 == SourceFile.c.sha256)
    queries.append((SourceFile, select(SourceFile.c.sha256).where(~of_batch.exists()).limit(_SHOWN)))
    return queries


def _nowhere(column: Column[int], target: Table) -> ColumnElement[bool]:
    there = select(target.c.id).where(target.c.id == column)
    return column.is_not(None) & ~there.exists() if column.nullable else column.is_(None) | ~there.exists()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many entries the batches count, how many there are, and some outside the run of numbers, by batch and id."""

    counted: int
    there: int
    outside: list[tuple[int, int]]

    @property
    def agrees(self) -> bool:
        """Whether the entries are those that the batches count, as far as their numbers tell it."""
        return self.counted == self.there and not self.outside


def entries(books: Connection) -> Counted:
    """Whether the entries are numbered from 1 to as many as the batches count."""
    counted = int(books.execute(select(func.coalesce(func.sum(Batch.c.entries), 0))).scalar_one())
    there = books.execute(select(func.count()).select_from(Entry)).scalar_one()
    beyond = select(Entry.c.batch_id, Entry.c.id).where(or_(Entry.c.id < 1, Entry.c.id > counted))
    outside = books.execute(beyond.order_by(Entry.c.id).limit(_SHOWN))
    return Counted(counted, there, [(batch, entry) for batch, entry in outside])
