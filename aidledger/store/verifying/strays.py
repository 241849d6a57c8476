"""Orphans: rows whose batch, order, notice, list, person … does not exist, or that no batch counts.

verify.py checks digests from the owner down to its rows. It would never reach a row that somebody inserted without an
owner, which queries may count all the same.
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
    Death,
    Enrolment,
    Entry,
    FeeReceipt,
    KeptEntry,
    Listing,
    NationalPayment,
    Notice,
    NoticeLine,
    NumberCorrection,
    PaymentOrder,
    PaymentOrderLine,
    PopulationMember,
    ProgramRow,
    Quota,
    Recovery,
    RosterRow,
    School,
    SchoolAlias,
    SchoolAmount,
    SourceFile,
    StaffCard,
    StandardRow,
)

# The most that are reported per table.
_SHOWN = 1_000
_OF_LIST = {"batch_id": Batch, "listing_id": Listing}
_OF_PERSON = _OF_LIST | {"beneficiary_id": Beneficiary, "school_id": School}
# The table that each column references; nullable columns are checked where they are set. Leaves out the ids that a
# digest covers as such: all references of batches, entries and events but schools.
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
    PopulationMember: _OF_LIST | {"beneficiary_id": Beneficiary},
    FeeReceipt: _OF_PERSON,
    Death: _OF_PERSON,
    NationalPayment: _OF_PERSON | {"program_id": ProgramRow},
    StaffCard: _OF_LIST | {"school_id": School},
    SchoolAmount: _OF_LIST | {"program_id": ProgramRow, "school_id": School},
    Quota: _OF_LIST | {"program_id": ProgramRow, "school_id": School},
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
    """All orphans but entries that no batch counts, for which see ``entries``."""
    for table, query in _queries():
        for key in books.execute(query):
            yield Stray(table.name, ", ".join(map(str, key)))


@cache
def _queries() -> Sequence[tuple[Table, Select[Any]]]:
    """For each table, the keys of its orphans."""
    queries = []
    for table, columns in POINTERS.items():
        astray = or_(*(_nowhere(table.c[name], target) for name, target in columns.items()))
        queries.append((table, select(*table.primary_key.columns).where(astray).limit(_SHOWN)))
    of_batch = select(Batch.c.id).where(Batch.c.source_sha256 == SourceFile.c.sha256)
    queries.append((SourceFile, select(SourceFile.c.sha256).where(~of_batch.exists()).limit(_SHOWN)))
    return queries


def _nowhere(column: Column[int], target: Table) -> ColumnElement[bool]:
    referenced = select(target.c.id).where(target.c.id == column)
    return column.is_not(None) & ~referenced.exists() if column.nullable else column.is_(None) | ~referenced.exists()


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of entries by the batches, the actual number, and (batch, id) of entries outside the run of ids."""

    counted: int
    actual: int
    outside: list[tuple[int, int]]

    @property
    def agrees(self) -> bool:
        """Whether number and ids of the entries are as the batches count them."""
        return self.counted == self.actual and not self.outside


def entries(books: Connection) -> Counted:
    """Whether the entries have the ids from 1 to the number that the batches count."""
    counted = int(books.execute(select(func.coalesce(func.sum(Batch.c.entries), 0))).scalar_one())
    actual = books.execute(select(func.count()).select_from(Entry)).scalar_one()
    beyond = select(Entry.c.batch_id, Entry.c.id).where(or_(Entry.c.id < 1, Entry.c.id > counted))
    outside = books.execute(beyond.order_by(Entry.c.id).limit(_SHOWN))
    return Counted(counted, actual, [(batch, entry) for batch, entry in outside])
