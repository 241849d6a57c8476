"""Figures as a table of plain text that is Markdown at the same time."""

from __future__ import annotations

from collections.abc import Sequence

Row = tuple[str, ...]


def number(value: float | None) -> str:
    """Three digits or all that stand before the point; a dash where nothing was measured."""
    if value is None:
        return "-"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"


def verdict(value: float, limit: float) -> str:
    """``ok``, or by how much it is missed."""
    return "ok" if value <= limit else f"short by {(value / limit - 1) * 100:.0f} %"


def at_least(value: float, limit: float) -> str:
    """``ok``, or by how much it is missed, of a figure that should be no smaller."""
    return "ok" if value >= limit else f"short by {(1 - value / limit) * 100:.0f} %"


def text(header: Row, rows: Sequence[Row]) -> str:
    """Numbers to the right, first and last column to the left."""
    whole = [row + ("",) * (len(header) - len(row)) for row in rows]
    columns = zip(header, *whole, strict=True)
    widths = [max(len(cell) for cell in column if not cell.startswith("failed")) for column in columns]
    last = len(header) - 1

    def line(row: Row) -> str:
        cells = [
            cell.ljust(width) if i in {0, last} else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    rule = [f"{'-' * (width + 1)}{'-' if i in {0, last} else ':'}" for i, width in enumerate(widths)]
    return "\n".join([line(header), f"|{'|'.join(rule)}|", *map(line, whole)])
