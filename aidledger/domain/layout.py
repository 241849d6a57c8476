"""The words by which columns, lines and values of a list are recognised."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

FieldName = Literal[
    "serial",
    "name",
    "number",
    "document_type",
    "sex",
    "birth",
    "student_number",
    "account",
    "school",
    "level",
    "grade",
    "class",
    "boarding",
    "tier",
    "category",
    "entry_year",
    "guardian",
    "program",
    "term",
    "year",
    "month",
    "instalment",
    "amount",
    "amount_standard",
    "amount_due",
    "amount_paid",
    "sum",
    "recovered",
    "hardship_level",
    "status",
    "change",
    "left_on",
    "payee",
    "outcome",
    "reason",
    "paid_on",
    "serial_no",
    "document",
    "issued_on",
    "recovered_on",
    "recovery_reason",
    "unpaid_reason",
    "source",
    "central",
    "provincial",
    "city",
    "county",
]
FIELD_NAMES: tuple[str, ...] = get_args(FieldName)


def fold(text: str) -> str:
    """A header or label without what does not tell words apart: width, case, spaces, line breaks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class Layout:
    """Folded words: of fields, of the student and of other people, of money, of lines, of schools, of values.

    ``titles``: by kind of list, what its title calls it. ``values``: by group (sex, boarding, level, …) the words of
    each value, the longest first where a word may stand inside a longer text.
    """

    fields: Mapping[str, str]
    own: tuple[str, ...]
    others: tuple[str, ...]
    money_around: tuple[str, ...]
    money_nouns: tuple[str, ...]
    money_parts: tuple[str, ...]
    money_due: tuple[str, ...]
    money_paid: tuple[str, ...]
    total: tuple[str, ...]
    subtotal: tuple[str, ...]
    beside_totals: tuple[str, ...]
    closing: tuple[str, ...]
    summary: tuple[str, ...]
    school_labels: tuple[str, ...]
    school_kinds: tuple[str, ...]
    school_endings: tuple[str, ...]
    titles: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]]

    def __hash__(self) -> int:
        """Some of its words are enough: there is one layout, or a few, and what columns are called is remembered."""
        return hash((self.closing, len(self.fields)))
