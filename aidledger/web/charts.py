"""Bars drawn on the server: they print, and each leads where its figure leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aidledger.domain.table import Answer
from aidledger.i18n import Translate
from aidledger.presentation.cells import cell_text
from aidledger.web.links import link

_TICKS = ("✓", "✗")
_LABELS = frozenset({"text", "word", "code", "period"})


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, its figure as text, its length in hundredths of the longest, and where it leads."""

    label: str
    figure: str
    length: float
    href: str | None


def bars_of(answer: Answer, translate: Translate) -> Sequence[Bar]:
    """A bar for each row of a table that has a label and money; none for a single row, or where the amounts are nil."""
    labels = [i for i, column in enumerate(answer.columns) if column.kind in _LABELS]
    money = next((i for i, column in enumerate(answer.columns) if column.kind == "yuan"), None)
    if money is None or not labels:
        return []
    amounts = [int(row[money] or 0) for row in answer.rows]
    longest = max(amounts, default=0)
    if len(amounts) < 2 or longest <= 0:  # noqa: PLR2004 - one bar compares nothing
        return []
    column = answer.columns[money]
    return [
        Bar(
            label=" · ".join(filter(None, (cell_text(row[i], answer.columns[i], translate, _TICKS) for i in labels))),
            figure=cell_text(row[money], column, translate, _TICKS),
            length=round(100 * max(0, amount) / longest, 2),
            href=link(answer, line, column, row[money]),
        )
        for line, (row, amount) in enumerate(zip(answer.rows, amounts, strict=True))
    ]
