"""Cells as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.money import grouped_yuan, wan_text
from aidledger.domain.table import cell_words
from aidledger.presentation.printable import printable

if TYPE_CHECKING:
    from aidledger.domain.table import Cell, Column
    from aidledger.i18n import Translate


def cell_text(cell: Cell, column: Column, translate: Translate, ticks: tuple[str, str]) -> str:
    """A cell as text for people."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return printable(cell_words(cell, column.kind, translate))
    if column.kind == "mark":
        return ticks[0] if cell else ticks[1]
    if column.kind == "yuan":
        return grouped_yuan(cell)
    return wan_text(cell) if column.kind == "wan" else f"{cell:,}"
