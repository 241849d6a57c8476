"""Columns and keys that several answers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Cell, Column
from aidledger.i18n import N_

Shape = dict[str, Any]

ENTRY = Column("entry", N_("Entry"), "count")
BATCH = Column("batch", N_("Batch"), "count")
FILE = Column("file", N_("File"))
SHEET = Column("sheet", N_("Sheet"))
ROW = Column("row", N_("Row"), "count")
PERSON = Column("person", N_("Person"), "count")
NAME = Column("name", N_("Name"))
NUMBER = Column("number", N_("ID number"), "number")
ACCOUNT = Column("account", N_("Account"), "account")
SCHOOL = Column("school", N_("School"))
PROGRAM = Column("program", N_("Program"))
PERIOD = Column("period", N_("Period"), "period")
PERSONS = Column("persons", N_("Persons"), "count", narrows="")
PERSON_TIMES = Column("person_times", N_("Person-times"), "count", narrows="")
AMOUNT = Column("amount", N_("Amount (yuan)"), "yuan", narrows="")
STATE = Column("state", N_("State"), "word")
RULE = Column("rule", N_("Rule"), "code")
SEVERITY = Column("severity", N_("Severity"), "word")
# Where a row of a file stands.
PLACE = (BATCH, FILE, SHEET, ROW)


def total_of(columns: Sequence[Column], amount_fen: int) -> Sequence[Cell]:
    """The total row of a table with one amount, in 分."""
    _, *others = columns
    return N_("Total"), *(amount_fen if column.key == AMOUNT.key else None for column in others)


def as_json(columns: Sequence[Column], cells: Sequence[Cell]) -> Shape:
    """A row under the columns' keys, as JSON has it: amounts as texts in 元, codes as they are."""
    return {
        column.key: yuan_text(cell) if column.kind == "yuan" and isinstance(cell, int) else cell
        for column, cell in zip(columns, cells, strict=True)
    }


def counted(person_times: int | None, amount_fen: int | None) -> Shape:
    """Person-times, and an amount in 元."""
    return {"person_times": person_times, "amount": None if amount_fen is None else yuan_text(amount_fen)}
