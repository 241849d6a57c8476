"""How the two scripts tell columns and terms: by the words that these schools use, and no others."""

from __future__ import annotations

import re
from collections.abc import Sequence

NAME, NUMBER = re.compile("姓名"), re.compile("身份证|证件号|公民身份")
_MONEY = re.compile("金额|助学金|免学费|生活补助")
_OTHER_MONEY = frozenset({"应发金额"})
_PERIOD = re.compile(r"20\d\d(?:-autumn|-spring)?")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def header_row(rows: Sequence[Sequence[object]]) -> int:
    return next(i for i, row in enumerate(rows) if any(isinstance(cell, str) and NAME.search(cell) for cell in row))


def column(pattern: re.Pattern[str], header: Sequence[object]) -> int:
    return next(i for i, cell in enumerate(header) if isinstance(cell, str) and pattern.search(cell))


def money(header: Sequence[object]) -> list[int]:
    texts = [str(cell) for cell in header]
    return [i for i, text in enumerate(texts) if _MONEY.search(text) and text not in _OTHER_MONEY]


def period(sheet: str) -> str:
    """The term in a sheet's name."""
    found = _PERIOD.search(sheet)
    return found[0] if found else ""


def looks_right(number: str) -> bool:
    """The check digit of an ID number, as one writes it down from the standard."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]
