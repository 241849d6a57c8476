"""The rows of files that explain a difference, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, func, select

from aidledger.store.model.tables import Batch, Beneficiary, Entry, ProgramRow, RosterRow, School

# Codes, which the presentation translates.
Why = Literal[
    "no-rate-allows-it",
    "no-standard-known",
    "returned-by-bank",
    "bank-silent",
    "paid-beyond",
    "declares-otherwise",
    "counted",
    "as-much-as-the-difference",
    "taken-back",
    "allotted",
    "exceeds-allotment",
    "makes-up-figure",
]


@dataclass(frozen=True, slots=True)
class Behind:
    """A row behind a difference, or (``file`` None) a group of entries.

    ``expected_fen`` None: nothing is expected of this row alone. ``remark``: the bank's reason or a document's number.
    """

    why: Why
    entry: int | None = None
    batch: int | None = None
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    name: str | None = None
    number: str | None = None
    amount_fen: int | None = None
    expected_fen: int | None = None
    person_times: int | None = None
    expected_person_times: int | None = None
    period: str | None = None
    school: str | None = None
    remark: str | None = None
    source: str | None = None


def entry_rows(program: str, period: str) -> Select[Any]:
    """The entries of a program and period, without reversals, with the file, sheet and row of each."""
    return (
        select(
            Entry.c.id.label("entry"),
            RosterRow.c.batch_id.label("batch"),
            Batch.c.file_name.label("file"),
            RosterRow.c.sheet,
            Entry.c.row,
            func.coalesce(Entry.c.name_stated, Beneficiary.c.name).label("name"),
            Entry.c.beneficiary_id,
            Beneficiary.c.number,
            Entry.c.amount_fen,
            Entry.c.part,
            School.c.name.label("school"),
            Entry.c.level,
            Entry.c.boarding,
        )
        .select_from(Entry)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(RosterRow, RosterRow.c.id == Entry.c.roster_id)
        .join(Batch, Batch.c.id == RosterRow.c.batch_id)
        .join(Beneficiary, Beneficiary.c.id == Entry.c.beneficiary_id)
        .outerjoin(School, School.c.id == Entry.c.school_id)
        .where(ProgramRow.c.code == program, Entry.c.period == period, Entry.c.reversal_of.is_(None))
        .order_by(Entry.c.id)
    )


def of_entry(row: Any, why: Why, *, period: str, expected_fen: int | None = None, remark: str | None = None) -> Behind:  # noqa: ANN401 - a row of entry_rows
    """An entry behind a difference."""
    return Behind(
        why,
        entry=row.entry,
        batch=row.batch,
        file=row.file,
        sheet=row.sheet,
        row=row.row,
        name=row.name,
        number=row.number,
        amount_fen=row.amount_fen,
        expected_fen=expected_fen,
        period=period,
        school=row.school,
        remark=remark,
    )


def rows_of(program: str, period: str, school: str | None) -> Select[Any]:
    """The entries of one program, period and school (None: entries without a school)."""
    return entry_rows(program, period).where(School.c.name.is_not_distinct_from(school))
