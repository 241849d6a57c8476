"""Masks full ID and card numbers as the last step of output, by the kind of a column or key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aidledger.domain.identity import mask_account, mask_number, masked_source, masked_words
from aidledger.domain.table import Answer, Cell, Column, Kind, Question
from aidledger.i18n import N_

_HEAD = N_("Ledger head: {head}")
_MASKS: Mapping[Kind, Callable[[str], str | None]] = {
    "number": mask_number,
    "account": mask_account,
    "source": masked_source,
}
# The kind of what JSON keys and facts of these names hold.
_KINDS: Mapping[str, Kind] = {
    "number": "number",
    "also": "number",
    "student_number": "number",
    "account": "account",
    "value": "source",
}
# Hexadecimal digits, or a name that a command takes: never an ID or card number.
_NO_NUMBERS = frozenset({"id", "sha256", "digest", "head"})


def finished(answer: Answer, head: str | None = None, *, reveal: bool = False) -> Answer:
    """An answer ready for output: with the ledger's head below, and numbers masked unless revealed."""
    if head is not None:
        answer = replace(answer, notes=(*answer.notes, _HEAD), facts={**answer.facts, "head": head})
    return answer if reveal else masked(answer)


def masked(answer: Answer) -> Answer:
    """An answer without full numbers: in number columns, and in anything others wrote, such as file names."""
    return replace(
        answer,
        rows=[_masked_row(row, answer.columns) for row in answer.rows],
        totals=[_masked_row(row, answer.columns) for row in answer.totals],
        facts=masked_value(answer.facts),
        traces=[masked_words(trace) for trace in answer.traces],
        questions=[_masked_questions(questions) for questions in answer.questions],
    )


def _masked_questions(questions: Mapping[str, Question]) -> Mapping[str, Question]:
    return {key: replace(one, figure=masked_words(one.figure)) for key, one in questions.items()}


def _masked_row(row: Sequence[Cell], columns: Sequence[Column]) -> Sequence[Cell]:
    return [
        _MASKS.get(column.kind, masked_words)(cell) if isinstance(cell, str) and column.key not in _NO_NUMBERS else cell
        for cell, column in zip(row, columns, strict=True)
    ]


def masked_value(value: Any, kind: Kind = "text") -> Any:  # noqa: ANN401 - what JSON holds
    """A JSON value, or the facts of a sentence, without full numbers."""
    if isinstance(value, str):
        return _MASKS.get(kind, masked_words)(value)
    if isinstance(value, Mapping):
        return {
            key: one if key in _NO_NUMBERS else masked_value(one, _KINDS.get(key, "text")) for key, one in value.items()
        }
    return [masked_value(one, kind) for one in value] if isinstance(value, list | tuple) else value
