"""Bank lists without a header: names, card numbers and figures."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aidledger.sheets.formats.sheet import Cell
from aidledger.sheets.recognition.cells import text_of

_ROWS_SAMPLED = 100
_CARD, _FIGURE = re.compile(r"\d{12,19}", re.ASCII), re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)
_NAME = re.compile(r"[㐀-鿿𠀀-𳿿·]{2,25}")


def is_bank_list(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether most rows hold a name, a card number and another figure."""
    filled = [row for row in rows[:_ROWS_SAMPLED] if any(cell != "" for cell in row)]
    return sum(map(_is_payment, filled)) * 2 > len(filled)


def _is_payment(row: Sequence[Cell]) -> bool:
    texts = [text_of(cell) for cell in row if cell != ""]
    others = [text for text in texts if not _CARD.fullmatch(text)]
    return len(others) < len(texts) and any(map(_FIGURE.fullmatch, others)) and any(map(_NAME.fullmatch, others))
