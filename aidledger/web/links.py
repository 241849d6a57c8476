"""Where a cell leads: a figure to the entries behind it; an entry, batch, school or finding to its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from aidledger.domain.table import Answer, Cell, Column

# The pages of things, by the key of the column that names them.
_PAGES: Mapping[str, Callable[[Cell], str]] = {
    "entry": lambda cell: f"/entries/{cell}",
    "reversal_of": lambda cell: f"/entries/{cell}",
    "batch": lambda cell: f"/batches/{cell}",
    "person": lambda cell: f"/people/{cell}",
    "order": lambda cell: f"/payments/{cell}",
    "finding": lambda cell: f"/findings/{quote(str(cell))}",
    "id": lambda cell: f"/findings/{quote(str(cell))}",
    "rule": lambda cell: f"/findings?{urlencode({'rule': str(cell)})}",
    "school": lambda cell: f"/schools/statement?{urlencode({'school': str(cell)})}",
}
# What a trace leads to the entries of; other figures of the same row may be of payments, or of allotments.
_FIGURES = frozenset({"person_times", "persons", "amount", "amount_wan"})


def entries_of(figure: str) -> str:
    """The page of the entries behind a figure."""
    return f"/entries?{urlencode({'figure': figure})}"


def link(answer: Answer, line: int, column: Column, cell: Cell) -> str | None:
    """Where a cell of an answer's line leads, if anywhere; total rows count on after the rows."""
    if cell is None or (isinstance(cell, str) and " +" in cell):  # a school and how many more
        return None
    if answer.traces and (column.key in _FIGURES or column.narrows):
        trace = answer.traces[line] if line < len(answer.traces) else ""
        counts = trace and cell != 0 and not isinstance(cell, str)
        return entries_of(",".join(filter(None, (trace, column.narrows)))) if counts else None
    page = _PAGES.get(column.key)
    return page(cell) if page is not None and (column.key != "person" or isinstance(cell, int)) else None
