"""Hardship categories as lists word them (教财〔2018〕16号)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aidledger.domain.layout import fold
from aidledger.domain.listing import HARDSHIP_CATEGORIES

# A county system writes a code, followed by the year of the code list: 16（2018）.
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
    """The value of a text: an exact match in ``table``, else the longest word of ``table`` in it."""
    folded = fold(text)
    return table.get(folded) or next((value for word, value in table.items() if len(word) > 1 and word in folded), None)


def categories_in(text: str, table: Mapping[str, str]) -> set[str]:
    """The categories in a cell; a part that no word matches is ``other-hardship``."""
    return {_coded(part) or worded(part, table) or OTHER for part in _SEPARATORS.split(text) if part}


def _coded(part: str) -> str | None:
    found = _CODED.fullmatch(fold(part))
    return _CODES.get(int(found[1]), OTHER) if found else None
