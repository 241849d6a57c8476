"""Conversion of a cell to a value: text, ID number, amount, date. Never guesses."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeGuard, cast

from aidledger.domain.money import FEN_PER_YUAN
from aidledger.sheets.formats.sheet import Cell
from aidledger.sheets.recognition.capitals import capital_fen
from aidledger.sheets.recognition.marks import AROUND_NUMBERS, INVISIBLE, NARROW, TURNING, escaped
from aidledger.sheets.recognition.units import WRITTEN, YUAN, Unit, written

# Excel stores 15 significant digits of a number and replaces the rest by zeros.
KEPT_DIGITS = 15
EXACT_DIGITS_LIMIT = 10**KEPT_DIGITS
# A billion 元: more than any district pays, yet the sum of any file fits into 64 bits.
AMOUNT_MAX_FEN = 10**11
_BLANKS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "n/a"})
_QUOTES = "'\"`‘’“”´＇＂"
_DOTS = str.maketrans(dict.fromkeys("•・．∙⋅‧・.｡", "·"))
# 80 GBK characters (FE50 to FEA0) were first mapped to private-use code points, which fonts and files still use.
_GBK_PRIVATE = {
    0xE815 + at: bytes((0xFE, second)).decode("gb18030")
    for at, second in enumerate([*range(0x50, 0x7F), *range(0x80, 0xA1)])
}
# For these the codec (GB 18030-2005) still yields private-use code points; Unicode 4.1 and later encode them.
_GBK_PRIVATE |= dict(
    zip(
        (
            0xE816,
            0xE817,
            0xE818,
            0xE81E,
            0xE826,
            0xE82B,
            0xE82C,
            0xE831,
            0xE832,
            0xE83B,
            0xE843,
            0xE854,
            0xE855,
            0xE864,
        ),
        "\U00020087\U00020089\U000200cc\u9fb4\u9fb5\u9fb6\u9fb7\U000215d7\u9fb8\U0002298f\u9fb9\u9fba\U000241fe\u9fbb",
        strict=True,
    )
)
_PRIVATE = "Co"  # private use: only a font defines the character; some names contain one
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2}", re.ASCII)
_OPENING, _CLOSING = "'\"`‘“´", "'\"`’”´"
# Thousands separators: commas or no-break spaces. Any other space may separate two numbers, except before a group that
# no number starts with: 1 000.
_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY)? *:? *¥? *(?P<figure>-?"
    r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:[\u00a0\u2009\u202f][0-9]{3}|[ ]0[0-9]{2})+)(?:\.[0-9]+)?)"
    rf" *(?P<unit>{WRITTEN})? *整? *(?:人民币)?",
    re.ASCII,
)
# What a column of yes and no says for yes, folded.
YES = frozenset({"是", "√", "✓", "y", "yes", "1", "有"})
_NOT_DIGITS = re.compile(r"[^0-9.-]", re.ASCII)
_LONGEST_AMOUNT = 40
_DATE = re.compile(r"([0-9]{4})[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2}))?日?月?(?:[ T].*)?", re.ASCII)
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?", re.ASCII)
_EXCEL_EPOCH, _EXCEL_EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_SERIALS = range(1_000, 80_000)
# Formulas leave rounding errors in the last bits; a real third decimal is a thousand times larger.
_NOISE_YUAN = Decimal("0.000001")


def text_of(value: Cell) -> str:
    """The text of a cell, stripped, without invisible characters; integers without ``.0``."""
    if isinstance(value, str):
        if value.isalnum():
            return value
        return TURNING.sub("", value.translate(INVISIBLE)).strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def is_blank(text: str) -> bool:
    """Whether a text means an empty cell: nothing, dashes, 无."""
    return not text or unicodedata.normalize("NFKC", text).strip().lower() in _BLANKS


def optional_text(value: Cell) -> str | None:
    """The text of a cell; None where it is blank."""
    text = text_of(value)
    return None if is_blank(text) else text


def name_of(value: Cell) -> str:
    """A person's name normalised: no spaces within a Chinese name, ``·`` for every middle dot.

    Compatibility ideographs (郎 as U+F92C) and private-use characters of GBK (䶮 as U+E863) become the standard ones.
    """
    if isinstance(value, str) and value.isalpha() and unicodedata.is_normalized("NFC", value):
        return "" if value.lower() in _BLANKS else value
    text = unicodedata.normalize("NFC", text_of(value).translate(_GBK_PRIVATE))
    if is_blank(text):
        return ""
    text = " ".join(text.translate(_DOTS).replace("　", " ").split())
    return text.replace(" ", "") if any(ord(sign) >= 0x2E80 for sign in text) else text  # noqa: PLR2004 - CJK begins


def is_name(text: str) -> bool:
    """Whether a text contains a letter or Chinese character, unlike 123, ？ or ***."""
    return text.isalpha() or any(sign.isalpha() or unicodedata.category(sign) == _PRIVATE for sign in text)


def number_of(value: Cell) -> tuple[str, bool]:
    """An ID, card or student number without separators, and whether the cell has lost digits of it."""
    if isinstance(value, str):
        if value.isascii() and value.isalnum():
            return value.upper(), False
        text = value.translate(INVISIBLE).translate(NARROW).upper()
        text = "".join(sign for sign in text if not sign.isspace() and sign not in _QUOTES)
        text = text.removeprefix("=")
        if _SCIENTIFIC.fullmatch(text):
            return text, True
        return ("", False) if is_blank(text) else (text, False)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value), False
    if not abs(value) < EXACT_DIGITS_LIMIT:
        return (str(int(value)) if math.isfinite(value) else str(value)), True
    return text_of(value), False


def are_bare_numbers(cells: Sequence[Cell]) -> TypeGuard[Sequence[str]]:
    """Whether ``number_of`` would return every cell of a column unchanged: a fast check that most columns pass."""
    try:
        joined = "".join(cast("Sequence[str]", cells))
    except TypeError:
        return False
    return joined.isascii() and joined.isalnum() and joined == joined.upper()


class AmountNotUnderstood(ValueError):
    """The cell holds no amount in whole 分."""


def fen_of(value: Cell, unit: Unit | None = None) -> int | None:
    """Parse an amount into 分; None where the cell is blank. ``unit``: the column's, 元 where it names none.

    Raises AmountNotUnderstood for anything else rather than return 0, and where cell and column differ in unit.
    """
    amount = _amount_of(value)
    if amount is None:
        return None
    figure, own_unit = amount
    used_unit = own_unit or unit or YUAN
    if used_unit.fen is None or (own_unit and unit and own_unit.fen != unit.fen):
        raise AmountNotUnderstood(text_of(value))
    fen = figure * used_unit.fen
    if abs(fen) > AMOUNT_MAX_FEN:
        raise AmountNotUnderstood(text_of(value))
    whole = fen.to_integral_value()
    if abs(fen - whole) > _NOISE_YUAN * FEN_PER_YUAN:
        raise AmountNotUnderstood(text_of(value))
    return int(whole)


def _amount_of(value: Cell) -> tuple[Decimal, Unit | None] | None:
    """The figure in a cell and the unit that the cell itself names; None where it is blank."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise AmountNotUnderstood(str(value))
    if not isinstance(value, str):
        number = Decimal(repr(value))
        if not number.is_finite() or abs(number) >= EXACT_DIGITS_LIMIT:
            raise AmountNotUnderstood(str(value))
        return number, None
    if TURNING.search(value):
        raise AmountNotUnderstood(escaped(value))
    # NARROW turns the full-width space into a plain one; a no-break space stays, as a thousands separator.
    text = _unquoted(value.translate(AROUND_NUMBERS).translate(NARROW).strip())
    if is_blank(text):
        return None
    match = _AMOUNT.fullmatch(text.upper()) if len(text) <= _LONGEST_AMOUNT else None
    if match:
        return Decimal(_NOT_DIGITS.sub("", match["figure"])), written(match["unit"]) if match["unit"] else None
    in_capitals = capital_fen("".join(text.removeprefix("人民币").removeprefix(":").split()))
    if in_capitals is None:
        raise AmountNotUnderstood(text_of(value))
    return Decimal(in_capitals) / FEN_PER_YUAN, YUAN


def _unquoted(text: str) -> str:
    """A text without surrounding quotes, or the leading apostrophe by which Excel marks digits as text."""
    inner = text.lstrip(_OPENING).rstrip(_CLOSING).strip()
    return inner or text


def date_of(value: Cell, *, date_1904: bool = False) -> str | None:
    """A date as ``2009-03-17``, a month as ``2009-03``; None where the cell holds neither.

    ``date_1904``: the workbook uses the 1904 date system, as old Macs do. dateutil.parser would guess: it reads
    2009.3 as a time and 03/04 in either order.
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = unicodedata.normalize("NFKC", text_of(value)).strip()
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if match:
        return _iso(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
    if isinstance(value, int | float) and not isinstance(value, bool) and _SERIALS.start <= value < _SERIALS.stop:
        return ((_EXCEL_EPOCH_1904 if date_1904 else _EXCEL_EPOCH) + timedelta(days=int(value))).isoformat()
    return None


def _iso(year: int, month: int, day: int | None) -> str | None:
    try:
        iso = date(year, month, day or 1).isoformat()
    except ValueError:
        return None
    return iso if day else iso[:7]


def year_of(value: Cell) -> int | None:
    """The year in ``2020``, ``2020级``, ``2020年9月`` or a date; None without one."""
    if isinstance(value, date):
        return value.year
    match = re.match(r"((?:19|20)[0-9]{2})(?![0-9]{5})", unicodedata.normalize("NFKC", text_of(value)))
    return int(match[1]) if match else None
