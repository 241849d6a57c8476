"""Tables and lines on a terminal or into a pipe, with Chinese widths right."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import IO, TYPE_CHECKING

from aidledger.domain.money import wan_text, yuan_text
from aidledger.domain.table import period_text, sentence

if TYPE_CHECKING:
    from rich.console import Console

    from aidledger.domain.table import Answer, Cell, Column
    from aidledger.i18n import Translate

# A pipe has no width: lines are as long as they are, for grep and awk.
PIPE_WIDTH = 1_000
_NUMERIC = {"count", "yuan", "wan"}


def console(stream: IO[str] | None = None) -> Console:
    """A console on a stream; without colour, boxes and wrapping where that is no terminal."""
    from rich.console import Console

    stream = stream or sys.stdout
    return Console(
        file=stream, width=None if stream.isatty() else PIPE_WIDTH, highlight=False, markup=False, emoji=False
    )


def marks(stream: IO[str]) -> tuple[str, str]:
    """A tick and a cross that the stream can write: GBK consoles have √ and ×, but not ✓ and ✗."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    for pair in (("✓", "✗"), ("√", "×")):
        try:
            "".join(pair).encode(encoding)
        except UnicodeEncodeError:
            continue
        return pair
    return "+", "-"


def cell_text(cell: Cell, column: Column, translate: Translate, ticks: tuple[str, str]) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        said: dict[str, Translate] = {"word": translate, "period": lambda codes: period_text(codes, translate)}
        return said.get(column.kind, printable)(cell)
    if column.kind == "mark":
        return ticks[0] if cell else ticks[1]
    if column.kind == "yuan":
        return f"{Decimal(yuan_text(cell)):,}"
    return wan_text(cell) if column.kind == "wan" else f"{cell:,}"


def printable(text: str) -> str:
    """Text without what a terminal would obey: control characters come from files that others wrote."""
    return (
        text
        if text.isprintable()
        else "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    )


def show(answer: Answer, translate: Translate, stream: IO[str]) -> None:
    """Print an answer: title, table, notes."""
    from rich import box
    from rich.table import Table

    screen = console(stream)
    terminal = stream.isatty()
    ticks = marks(stream)
    table = Table(box=box.SIMPLE_HEAD if terminal else None, pad_edge=False, show_edge=False, header_style="bold")
    for column in answer.columns:
        numeric = column.kind in _NUMERIC
        table.add_column(
            translate(column.title), justify="right" if numeric else "left", no_wrap=numeric, overflow="fold"
        )
    for row in answer.rows:
        table.add_row(
            *(cell_text(cell, column, translate, ticks) for cell, column in zip(row, answer.columns, strict=True))
        )
    for i, row in enumerate(answer.totals):
        if i == 0:
            table.add_section()
        first, *rest = row
        cells = (
            cell_text(cell, column, translate, ticks) for cell, column in zip(rest, answer.columns[1:], strict=True)
        )
        table.add_row(translate(str(first)), *cells, style="bold")
    screen.print(sentence(answer.title, answer.facts, translate), style="bold")
    screen.print(table)
    for note in answer.notes:
        screen.print(sentence(note, answer.facts, translate), style="dim")
