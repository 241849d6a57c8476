"""A number beside the text that a file says is shown for it: which of the two a cell is read as."""

from __future__ import annotations

import re
from decimal import Decimal

from aidledger.sheets.formats.number_formats import EXACT_NUMBERS_LIMIT

_FIGURES = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?", re.ASCII)
_ALONE = re.compile(r"[-+(]?\s*[¥￥]?\s*[-+]?[0-9][0-9,]*(?:\.[0-9]+)?\s*\)?", re.ASCII)
_POWERS = re.compile(r"[0-9]E[-+]?[0-9]", re.ASCII | re.IGNORECASE)
_IN_POWERS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?E[-+]?[0-9]{1,3}", re.ASCII | re.IGNORECASE)
_AMOUNTS_LIMIT = 10**9
_NOT_OF_THE_NUMBER = str.maketrans(dict.fromkeys("¥￥,() \xa0+"))
_NOISE, _FEN = Decimal("0.000001"), Decimal("0.01")
_CLASSES_LIMIT = 100  # 1.10 is a class, and held as 1.1


def displayed(held: float, text: str) -> float | str | None:
    """The number itself where that is what is shown, else what is shown; None where that leaves out some of it."""
    text = text.strip()
    number = Decimal(repr(held))
    exact = number.is_finite() and abs(number) < EXACT_NUMBERS_LIMIT  # else its loss of digits has to be seen
    if not exact or _POWERS.search(text):
        return held if not exact or _shows_enough(number, text) else None
    figures = _FIGURES.findall(text)
    if number == 0 and not figures:
        return held  # nothing, and often shown as that
    if not _ALONE.fullmatch(text):
        return text if len(figures) != 1 or _is_scaled(abs(number), _decimal(figures[0])) else None
    shown = _decimal(text)
    if abs(abs(shown) - abs(number)) <= _NOISE:
        return text if _is_filled_up(number, text) else held
    if "." in text and abs(abs(shown) - abs(number)) < _FEN and len(text.rpartition(".")[2]) > 1:
        return held  # more than two decimals: an amount asks for itself
    return text if _is_scaled(abs(number), abs(shown)) else None


def _shows_enough(number: Decimal, text: str) -> bool:
    """Whether powers of ten (2.021E+11) leave nothing out, or are what is shown of any number that is so long."""
    return abs(number) >= _AMOUNTS_LIMIT or bool(_IN_POWERS.fullmatch(text) and Decimal(text) == number)


def _decimal(text: str) -> Decimal:
    return Decimal(text.translate(_NOT_OF_THE_NUMBER))


def _is_filled_up(number: Decimal, text: str) -> bool:
    """Whether zeros are shown that may mean something: in front of a card's number, behind that of a class."""
    if text.isdigit():
        return text[0] == "0" and len(text) > 1
    return number != int(number) and abs(number) < _CLASSES_LIMIT and text[-1] == "0"


def _is_scaled(number: Decimal, shown: Decimal) -> bool:
    """Whether a number is shown with all of its digits: as it is, or times a power of ten."""
    if abs(number - shown) <= _NOISE:
        return True
    return bool(number and shown) and _digits(number) == _digits(shown)


def _digits(number: Decimal) -> str:
    return "".join(map(str, number.as_tuple().digits)).strip("0")
