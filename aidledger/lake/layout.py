"""What of a ledger goes into a lake, under which names, and where its files lie.

A folder per table, below it one per district, between them one per period for the tables that grow with the terms:
``entry/period=2021-autumn/district=511303/000001-….parquet``. Each export adds files and a manifest that names them
(manifest.py); what no manifest names is not there.
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
    Enrolment,
    Entry,
    Listing,
    Notice,
    NoticeLine,
    ProgramRow,
    Recovery,
    RosterRow,
    School,
)

if TYPE_CHECKING:
    from sqlalchemy import Table

FORMAT = 2
MANIFESTS = "_manifests"
DISTRICT = re.compile(r"[1-9][0-9]{5}", re.ASCII)

# How a column is written. ``person``: the number that stands for a person in every district; ``program``: its code
# instead of an id; ``number``, ``name``, ``card``: as --people says; ``birth``, ``text``: less than all of it unless
# people are shown in full; ``open``: then only.
Made = Literal["plain", "person", "program", "number", "name", "card", "birth", "text", "open"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One table of the lake: its columns in order, each with how it is made; ``by_period``: a folder per period.

    ``grows_by``: the column that only ever grows, by which what is new is known.
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
# The names of people; those of schools and programs are no secret.
_NAMED = {"beneficiary", "bank_return"}


def _shape(table: Table, left_out: str = "", *, by_period: bool = False, grows_by: str = "id") -> tuple[str, Shape]:
    columns: dict[str, Made] = {}
    for name in (column.name for column in table.c):
        if name not in left_out.split():
            columns[name] = "name" if name == "name" and table.name in _NAMED else _MADE.get(name, "plain")
    if table.name == "beneficiary":
        columns["id"] = "person"
    return table.name, Shape(columns, by_period, grows_by)


# Left out: what no rule asks for, and digests of rows, which can be checked in the ledger alone.
SHAPES: Mapping[str, Shape] = dict(
    (
        _shape(ProgramRow),
        _shape(School),
        _shape(Beneficiary),
        _shape(Batch, "source_sha256 posted_by catalogue_id reason"),
        _shape(RosterRow),
        _shape(Entry, "digest", by_period=True),
        _shape(Listing),
        _shape(Certification, "digest category_stated", by_period=True),
        _shape(Enrolment, "digest status_stated", by_period=True),
        _shape(Allotment, "digest"),
        _shape(BankReturn, "digest serial_no"),
        _shape(Recovery, "digest document"),
        _shape(Notice, "digest made_at made_by"),
        _shape(NoticeLine, grows_by="notice_id"),
    )
)
# What is in the files and no rule asks for: it would be a third of what an audit takes to load.
_UNASKED: Mapping[str, frozenset[str]] = {
    "entry": frozenset({"class_name"}),
    "certification": frozenset({"class_name"}),
    "enrolment": frozenset({"class_name", "student_number"}),
    "bank_return": frozenset({"account"}),
}
# The tables whose rows say of whom they are.
OF_PEOPLE = ("entry", "certification", "enrolment", "recovery")


def asked_for(table: str) -> list[str]:
    """The columns of a table that rules, or what shows their findings, ask for."""
    return [column for column in SHAPES[table].columns if column not in _UNASKED.get(table, ())]


def written(table: str, column: str) -> str:
    """What a column of the ledger is called in the files."""
    made = SHAPES[table].columns[column]
    return made if made in {"person", "program"} else column


def folder_of(table: str, district: str, period: str | None) -> str:
    """Where a district's files of a table lie, below the lake."""
    return f"{table}/period={period}/district={district}" if period is not None else f"{table}/district={district}"
