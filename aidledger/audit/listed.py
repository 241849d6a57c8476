"""listed-twice: the same fact in two lists in force."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, Table, bindparam, select

from aidledger.audit.rule import Contradiction
from aidledger.i18n import N_
from aidledger.store.model.tables import (
    Allotment,
    Batch,
    Certification,
    Enrolment,
    Listing,
    NationalPayment,
    Quota,
    Recovery,
    SchoolAmount,
)
from aidledger.store.postings.entries import batch_in_force

# The columns that make two records the same fact. Certifications by two schools, and answers that a bank repeats, are
# for the audit to report and not for an import to refuse.
_SAME: tuple[tuple[Table, str, tuple[str, ...]], ...] = (
    (Certification, N_("certification"), ("beneficiary_id", "period", "school_id")),
    (Enrolment, N_("register"), ("beneficiary_id", "period", "school_id")),
    (Allotment, N_("allotment"), ("document", "program_id", "period", "source")),
    (Recovery, N_("recovery"), ("beneficiary_id", "program_id", "period", "recovered_on", "document")),
    (SchoolAmount, N_("school-amounts"), ("program_id", "period", "school_id", "document")),
    (Quota, N_("quota"), ("program_id", "period", "school_id", "document")),
    (NationalPayment, N_("national-export"), ("beneficiary_id", "program_id", "period", "part", "school_id")),
)


def listed(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Records of a batch that repeat a fact of an earlier batch in force; each with the first such record."""
    for table, kind, same in _SAME:
        seen = set()
        for row in books.execute(_repeated(table, same), {"batch": batch}):
            if row.id not in seen:
                seen.add(row.id)
                facts = {"list": kind, "batch": row.batch_id, "first_row": row.first_row}
                yield Contradiction("listed-twice", row.sheet, row.row, facts)


@cache
def _repeated(table: Table, same: tuple[str, ...]) -> Select[Any]:
    first, batch = table.alias("first"), bindparam("batch", type_=Integer)
    equal = [
        first.c[name].is_not_distinct_from(table.c[name]) if table.c[name].nullable else first.c[name] == table.c[name]
        for name in same
    ]
    return (
        select(table.c.id, table.c.row, Listing.c.sheet, first.c.batch_id, first.c.row.label("first_row"))
        .join(Listing, Listing.c.id == table.c.listing_id)
        .join(first, equal[0])
        .join(Batch, Batch.c.id == first.c.batch_id)
        .where(table.c.batch_id == batch, first.c.batch_id < batch, *equal[1:], batch_in_force(Batch))
        .order_by(table.c.id, first.c.id)
    )
