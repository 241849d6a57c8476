"""An answer as a table: the one shape from which screen, CSV and workbook are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from aidledger.domain.identity import masked_words
from aidledger.domain.term import CHINA, Period
from aidledger.i18n import N_, Translate

Kind = Literal["text", "word", "code", "period", "time", "count", "yuan", "wan", "mark"]
Cell = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in CSV, its title in English (translated at the rim), and what its cells are.

    ``word`` cells are English words to translate, as are the labels of total rows; ``code`` cells are codes of rules
    and problems, which are shown with their names; ``period`` cells are codes of periods, or of two with a slash
    between; ``time`` cells are moments in UTC, shown in the time of China; ``yuan`` and ``wan`` cells are 分;
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


HEAD = N_("Ledger head: {head}")
# What is made of hexadecimal digits, or is a name that a command takes: no number of anybody.
_NO_NUMBERS = frozenset({"id", "sha256", "digest", "head"})


def with_head(answer: Answer, head: str) -> Answer:
    """An answer that says below which state of the ledger it is of."""
    return replace(answer, notes=(*answer.notes, HEAD), facts={**answer.facts, "head": head})


def masked(answer: Answer) -> Answer:
    """An answer without full numbers in what others wrote: names of files and sheets, headers, reasons, names."""
    shown = [column.key not in _NO_NUMBERS for column in answer.columns]
    return replace(
        answer,
        rows=[_masked_row(row, shown) for row in answer.rows],
        totals=[_masked_row(row, shown) for row in answer.totals],
        facts=masked_value(answer.facts),
        traces=[masked_words(trace) for trace in answer.traces],
    )


def _masked_row(row: Sequence[Cell], shown: Sequence[bool]) -> Sequence[Cell]:
    return [
        masked_words(cell) if isinstance(cell, str) and words else cell for cell, words in zip(row, shown, strict=True)
    ]


def masked_value(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    """The same of what is to become JSON."""
    if isinstance(value, str):
        return masked_words(value)
    if isinstance(value, Mapping):
        return {key: one if key in _NO_NUMBERS else masked_value(one) for key, one in value.items()}
    return [masked_value(one) for one in value] if isinstance(value, list | tuple) else value


def sentence(template: str, facts: Mapping[str, object], translate: Translate) -> str:
    """A title or note in the reader's language; periods among the facts are called as the reader calls them."""
    said = {name: fact.said(translate) if isinstance(fact, Period) else fact for name, fact in facts.items()}
    return translate(template).format(**said)


def cell_words(cell: str, kind: Kind, translate: Translate) -> str:
    """A text in a cell as a reader sees it, on a screen or in a workbook."""
    if kind == "word":
        return translate(cell)
    if kind == "code":
        return named_code(cell, translate)
    if kind == "time":
        return time_text(cell)
    return period_text(cell, translate) if kind == "period" else cell


def named_code(code: str, translate: Translate) -> str:
    """A code behind its name, where the reader's language has one."""
    name = translate(code)
    return code if name == code else f"{name}（{code}）"


def time_text(moment: str) -> str:
    """A moment of the ledger (UTC, ISO 8601) as a clock in China shows it, to the minute."""
    return datetime.fromisoformat(moment).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def period_text(codes: str, translate: Translate) -> str:
    """A cell of periods in the reader's language."""
    return " – ".join(Period.parse(code).said(translate) for code in codes.split("/"))
