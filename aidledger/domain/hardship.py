"""Categories of hardship as lists word them (教财〔2018〕16号)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aidledger.domain.layout import fold
from aidledger.domain.listing import HARDSHIP_CATEGORIES

# What a county's system writes instead of words: a code, and behind it the year of the list of codes: 16（2018）.
_CODED = re.compile(r"(\d{1,2})\((?:20\d\d)\)", re.ASCII)
_CODES: Mapping[int, str] = {
    1: "poverty-household",
    **dict.fromkeys((5, 6), "low-income"),
    **dict.fromkeys((7, 8), "destitute"),
    9: "disabled",
    10: "orphan",
    11: "martyr",
    16: "near-low-income",
}
_SEPARATORS = re.compile(r"[,,、;;/\s+和及]+")
OTHER = HARDSHIP_CATEGORIES[-1]


def worded(text: str, table: Mapping[str, str]) -> str | None:
    """The value that a text means: that of the word it is, else of the longest word in it."""
    folded = fold(text)
    return table.get(folded) or next((value for word, value in table.items() if len(word) > 1 and word in folded), None)


def categories_in(text: str, table: Mapping[str, str]) -> set[str]:
    """The categories that a cell names; a part that is not understood is another hardship."""
    return {_coded(part) or worded(part, table) or OTHER for part in _SEPARATORS.split(text) if part}


def _coded(part: str) -> str | None:
    found = _CODED.fullmatch(fold(part))
    return _CODES.get(int(found[1]), OTHER) if found else None
