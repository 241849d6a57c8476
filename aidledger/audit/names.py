"""name-id-mismatch: one ID number with two names in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Table,
    bindparam,
    func,
    literal,
    select,
    union,
)

from aidledger.audit.rule import Case, Contradiction, Rule, Scope
from aidledger.domain.listing import ListKind
from aidledger.domain.place import Place
from aidledger.i18n import N_
from aidledger.store.database.bulk import chunks
from aidledger.store.model.tables import Batch, Beneficiary, Certification, Enrolment, Entry, Listing, RosterRow
from aidledger.store.postings.entries import current, in_batch, in_force


@dataclass(frozen=True, slots=True)
class _Statement:
    """A table whose rows state people's names, and the table that has their sheets."""

    kind: ListKind
    table: Table
    sheets: Table
    sheet_id: str

    def current(self, row: FromClause) -> ColumnElement[bool]:
        return in_force(row) if self.table is Entry else current(row)

    def of_batch(self, number: ColumnElement[int]) -> ColumnElement[bool]:
        return in_batch(self.table, number) if self.table is Entry else self.table.c.batch_id == number


_STATEMENTS = (
    _Statement("roster", Entry, RosterRow, "roster_id"),
    _Statement("certification", Certification, Listing, "listing_id"),
    _Statement("register", Enrolment, Listing, "listing_id"),
)


def names(books: Connection, batch: int) -> Iterator[Contradiction]:
    """Rows of a batch whose person has another name in another batch: one contradiction per row of the file.

    The name first recorded counts no more than any other: it may be a wrong one that was reversed since.
    """
    seen = set()
    for mine in _STATEMENTS:
        for others in _STATEMENTS:
            for row in books.execute(_differing(mine, others), {"batch": batch}):
                if (row.sheet, row.row) not in seen:
                    seen.add((row.sheet, row.row))
                    facts = {
                        "name": row.stated,
                        "other": row.elsewhere,
                        "file": row.file_name or "",
                        "where": Place(row.other_sheet, row.other_row),
                    }
                    yield Contradiction("name-id-mismatch", row.sheet, row.row, facts)


@cache
def _differing(mine: _Statement, others: _Statement) -> Select[Any]:
    """Rows of ``batch`` whose name differs in ``others``. Cached, because every import runs nine of these."""
    own, other = mine.table, others.table.alias("other")
    sheet = others.sheets.alias("sheet_of_other")
    stated, elsewhere = (func.coalesce(row.c.name_stated, Beneficiary.c.name) for row in (own, other))
    return (
        select(own.c.row, mine.sheets.c.sheet, stated.label("stated"), elsewhere.label("elsewhere"))
        .add_columns(Batch.c.file_name, other.c.row.label("other_row"), sheet.c.sheet.label("other_sheet"))
        .join(mine.sheets, mine.sheets.c.id == own.c[mine.sheet_id])
        .join(Beneficiary, Beneficiary.c.id == own.c.beneficiary_id)
        .join(other, (other.c.beneficiary_id == own.c.beneficiary_id) & (other.c.batch_id != own.c.batch_id))
        .join(Batch, Batch.c.id == other.c.batch_id)
        .join(sheet, sheet.c.id == other.c[others.sheet_id])
        .where(
            mine.of_batch(bindparam("batch", type_=Integer)),
            stated != elsewhere,
            mine.current(own),
            others.current(other),
        )
        .order_by(own.c.id, other.c.id)
    )


def _find(scope: Scope) -> Iterator[Case]:
    """One case per person with several names; only people with a name other than first recorded need be read."""
    renamed = sorted(scope.books.execute(_renamed()).scalars())
    rows = [
        row
        for people in chunks(renamed, scope.keys_at_once)
        for statement in _STATEMENTS
        for row in scope.books.execute(_names_in(statement).where(statement.table.c.beneficiary_id.in_(people)))
    ]
    rows.sort(key=lambda row: (row.number, row.document_type, row.kind, row.id))
    for (document_type, number), group in groupby(rows, key=lambda row: (row.document_type, row.number)):
        of_person = list(group)
        stated = {row.stated for row in of_person}
        if len(stated) > 1:
            yield Case(
                about=(document_type, number),
                entries=tuple(row.id for row in of_person if row.kind == "roster"),
                records=tuple((row.kind, row.id) for row in of_person if row.kind != "roster"),
                amount_fen=0,
                facts={"count": len(stated), "names": tuple(sorted(stated))},
            )


def _renamed() -> Select[Any]:
    """People with a name in force other than first recorded."""
    named = (
        select(statement.table.c.beneficiary_id).where(
            statement.table.c.name_stated.is_not(None), statement.current(statement.table)
        )
        for statement in _STATEMENTS
    )
    return select(union(*named).subquery().c.beneficiary_id)


def _names_in(statement: _Statement) -> Select[Any]:
    """The names in force that a table states."""
    table = statement.table
    return (
        select(
            literal(statement.kind).label("kind"),
            table.c.id,
            func.coalesce(table.c.name_stated, Beneficiary.c.name).label("stated"),
            Beneficiary.c.document_type,
            Beneficiary.c.number,
        )
        .join(Beneficiary, Beneficiary.c.id == table.c.beneficiary_id)
        .where(statement.current(table))
    )


RULE = Rule(
    code="name-id-mismatch",
    severity="error",
    message=N_("One ID number has {count} names: {names}."),
    explanation=N_(
        "Payments, certifications and registers must agree on whose ID number it is. Either a digit is wrong and "
        "two people are taken for one, or the name is wrong and the bank will return the money. Compare with the "
        "household register, and have the school send a corrected roster."
    ),
    reference=N_("common audit practice"),
    find=_find,
)
