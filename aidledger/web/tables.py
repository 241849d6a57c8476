"""An answer as a table of a page: cells as text, each with its alignment and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from aidledger.domain.table import Answer, Cell, Column, sentence
from aidledger.i18n import N_, Translate
from aidledger.presentation.cells import cell_text
from aidledger.web.links import link

if TYPE_CHECKING:
    from aidledger.presentation.result import Result

Unit = Literal["yuan", "wan"]
UNITS: Sequence[Unit] = get_args(Unit)
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
    """A page of an answer's rows. The totals are of all rows; ``count``: how many those are.

    ``money``: whether there are amounts in 元 to be shown in 万元 instead; a table that has both needs no switch.
    """

    title: str
    heads: Sequence[DrawnCell]
    rows: Sequence[Sequence[DrawnCell]]
    totals: Sequence[Sequence[DrawnCell]]
    notes: Sequence[str]
    count: int
    page: int
    pages: int
    money: bool


def draw_all(result: Result, translate: Translate, unit: Unit = "yuan") -> list[DrawnTable]:
    """The first page of each of a result's tables."""
    return [draw(answer, 1, translate, unit=unit) for answer in result.answers()]


def draw(
    answer: Answer,
    page: int,
    translate: Translate,
    page_rows: int = PAGE_ROWS,
    unit: Unit = "yuan",
    leads: Leads | None = None,
) -> DrawnTable:
    """One page of an answer; a page behind the last is the last.

    ``unit``: what amounts in 元 are shown in. ``leads``: where its other figures lead.
    """
    kinds_of_money = {column.kind for column in answer.columns} & {"yuan", "wan"}
    money = kinds_of_money == {"yuan"}
    if unit == "wan" and money:
        answer = replace(answer, columns=[_in_wan(column) for column in answer.columns])
    titled = _titles_in(unit, translate) if money else translate
    # Columns that were 万元 to begin with have titles that say so.
    named = unit == "yuan" or not money or titled(answer.title) != translate(answer.title)
    pages = max(1, -(-len(answer.rows) // page_rows))
    page = min(page, pages)
    first = (page - 1) * page_rows
    kinds = [_style(column) for column in answer.columns]
    page_of_rows = answer.rows[first : first + page_rows]
    labelled = len(answer.rows)
    return DrawnTable(
        title=sentence(answer.title, answer.facts, titled),
        heads=[
            DrawnCell(_head(column, translate, titled, names_unit=named), style)
            for column, style in zip(answer.columns, kinds, strict=True)
        ],
        rows=[list(_cells(answer, first + i, row, translate, leads)) for i, row in enumerate(page_of_rows)],
        totals=[list(_total(answer, labelled + i, row, translate)) for i, row in enumerate(answer.totals)],
        notes=[sentence(note, answer.facts, translate) for note in answer.notes],
        count=len(answer.rows),
        page=page,
        pages=pages,
        money=money,
    )


def _in_wan(column: Column) -> Column:
    return replace(column, kind="wan") if column.kind == "yuan" else column


def _titles_in(unit: Unit, translate: Translate) -> Translate:
    """Titles that name the unit, in 万元 if amounts are; columns of 万元 that were there keep theirs."""
    if unit == "yuan":
        return translate
    units = [(f"({translate(N_('yuan'))})", f"({translate(N_('10k yuan'))})")]
    units += [(yuan.translate(_WIDE), wan.translate(_WIDE)) for yuan, wan in units]

    def titled(title: str) -> str:
        said = translate(title)
        for yuan, wan in units:
            said = said.replace(yuan, wan)
        return said

    return titled


def _head(column: Column, translate: Translate, titled: Translate, *, names_unit: bool) -> str:
    """A column's title; amounts that were turned into 万元 name it, unless the table's title does."""
    said = titled(column.title)
    if names_unit or column.kind != "wan" or translate(N_("10k yuan")) in said:
        return said
    return f"{said} ({translate(N_('10k yuan'))})"


# Chinese brackets.
_WIDE = str.maketrans("()", "（）")


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
