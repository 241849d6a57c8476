"""Which columns of a ledger a lake has, under which names, and in which folders.

A folder per table and district, and for the large tables per period as well:
``entry/period=2021-autumn/district=511303/000001-….parquet``. Each export adds files and a manifest that names them
(manifest.py); files that no manifest names do not count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aidledger.store.model.tables import (
    Allotment,
    BankReturn,
    Batch,
    Beneficiary,
    Certification,
    Death,
    Enrolment,
    Entry,
    FeeReceipt,
    Listing,
    NationalPayment,
    Notice,
    NoticeLine,
    PopulationMember,
    ProgramRow,
    Quota,
    Recovery,
    RosterRow,
    School,
    SchoolAmount,
    StaffCard,
)

if TYPE_CHECKING:
    from sqlalchemy import Table

FORMAT = 2
MANIFESTS = "_manifests"
DISTRICT = re.compile(r"[1-9][0-9]{5}", re.ASCII)

# How a column is written. ``person``: a number that is the same for a person in every district. ``program``: the code
# instead of the id. ``number``, ``name``, ``card``: according to --people. ``birth``, ``text``: reduced, and ``open``
# left out, unless people are exported in full.
Made = Literal["plain", "person", "program", "number", "name", "card", "birth", "text", "open"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table of the lake: its columns in order, each with how it is written; ``by_period``: a folder per period.

    ``grows_by``: the ascending column that tells which rows are new.
    """

    columns: Mapping[str, Made]
    by_period: bool = False
    grows_by: str = "id"


_MADE: Mapping[str, Made] = {
    "beneficiary_id": "person",
    "program_id": "program",
    "number": "number",
    "student_number": "number",
    "name_stated": "name",
    "guardian": "name",
    "account": "card",
    "birth_date": "birth",
    "reason": "text",
    "file_name": "text",
    "sheet": "text",
    "sex": "open",
    "class_name": "open",
}
# Tables with names of people; names of schools and programs are public.
_NAMED = {"beneficiary", "bank_return", "staff"}


def _shape(table: Table, left_out: str = "", *, by_period: bool = False, grows_by: str = "id") -> tuple[str, Shape]:
    columns: dict[str, Made] = {}
    for name in (column.name for column in table.c):
        if name not in left_out.split():
            columns[name] = "name" if name == "name" and table.name in _NAMED else _MADE.get(name, "plain")
    if table.name == "beneficiary":
        columns["id"] = "person"
    return table.name, Shape(columns, by_period, grows_by)


# Left out: columns that no rule reads, and digests, which only the ledger can check.
SHAPES: Mapping[str, Shape] = dict(
    (
        _shape(ProgramRow),
        _shape(School),
        _shape(Beneficiary),
        _shape(Batch, "source_sha256 posted_by catalogue_id reason"),
        _shape(RosterRow),
        _shape(Entry, "digest", by_period=True),
        _shape(Listing),
        _shape(Certification, "digest", by_period=True),
        _shape(Enrolment, "digest status_stated", by_period=True),
        _shape(Allotment, "digest"),
        _shape(BankReturn, "digest serial_no"),
        _shape(Recovery, "digest document"),
        _shape(PopulationMember, "digest"),
        _shape(FeeReceipt, "digest receipt"),
        _shape(StaffCard, "digest"),
        _shape(Death, "digest"),
        _shape(NationalPayment, "digest", by_period=True),
        _shape(SchoolAmount, "digest"),
        _shape(Quota, "digest"),
        _shape(Notice, "digest made_at made_by"),
        _shape(NoticeLine, grows_by="notice_id"),
    )
)
# Columns in the files that no rule reads: loading them would take a third of the time.
_UNREAD: Mapping[str, frozenset[str]] = {
    "entry": frozenset({"class_name"}),
    "certification": frozenset({"class_name"}),
    "enrolment": frozenset({"class_name"}),
    "bank_return": frozenset({"account"}),
    "fee_receipt": frozenset({"class_name"}),
}
# The tables whose rows are about people.
OF_PEOPLE = (
    *("entry", "certification", "enrolment", "recovery"),
    *("population", "fee_receipt", "death", "national_payment"),
)


def columns_read(table: str) -> list[str]:
    """The columns of a table that an audit reads."""
    return [column for column in SHAPES[table].columns if column not in _UNREAD.get(table, ())]


def file_column(table: str, column: str) -> str:
    """The name of a ledger's column in the files."""
    made = SHAPES[table].columns[column]
    return made if made in {"person", "program"} else column


def folder_of(table: str, district: str, period: str | None) -> str:
    """The folder of a district's files of a table, below the lake."""
    return f"{table}/period={period}/district={district}" if period is not None else f"{table}/district={district}"
