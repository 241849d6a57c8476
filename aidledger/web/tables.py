"""An answer as a table of a page: cells as text, each with its alignment and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from aidledger.domain.table import Answer, Cell, Column, sentence
from aidledger.i18n import Translate
from aidledger.presentation.cells import cell_text
from aidledger.web.links import link

PAGE_ROWS = 200
# Where a figure leads, by its row's place among all rows and its column's key; None: nowhere.
Leads = Callable[[int, str], str | None]
_TICKS = ("✓", "✗")
_RIGHT = frozenset({"count", "yuan", "wan"})


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell: its text, the class that aligns it, and where it leads."""

    text: str
    style: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A page of an answer's rows. The totals are of all rows; ``count``: how many those are."""

    title: str
    heads: Sequence[DrawnCell]
    rows: Sequence[Sequence[DrawnCell]]
    totals: Sequence[Sequence[DrawnCell]]
    notes: Sequence[str]
    count: int
    page: int
    pages: int


def draw(
    answer: Answer, page: int, translate: Translate, page_rows: int = PAGE_ROWS, leads: Leads | None = None
) -> DrawnTable:
    """One page of an answer; a page behind the last is the last. ``leads``: where its other figures lead."""
    pages = max(1, -(-len(answer.rows) // page_rows))
    page = min(page, pages)
    first = (page - 1) * page_rows
    kinds = [_style(column) for column in answer.columns]
    shown = answer.rows[first : first + page_rows]
    labelled = len(answer.rows)
    return DrawnTable(
        title=sentence(answer.title, answer.facts, translate),
        heads=[DrawnCell(translate(column.title), style) for column, style in zip(answer.columns, kinds, strict=True)],
        rows=[list(_cells(answer, first + i, row, translate, leads)) for i, row in enumerate(shown)],
        totals=[list(_total(answer, labelled + i, row, translate)) for i, row in enumerate(answer.totals)],
        notes=[sentence(note, answer.facts, translate) for note in answer.notes],
        count=len(answer.rows),
        page=page,
        pages=pages,
    )


def _cells(
    answer: Answer, line: int, row: Sequence[Cell], translate: Translate, leads: Leads | None
) -> Iterator[DrawnCell]:
    for cell, column in zip(row, answer.columns, strict=True):
        href = link(answer, line, column, cell) or (leads(line, column.key) if leads and cell else None)
        yield DrawnCell(_text(cell, column, translate), _style(column), href)


def _total(answer: Answer, line: int, row: Sequence[Cell], translate: Translate) -> Iterator[DrawnCell]:
    for cell, column in zip(row, answer.columns, strict=True):
        if isinstance(cell, str):
            yield DrawnCell(translate(cell), "text")
        else:
            yield DrawnCell(_text(cell, column, translate), _style(column), link(answer, line, column, cell))


def _text(cell: Cell, column: Column, translate: Translate) -> str:
    numbered = not isinstance(cell, str) and column.kind == "count" and column.key in _NUMBERS
    return str(cell) if numbered and cell is not None else cell_text(cell, column, translate, _TICKS)


# Whole numbers that count nothing: shown as they are, without separators.
_NUMBERS = frozenset({"entry", "reversal_of", "batch", "person", "order", "row"})


def _style(column: Column) -> str:
    if column.kind in _RIGHT:
        return "figure"
    return column.kind if column.kind in {"message", "mark"} else "text"
