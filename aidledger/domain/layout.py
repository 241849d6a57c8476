"""The words by which columns, rows and values of a list are recognised."""

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
    "certified_on",
    "status",
    "change",
    "left_on",
    "changed_on",
    "major",
    "opera",
    "household",
    "relation",
    "entitlement",
    "disability_card",
    "persons",
    "places",
    "fee",
    "fee_item",
    "received_on",
    "receipt",
    "refunded",
    "refunded_on",
    "staff_name",
    "died_on",
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
    """A header or label normalised for comparison: NFKC, case-folded, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class Layout:
    """Folded words: of fields, of the pupil and other people, of money, of rows, of schools, of values.

    ``titles``: by kind of list, the words that titles use for it. ``values``: by group (sex, boarding, level, …), from
    word to value, longest word first.
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
        """A cheap hash, as layouts are few and key the caches of header cells."""
        return hash((self.closing, len(self.fields)))
