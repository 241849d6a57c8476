"""Columns and keys that several answers share."""

from __future__ import annotations

from typing import Any

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Column
from aidledger.i18n import N_

Shape = dict[str, Any]

PROGRAM = Column("program", N_("Program"))
PERIOD = Column("period", N_("Period"), "period")
SCHOOL = Column("school", N_("School"))
SHEET = Column("sheet", N_("Sheet"))
ROW = Column("row", N_("Row"), "count")
PERSON_TIMES = Column("person_times", N_("Person-times"), "count")
AMOUNT = Column("amount", N_("Amount (yuan)"), "yuan")
BATCH = Column("batch", N_("Batch"), "count")
FILE = Column("file", N_("File"))


def counted(person_times: int | None, amount_fen: int | None) -> Shape:
    """Person-times, and an amount in 元."""
    return {"person_times": person_times, "amount": None if amount_fen is None else yuan_text(amount_fen)}
