"""Remembered columns as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_
from aidledger.presentation.columns import (
    SCHOOL,
)
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.store.chain.mappings import Remembered


def mappings_result(found: Sequence[Remembered]) -> Result:
    """``mappings``."""
    return Result(lambda: {"mappings": [asdict(one) for one in found]}, table(_answer(found)))


def _answer(found: Sequence[Remembered]) -> Answer:
    """The remembered columns."""
    columns = (
        SCHOOL,
        Column("header", N_("Header")),
        Column("field", N_("Field")),
        Column("at", N_("Remembered"), "time"),
        Column("by", N_("By")),
    )
    rows = [(one.school, one.header, one.field, one.at, one.by) for one in found]
    return Answer(N_("Remembered columns"), columns, rows)
