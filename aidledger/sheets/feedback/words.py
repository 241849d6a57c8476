"""The texts of feedback: problems in the school's language, and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from aidledger.domain.outgoing import xml_text
from aidledger.domain.place import Place

AUTHOR = "aidledger"
_CELL_LETTERS_MAX = 32_767
_SENTENCE_ENDS = ("。", "！", "？")
_GRAVITY = ("error", "conflict", "warning")


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem in the school's language: what is wrong at a place, and what to do."""

    severity: str
    code: str
    place: Place
    message: str
    hint: str

    @property
    def text(self) -> str:
        """Message and hint together."""
        between = "" if self.message.endswith(_SENTENCE_ENDS) else " "
        return f"{self.message}{between}{self.hint}"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels around the problems, in the school's language; ``title`` and ``column`` as in column.py.

    ``codes``: the names of problem codes, where the language has any.
    """

    sheet: str
    title: str
    column: str
    headers: tuple[str, ...]
    severities: Mapping[str, str]
    note: str
    codes: Mapping[str, str] = field(default_factory=dict)


def gravest(remarks: Sequence[Remark]) -> str:
    """The gravest severity among remarks."""
    return min((remark.severity for remark in remarks), key=_GRAVITY.index)


def texts_of(remarks: Sequence[Remark]) -> list[str]:
    """The distinct texts of remarks."""
    return list(dict.fromkeys(remark.text for remark in remarks))


def writable(text: str) -> str:
    """A text cut to what a cell can hold."""
    return xml_text(text)[:_CELL_LETTERS_MAX]


def width_of(text: str) -> int:
    """The width of a line in digits; a Chinese character counts as two."""
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)
