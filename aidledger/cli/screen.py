"""Tables and lines on a terminal or in a pipe, aligned for Chinese characters."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING

from aidledger.domain.table import sentence
from aidledger.presentation.cells import cell_text
from aidledger.presentation.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from aidledger.domain.table import Answer, Cell, Column
    from aidledger.i18n import Translate

# A pipe has no width: lines are not wrapped, for grep and awk.
PIPE_WIDTH = 1_000
# A column of words is unreadable below this width.
TEXT_WIDTH_MIN = 14
MESSAGE_WIDTH_MIN = 40
_NUMERIC = {"count", "yuan", "wan"}


def console(stream: IO[str] | None = None) -> Console:
    """A console on a stream; without colour, boxes and wrapping unless it is a terminal."""
    from rich.console import Console

    stream = stream or sys.stdout
    return Console(
        file=stream, width=None if stream.isatty() else PIPE_WIDTH, highlight=False, markup=False, emoji=False
    )


def marks(stream: IO[str]) -> tuple[str, str]:
    """A tick and a cross that the stream can encode: GBK has √ and ×, but not ✓ and ✗."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    for pair in (("✓", "✗"), ("√", "×")):
        try:
            "".join(pair).encode(encoding)
        except UnicodeEncodeError:
            continue
        return pair
    return "+", "-"


def show(answer: Answer, translate: Translate, stream: IO[str]) -> None:
    """Print an answer: title, table, notes. A table that is too wide becomes a paragraph per row."""
    screen = console(stream)
    ticks = marks(stream)
    screen.print(printable(sentence(answer.title, answer.facts, translate)), style="bold")
    if answer.columns:
        heads = [
            _head(column, translate) if screen.is_terminal else translate(column.title) for column in answer.columns
        ]
        body = [_texts(row, answer.columns, translate, ticks) for row in answer.rows]
        totals = [
            [printable(translate(str(label))), *_texts(rest, answer.columns[1:], translate, ticks)]
            for label, *rest in answer.totals
        ]
        if _least_width(heads, body + totals, answer.columns) > screen.width:
            _flow(screen, heads, body + totals)
        else:
            _tabulate(screen, heads, body, totals, answer.columns)
    for note in answer.notes:
        screen.print(printable(sentence(note, answer.facts, translate)), style="dim")


def _texts(row: Sequence[Cell], columns: Sequence[Column], translate: Translate, ticks: tuple[str, str]) -> list[str]:
    return [cell_text(cell, column, translate, ticks) for cell, column in zip(row, columns, strict=True)]


def _head(column: Column, translate: Translate) -> str:
    """A column's title, with a number's unit on its own line to keep the column narrow."""
    title = translate(column.title)
    return title.replace(" (", "\n(").replace("（", "\n（") if column.kind in _NUMERIC else title


def _width(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, text.split("\n")))


def _least_width(heads: list[str], rows: list[list[str]], columns: Sequence[Column]) -> int:
    """The minimum width of a table: numbers whole, texts wrapped."""
    least = len(columns) - 1
    for i, (head, column) in enumerate(zip(heads, columns, strict=True)):
        widest = max([_width(head), *(_width(row[i]) for row in rows)])
        least += min(widest, _folded_at(column))
    return least


def _folded_at(column: Column) -> int:
    """How narrow a column may become by wrapping its cells; numbers are never wrapped."""
    if column.kind in _NUMERIC:
        return PIPE_WIDTH
    return MESSAGE_WIDTH_MIN if column.kind == "message" else TEXT_WIDTH_MIN


def _tabulate(
    screen: Console, heads: list[str], body: list[list[str]], totals: list[list[str]], columns: Sequence[Column]
) -> None:
    from rich import box
    from rich.table import Table

    terminal = screen.is_terminal
    table = Table(
        box=box.SIMPLE_HEAD if terminal else None,
        padding=0 if terminal else (0, 1),
        pad_edge=False,
        show_edge=False,
        header_style="bold",
    )
    for i, (head, column) in enumerate(zip(heads, columns, strict=True)):
        numeric = column.kind in _NUMERIC
        widest = max([_width(head), *(_width(row[i]) for row in body + totals)])
        table.add_column(
            head,
            justify="right" if numeric else "left",
            no_wrap=numeric,
            overflow="fold",
            min_width=min(widest, _folded_at(column)),
        )
    for row in body:
        table.add_row(*row)
    table.add_section()
    for row in totals:
        table.add_row(*row, style="bold")
    screen.print(table)


def _flow(screen: Console, heads: list[str], rows: list[list[str]]) -> None:
    for row in rows:
        parts = (f"{head.replace(chr(10), ' ')} {text}" for head, text in zip(heads, row, strict=True) if text)
        screen.print(" · ".join(parts))
