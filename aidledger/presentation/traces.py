"""An entry traced back to its cells, as JSON and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Column, time_text
from aidledger.i18n import N_
from aidledger.presentation.batches import batch_shape
from aidledger.presentation.columns import Shape
from aidledger.presentation.entries import entry_shape
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.operations.tracing import Trace
    from aidledger.operations.views import Viewed


def trace_result(viewed: Viewed[Trace]) -> Result:
    """``trace ENTRY``."""
    return Result(lambda: _shape(viewed.found), table(_answer(viewed.found)), reveal=viewed.revealed)


def _answer(found: Trace) -> Answer:
    """The cells behind an entry."""
    columns = (Column("column", N_("Column")), Column("header", N_("Header")), Column("value", N_("Value"), "source"))
    rows = [(cell.column, cell.header, cell.value) for cell in found.cells]
    facts = {
        "entry": found.entry.entry,
        "batch": found.batch.batch,
        "at": time_text(found.batch.posted_at),
        "by": found.batch.posted_by,
        "file": found.origin.file,
        "sheet": found.origin.sheet,
        "row": found.origin.row,
        "sha256": found.batch.sha256,
        "amount": yuan_text(found.entry.amount_fen),
    }
    title = N_("Entry {entry}, {amount} yuan: batch {batch} ({at}, {by}), {file}, sheet {sheet}, row {row}")
    return Answer(title, columns, rows, notes=(N_("The file's SHA-256 is {sha256}."),), facts=facts)


def _shape(trace: Trace) -> Shape:
    """``trace ENTRY``."""
    origin = trace.origin
    cells = [{"column": cell.column, "header": cell.header, "value": cell.value} for cell in trace.cells]
    return {
        "entry": entry_shape(trace.entry),
        "batch": batch_shape(trace.batch),
        "file": origin.file,
        "sheet": origin.sheet,
        "row": origin.row,
        "cells": cells,
    }
