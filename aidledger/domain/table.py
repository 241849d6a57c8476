"""Results as tables: the one shape that screen, CSV and workbook are rendered from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from aidledger.domain.term import CHINA, Period
from aidledger.i18n import Translate

Kind = Literal[
    "text", "message", "word", "code", "period", "time", "number", "account", "source", "count", "yuan", "wan", "mark"
]  # fmt: skip
Cell = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in CSV, its title in English (translated on output), and the kind of its cells.

    ``message`` cells are sentences, which want width; ``word`` cells are English words to translate, as are the labels
    of total rows; ``code`` cells are codes of rules and problems, which are shown with their names; ``period`` cells
    are codes of periods, or of two with a slash between; ``time`` cells are moments in UTC, shown in the time of China;
    ``number`` cells are numbers of documents, ``account`` cells of cards, ``source`` cells stand as they do in a
    school's file: all three are masked unless somebody asked for them in full; ``yuan`` and ``wan`` cells are 分;
    ``mark`` cells are whether all is well; ``count`` cells whole numbers. ``narrows``: what a figure in this column
    adds to its row's trace, empty if nothing; None where the column counts nothing of what stands behind its row.
    """

    key: str
    title: str
    kind: Kind = "text"
    narrows: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A query for what is behind a figure, in the notation that papers print (reports.figures).

    ``asks``: for its entries, for the claims that it adds up, for its allotments, or for the rows behind a difference
    of a comparison (``check``).
    """

    asks: Literal["entries", "claims", "difference", "allotments"]
    figure: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A table with a title, rows, total rows and notes; title and notes are English templates filled with ``facts``.

    ``traces``: what ``report entries`` is to be asked for the entries behind a row, for every row and total row;
    empty where rows are no sums of entries. Workbooks carry it. ``questions``: for the rows, by a column's key, what
    stands behind a figure that is not counted by its row's trace.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]] = ()
    notes: Sequence[str] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    traces: Sequence[str] = ()
    questions: Sequence[Mapping[str, Question]] = ()


def sentence(template: str, facts: Mapping[str, object], translate: Translate) -> str:
    """A title or note in the reader's language: periods as the reader calls them, several facts with commas between."""
    return translate(template).format(**{name: _fact(fact, translate) for name, fact in facts.items()})


def _fact(fact: object, translate: Translate) -> object:
    if isinstance(fact, Period):
        return fact.label(translate)
    return ", ".join(map(str, fact)) if isinstance(fact, list | tuple) else fact


def cell_words(cell: str, kind: Kind, translate: Translate) -> str:
    """The display text of a text cell, on screen or in a workbook."""
    if kind == "word":
        return translate(cell)
    if kind == "code":
        return named_code(cell, translate)
    if kind == "time":
        return time_text(cell)
    return period_text(cell, translate) if kind == "period" else cell


def named_code(code: str, translate: Translate) -> str:
    """A code after its name, where the reader's language has one."""
    name = translate(code)
    return code if name == code else f"{name}（{code}）"


def time_text(moment: str) -> str:
    """A timestamp of the ledger (UTC, ISO 8601) in China time, to the minute."""
    return datetime.fromisoformat(moment).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def period_text(codes: str, translate: Translate) -> str:
    """A ``period`` cell in the reader's language."""
    return " – ".join(Period.parse(code).label(translate) for code in codes.split("/"))
