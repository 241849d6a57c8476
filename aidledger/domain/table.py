"""An answer as a table: the one shape from which screen, CSV and workbook are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aidledger.domain.term import Period
from aidledger.i18n import Translate

Kind = Literal["text", "word", "period", "count", "yuan", "wan", "mark"]
Cell = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in CSV, its title in English (translated at the rim), and what its cells are.

    ``word`` cells are English words to translate, as are the labels of total rows; ``period`` cells are codes of
    periods, or of two with a slash between; ``yuan`` and ``wan`` cells are 分;
    ``mark`` cells are whether all is well; ``count`` cells whole numbers.
    """

    key: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Answer:
    """A table with a title, its rows, its total rows, and notes; titles and notes are English templates of facts.

    ``traces``: what ``report explain`` is to be asked for the entries behind a row, for every row and total row;
    empty where rows are no sums of entries. Workbooks carry it.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]] = ()
    notes: Sequence[str] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    traces: Sequence[str] = ()


def sentence(template: str, facts: Mapping[str, object], translate: Translate) -> str:
    """A title or note in the reader's language; periods among the facts are called as the reader calls them."""
    said = {name: fact.said(translate) if isinstance(fact, Period) else fact for name, fact in facts.items()}
    return translate(template).format(**said)


def period_text(codes: str, translate: Translate) -> str:
    """A cell of periods in the reader's language."""
    return " – ".join(Period.parse(code).said(translate) for code in codes.split("/"))
