"""Number formats: the text that they display. ``0.00"万元"`` displays 10 as 10.00万元, ``0"00"`` as 1000.

A clerk checks what the sheet displays, so that is what is read. Plain formats (0.00, #,##0, ¥, dates), which nearly all
cells have, are only detected here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

__all__ = ["BUILT_IN", "EXACT_NUMBERS_LIMIT", "decimals_of", "formatted", "formatted_text", "is_odd", "shows_otherwise"]

# Number formats that a workbook refers to by id alone. Currencies (5 to 8, 42, 44) depend on the locale, here China.
# Excel's comma style is 43, or 41 without decimals.
BUILT_IN: Mapping[int, str] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "¥#,##0;¥-#,##0",
    6: "¥#,##0;[Red]¥-#,##0",
    7: "¥#,##0.00;¥-#,##0.00",
    8: "¥#,##0.00;[Red]¥-#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0;-#,##0",
    38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
    48: "##0.0E+0",
}
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|(?P<space>[_*].)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/通用格式|Standard)|(?P<exponent>E[+-]?(?=[0#?]))|(?P<sign>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)", re.ASCII)
_NUMERALS = re.compile(r"DBNum([1-3])", re.IGNORECASE)
_DIGITS = {"1": "〇一二三四五六七八九", "2": "零壹贰叁肆伍陆柒捌玖", "3": "０１２３４５６７８９"}
_POWERS = {"1": ("", "十", "百", "千"), "2": ("", "拾", "佰", "仟")}
_COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": Decimal.__le__,
    ">=": Decimal.__ge__,
    "<>": Decimal.__ne__,
    "=": Decimal.__eq__,
    "<": Decimal.__lt__,
    ">": Decimal.__gt__,
}
_DATE_SIGNS, _CALENDAR_SIGNS = frozenset("dmyhs"), frozenset("aegb")
_PLAIN_SIGNS = frozenset(" \xa0+¥￥")
_NEGATIVE_SIGNS = frozenset("-()")
# Rounding errors of formulas; a format that drops more than this drops digits.
_NOISE = Decimal("0.000001")
_GENERAL_DIGITS = 15
EXACT_NUMBERS_LIMIT = 10**_GENERAL_DIGITS  # from here on a float may have lost digits
_DECIMALS_MAX, _PERCENTS_MAX, _DIVIDED_MAX = 8, 2, 3  # more are never used
_REMEMBERED = 10_000
_AMOUNT_DECIMALS = 2
_CLASSES_LIMIT = 100  # no grade has as many classes
_NUMERIC_SECTIONS, _SECTIONS = 3, 4
_MYRIAD, _MYRIAD_SQUARED = 10_000, 100_000_000

Kind = Literal[
    "digit", "dot", "comma", "percent", "literal", "general", "text", "exponent", "slash", "date", "calendar"
]
_LITERAL = frozenset(("literal", "date", "calendar"))
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys("0#?", "digit"),
    **dict.fromkeys(_DATE_SIGNS, "date"),
    **dict.fromkeys(_CALENDAR_SIGNS, "calendar"),
    ".": "dot",
    ",": "comma",
    "%": "percent",
    "@": "text",
    "/": "slash",
}


@dataclass(slots=True)
class _FormatSection:
    """One of the sections of a format separated by ``;``, for positive numbers, negative ones, 0 or text."""

    tokens: list[tuple[Kind, str]] = field(default_factory=list)
    condition: tuple[str, Decimal] | None = None
    numerals: str = ""

    def has(self, *kinds: Kind) -> bool:
        return any(kind in kinds for kind, _ in self.tokens)

    @property
    def literals(self) -> str:
        return "".join(sign for kind, sign in self.tokens if kind in _LITERAL)


@lru_cache(_REMEMBERED)
def is_odd(code: str) -> bool:
    """Whether a format may display anything but the number itself: words, extra digits, a part of it, nothing."""
    sections = _sections(code)
    if any(_is_of_days(section) for section in sections):
        return False
    numeric, text = _by_use(sections)
    if any(section.condition for section in sections) or (text is not None and not _shows_text_alone(text)):
        return True
    return any(not _is_plain(section, at) for at, section in enumerate(numeric))


@lru_cache(_REMEMBERED)
def decimals_of(code: str) -> int | None:
    """The fixed number of decimals of a plain format; None where it is not fixed, or the format not plain."""
    first = _sections(code)[0]
    if is_odd(code) or not first.has("digit") or first.has("general", "date"):
        return None
    return len(_placeholders(first)[1])


def shows_otherwise(code: str, number: float) -> bool:
    """Whether a format with fixed decimals changes the meaning of a number.

    It does where it drops 角 or 分, and where it pads what may be no amount: class 1.10 is stored as 1.1.
    """
    decimals = decimals_of(code)
    if decimals is None or float(number).is_integer():
        return False
    if decimals < _AMOUNT_DECIMALS:
        return abs(round(number, decimals) - number) > _NOISE
    return abs(number) < _CLASSES_LIMIT and round(number, 1) == number


@lru_cache(_REMEMBERED)
def formatted(code: str, number: float) -> str | None:
    """The text that a format displays for a number; None where it is unknown, or drops digits.

    White space for alignment is left out, and so is a decimal point without decimals.
    """
    value = Decimal(repr(number))
    if not (value.is_finite() and abs(value) < EXACT_NUMBERS_LIMIT):
        return None
    section, minus = _chosen(_by_use(_sections(code))[0], value)
    if section is None:
        return None
    text = _filled(section, abs(value))
    return None if text is None else f"{'-' if minus and text else ''}{text}".strip()


def formatted_text(code: str, text: str) -> str:
    """The text that a format displays for a text."""
    section = _by_use(_sections(code))[1]
    if section is None:
        return text
    return "".join(text if kind == "text" else sign for kind, sign in section.tokens if kind in {"text", *_LITERAL})


# --- parsing ---------------------------------------------------------------------------------------------------------


@lru_cache(_REMEMBERED)
def _sections(code: str) -> tuple[_FormatSection, ...]:
    sections = [_FormatSection()]
    for match in _TOKEN.finditer(code):
        if match["sign"] == ";":
            sections.append(_FormatSection())
        else:
            _add(sections[-1], match)
    return tuple(sections)


def _add(section: _FormatSection, match: re.Match[str]) -> None:
    """Add one token to a section."""
    literal = match["quoted"] if match["quoted"] is not None else match["escaped"]
    if literal is not None:
        section.tokens += [("literal", sign) for sign in literal]
    elif match["bracket"] is not None:
        _add_bracket(section, match["bracket"])
    elif match["general"]:
        section.tokens.append(("general", ""))
    elif match["exponent"]:
        section.tokens.append(("exponent", ""))
    elif match["sign"]:
        sign = match["sign"]
        section.tokens.append((_KINDS.get(sign.lower(), "literal"), sign))


def _add_bracket(section: _FormatSection, inside: str) -> None:
    """Add a currency, condition, numeral system or elapsed time; colours and locales display nothing."""
    condition, numerals = _CONDITION.fullmatch(inside.strip()), _NUMERALS.fullmatch(inside)
    if inside.startswith("$"):
        section.tokens += [("literal", sign) for sign in inside[1:].rpartition("-")[0] or inside[1:].partition("-")[0]]
    elif condition:
        section.condition = condition[1], Decimal(condition[2])
    elif numerals:
        section.numerals = numerals[1]
    elif inside and set(inside.lower()) <= _DATE_SIGNS:
        section.tokens.append(("date", inside))


def _by_use(sections: Sequence[_FormatSection]) -> tuple[Sequence[_FormatSection], _FormatSection | None]:
    """The sections for numbers, and the one for text, if any."""
    if len(sections) >= _SECTIONS:
        return sections[:_NUMERIC_SECTIONS], sections[_NUMERIC_SECTIONS]
    last = sections[-1]
    if not last.has("text"):
        return sections, None
    return (sections[:-1] or sections), last


# --- plain formats ---------------------------------------------------------------------------------------------------


def _is_of_days(section: _FormatSection) -> bool:
    """Whether a section displays a date or time: it has letters of these but, unlike HK$0, no digit placeholders."""
    if _placeholders(section)[0] or section.has("general"):
        return False
    return section.has("date") or (section.has("calendar") and not section.has("digit"))


def _shows_text_alone(section: _FormatSection) -> bool:
    return section.has("text") and not section.literals.strip()


def _is_plain(section: _FormatSection, at: int) -> bool:
    """Whether a section without a condition (for positive numbers, negative ones, 0) displays only the number."""
    if section.numerals or section.has("percent", "exponent", "slash"):
        return False
    if at == _NUMERIC_SECTIONS - 1 and not set(section.literals) - _PLAIN_SIGNS - _NEGATIVE_SIGNS:
        return True  # 0 may be displayed as a dash or nothing
    signs = set(section.literals) - _PLAIN_SIGNS
    if signs and (at == 0 or signs - _NEGATIVE_SIGNS):
        return False
    return section.has("general", "text") or _is_plain_number(section)


def _is_plain_number(section: _FormatSection) -> bool:
    whole, _ = _placeholders(section)
    kinds = [kind for kind, _ in section.tokens]
    if "digit" not in kinds:
        return False
    inner = kinds[kinds.index("digit") : len(kinds) - kinds[::-1].index("digit")]
    return whole.count("0") <= 1 and "literal" not in inner and _thousands(section)[1] == 0


def _placeholders(section: _FormatSection) -> tuple[str, str]:
    """The digit placeholders before and after the decimal point."""
    whole, decimals = "", ""
    behind = False
    for kind, sign in section.tokens:
        behind |= kind == "dot"
        if kind == "digit" and behind:
            decimals += sign
        elif kind == "digit":
            whole += sign
    return whole, decimals


def _thousands(section: _FormatSection) -> tuple[bool, int]:
    """Whether commas group thousands, and how many times the number is divided by 1000."""
    tokens = [kind for kind, _ in section.tokens]
    last = max((i for i, kind in enumerate(tokens) if kind == "digit"), default=-1)
    dot = tokens.index("dot") if "dot" in tokens else len(tokens)
    grouped, divided = False, 0
    for i, kind in enumerate(tokens):
        if kind != "comma":
            continue
        if any(other == "digit" for other in tokens[i:dot]):
            grouped = True
        elif last >= 0:
            divided += 1
    return grouped, divided


# --- showing ---------------------------------------------------------------------------------------------------------


def _chosen(sections: Sequence[_FormatSection], value: Decimal) -> tuple[_FormatSection | None, bool]:
    """The section for a number, and whether a minus sign is added to it."""
    if not any(section.condition for section in sections):
        if len(sections) > 1 and value < 0:
            return sections[1], False
        if len(sections) == _NUMERIC_SECTIONS and value == 0:
            return sections[2], False
        return sections[0], value < 0
    for at, section in enumerate(sections):
        if _meets(section, value, at, last=at == len(sections) - 1):
            # Programs differ in when they display the minus sign of a conditional section.
            return (None if value < 0 else section), False
    return None, False


def _meets(section: _FormatSection, value: Decimal, at: int, *, last: bool) -> bool:
    if section.condition is not None:
        compared, limit = section.condition
        return _COMPARED[compared](value, limit)
    return at > 0 and (last or value < 0) if at else value > 0


def _filled(section: _FormatSection, value: Decimal) -> str | None:
    """The text of a section for a number without its sign; None where it is unknown or drops digits."""
    if section.has("general", "text"):
        general = _in_numerals(section.numerals, _general(value))
        if general is None:
            return None
        return "".join(general if kind in {"general", "text"} else sign for kind, sign in section.tokens)
    if not section.has("digit"):
        return section.literals + "".join(sign for kind, sign in section.tokens if kind == "percent")
    if section.has("exponent"):
        return _by_powers(section, value)
    if section.has("slash") and _is_fraction(section):
        return f"{int(value)}" if value == int(value) and section.tokens[0][0] == "digit" else None
    return _digits(section, value)


def _general(value: Decimal) -> str:
    text = f"{value:.{_GENERAL_DIGITS}g}" if value else "0"
    text = f"{Decimal(text):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_fraction(section: _FormatSection) -> bool:
    kinds = [kind for kind, _ in section.tokens]
    at = kinds.index("slash")
    return kinds[at - 1 : at] == ["digit"] and kinds[at + 1 : at + 2] in (["digit"], ["literal"])


def _by_powers(section: _FormatSection, value: Decimal) -> str | None:
    """The plain number behind 1.00E+03, where that displays all digits."""
    behind = False
    decimals = 0
    for kind, _ in section.tokens:
        if kind == "exponent":
            break
        behind |= kind == "dot"
        decimals += behind and kind == "digit"
    exact = Decimal(f"{value:.{decimals}E}") == value
    return _general(value) if exact and not section.literals.strip() else None


def _digits(section: _FormatSection, value: Decimal) -> str | None:
    whole_places, decimal_places = _placeholders(section)
    grouped, divided = _thousands(section)
    percents = sum(kind == "percent" for kind, _ in section.tokens)
    if len(decimal_places) > _DECIMALS_MAX or percents > _PERCENTS_MAX or divided > _DIVIDED_MAX:
        return None
    factor = Decimal(100) ** percents / Decimal(1000) ** divided
    rounded = (value * factor).quantize(Decimal(1).scaleb(-len(decimal_places)), ROUND_HALF_UP)
    if abs(rounded / factor - value) > _NOISE:
        return None
    whole, _, decimals = f"{rounded:f}".partition(".")
    figures = _whole_figures(whole.lstrip("0"), whole_places, grouped=grouped)
    figures += _decimal_figures(decimals, decimal_places)
    return _numbered(section.numerals, "".join(_laid_out(section, iter(figures))))


def _whole_figures(digits: str, places: str, *, grouped: bool) -> list[str]:
    """The text at each placeholder before the point: digit and comma; the first takes all excess digits."""
    width = max(len(digits), len(places))
    signs = []
    for at, digit in enumerate(digits.rjust(width)):
        place = places[max(0, at - (width - len(places)))] if places else "#"
        figure = digit if digit != " " else "0" if place == "0" else ""
        comma = grouped and figure and (width - at) % 3 == 1 and at < width - 1
        signs.append(f"{figure}," if comma else figure)
    extra = len(digits) - len(places)
    return ["".join(signs[: extra + 1]), *signs[extra + 1 :]] if extra > 0 and places else signs if places else []


def _decimal_figures(digits: str, places: str) -> list[str]:
    """The text at each placeholder after the point; trailing zeros only where the format requires them."""
    figures = list(digits[: len(places)])
    for at in range(len(places) - 1, -1, -1):
        if places[at] == "0" or figures[at] != "0":
            break
        figures[at] = ""
    return figures


def _laid_out(section: _FormatSection, figures: Iterator[str]) -> Iterator[str]:
    places = sum(kind == "digit" for kind, _ in section.tokens)
    decimals = list(figures)
    at = 0
    for kind, sign in section.tokens:
        if kind == "digit" and at < places:
            yield decimals[at]
            at += 1
        elif kind == "dot":
            if any(decimals[at:]):
                yield "."
        elif kind in _LITERAL or kind in {"percent", "slash"}:
            yield sign


# --- Chinese numerals ------------------------------------------------------------------------------------------------


def _numbered(numerals: str, text: str) -> str:
    """A number in another numeral system, digit by digit."""
    return text.translate(str.maketrans("0123456789", _DIGITS[numerals])) if numerals else text


def _in_numerals(numerals: str, text: str) -> str | None:
    """A number in Chinese numerals: 壹仟贰佰; None where it is too large or no integer."""
    if numerals not in _POWERS:
        return _numbered(numerals, text)
    if not text.isdigit() or int(text) >= _MYRIAD_SQUARED:
        return None
    high, low = divmod(int(text), _MYRIAD)
    zero = _DIGITS[numerals][0]
    words = f"{_below_myriad(high, numerals)}万" if high else ""
    if high and low and low < _MYRIAD // 10:
        words += zero
    return words + _below_myriad(low, numerals) or zero


def _below_myriad(number: int, numerals: str) -> str:
    words, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            words += (_DIGITS[numerals][0] if gap and words else "") + _DIGITS[numerals][digit]
            words += _POWERS[numerals][power]
        gap = not digit
    return words
