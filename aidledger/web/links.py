"""Where a cell leads: a figure to what it counts; an entry, batch, school or finding to its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from aidledger.reports.figures import parse_figure

if TYPE_CHECKING:
    from aidledger.domain.table import Answer, Cell, Column, Question

# The pages of things, by the key of the column that names them.
_PAGES: Mapping[str, Callable[[Cell], str]] = {
    "entry": lambda cell: f"/entries/{cell}",
    "reversal_of": lambda cell: f"/entries/{cell}",
    "batch": lambda cell: f"/batches/{cell}",
    "person": lambda cell: f"/people/{cell}",
    "order": lambda cell: f"/payments/{cell}",
    "finding": lambda cell: f"/findings/{quote(str(cell))}",
    "id": lambda cell: f"/findings/{quote(str(cell))}",
    "job": lambda cell: f"/jobs/{cell}",
    "rule": lambda cell: f"/findings?{urlencode({'rule': str(cell)})}",
    "school": lambda cell: f"/schools/statement?{urlencode({'school': str(cell)})}",
}
# A row whose first column is one of these is that thing: its figures lead to it.
_NAMES_ITS_ROW = frozenset({"entry", "batch", "order", "id", "rule"})
# What is added up by claim, not by entry.
_OF_CLAIMS = frozenset({"paid", "under_way", "due", "to_claim_back"})


def entries_of(figure: str) -> str:
    """The page of the entries behind a figure."""
    return f"/entries?{urlencode({'figure': figure})}"


def link(answer: Answer, line: int, column: Column, cell: Cell) -> str | None:
    """Where a cell of an answer's line leads, if anywhere; total rows count on after the rows.

    Nothing stands behind a zero.
    """
    if cell is None or (isinstance(cell, str) and " +" in cell):  # a school and how many more
        return None
    asked = answer.questions[line].get(column.key) if line < len(answer.questions) else None
    if asked is not None:
        return _ANSWERS[asked.asks](asked) if cell else None
    if column.narrows is not None or (answer.traces and column.key in _OF_CLAIMS):
        return _figure(answer, line, column) if cell and not isinstance(cell, str) else None
    page = _PAGES.get(column.key)
    return page(cell) if page is not None and (column.key != "person" or isinstance(cell, int)) else None


def _figure(answer: Answer, line: int, column: Column) -> str | None:
    """What a figure counts: what its row's trace says, or the thing that the row is."""
    if answer.traces:
        trace = answer.traces[line] if line < len(answer.traces) else ""
        if column.narrows is None:
            return _claims(trace) if trace else None
        return entries_of(",".join(filter(None, (trace, column.narrows)))) if trace else None
    first = answer.columns[0].key
    named = answer.rows[line][0] if line < len(answer.rows) and first in _NAMES_ITS_ROW else None
    return None if named is None else _PAGES[first](named)


def _claims(figure: str) -> str | None:
    """The claims that a figure adds up, person by person; of one person, that person's.

    None for what the page cannot be asked for: people of no stated school, one person's claims at one school.
    """
    of = dict(parse_figure(figure))
    of.pop("kind", None)  # aid and loans have a total row each
    if not all(of.values()) or not of.keys() <= {"program", "period", "school", "person"}:
        return None
    if "person" in of:
        return None if "school" in of else f"/people/{of['person']}#payments"
    by = [("by", cut) for cut in ("person", "program", "period")]
    return f"/payments/due?{urlencode([*by, ('all', 'yes'), *of.items()])}"


def _compared(asked: Question, **more: str) -> str:
    of = {key: value or "" for key, value in parse_figure(asked.figure).items() if key != "declared"}
    return f"/comparisons?{urlencode({**of, **more})}"


_ANSWERS: Mapping[str, Callable[[Question], str | None]] = {
    "entries": lambda asked: entries_of(asked.figure),
    "claims": lambda asked: _claims(asked.figure),
    "difference": lambda asked: _compared(asked, check=asked.check, details="yes"),
    "allotments": lambda asked: f"{_compared(asked, check='allotment', all='yes')}&by=document&by=source",
}
