"""Formats that store a number together with its display text: which of the two a cell is read as."""

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
_CLASSES_LIMIT = 100  # class 1.10 is stored as 1.1


def displayed(stored: float, text: str) -> float | str | None:
    """The stored number if the text displays it, else the text; None where the text omits digits of the number."""
    text = text.strip()
    number = Decimal(repr(stored))
    exact = number.is_finite() and abs(number) < EXACT_NUMBERS_LIMIT  # otherwise digits are lost, which is reported
    if not exact or _POWERS.search(text):
        return stored if not exact or _shows_enough(number, text) else None
    figures = _FIGURES.findall(text)
    if number == 0 and not figures:
        return stored  # 0 is often displayed as nothing
    if _ALONE.fullmatch(text):
        return _displayed_alone(stored, number, text)
    return text if len(figures) != 1 or _is_scaled(abs(number), _decimal(figures[0])) else None


def _displayed_alone(stored: float, number: Decimal, text: str) -> float | str | None:
    """The same for a text that is one number."""
    shown = _decimal(text)
    if abs(abs(shown) - abs(number)) <= _NOISE:
        return text if _is_padded(number, text) else stored
    if "." in text and abs(abs(shown) - abs(number)) < _FEN and len(text.rpartition(".")[2]) > 1:
        return stored  # rounded to two decimals or more: an amount is checked with all of its decimals
    return text if _is_scaled(abs(number), abs(shown)) else None


def _shows_enough(number: Decimal, text: str) -> bool:
    """Whether scientific notation (2.021E+11) is exact, or unavoidable for a number of this size."""
    return abs(number) >= _AMOUNTS_LIMIT or bool(_IN_POWERS.fullmatch(text) and Decimal(text) == number)


def _decimal(text: str) -> Decimal:
    return Decimal(text.translate(_NOT_OF_THE_NUMBER))


def _is_padded(number: Decimal, text: str) -> bool:
    """Whether the text has significant zeros: leading ones of a card number, trailing ones of a class (1.10)."""
    if text.isdigit():
        return text[0] == "0" and len(text) > 1
    return number != int(number) and abs(number) < _CLASSES_LIMIT and text[-1] == "0"


def _is_scaled(number: Decimal, shown: Decimal) -> bool:
    """Whether two numbers have the same digits, up to a power of ten."""
    if abs(number - shown) <= _NOISE:
        return True
    return bool(number and shown) and _digits(number) == _digits(shown)


def _digits(number: Decimal) -> str:
    return "".join(map(str, number.as_tuple().digits)).strip("0")
