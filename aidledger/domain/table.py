"""An answer as a table: the one shape from which screen, CSV and workbook are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "word", "count", "yuan", "wan", "mark"]
Cell = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in CSV, its title in English (translated at the rim), and what its cells are.

    ``word`` cells are English words to translate, as are the labels of total rows; ``yuan`` and ``wan`` cells are 分;
    ``mark`` cells are whether all is well; ``count`` cells whole numbers.
    """

    key: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Answer:
    """A table with a title, its rows, its total rows, and notes; titles and notes are English templates of facts."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]] = ()
    notes: Sequence[str] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
