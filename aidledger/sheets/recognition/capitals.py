"""Amounts in capital numerals (大写): 壹万贰仟叁佰元整, 叁佰壹拾贰元伍角."""

from __future__ import annotations

import re

_DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"〇": 0, "貳": 2, "叄": 3, "陸": 6}
_TENS = {"拾": 10, "佰": 100, "仟": 1000, "十": 10, "百": 100, "千": 1000}
_WHOLE = r"[零〇壹贰貳叁叄肆伍陆陸柒捌玖拾佰仟萬万亿十百千]+"
_DIGIT = "[零〇壹贰貳叁叄肆伍陆陸柒捌玖]"
CAPITALS = re.compile(rf"(?P<yuan>{_WHOLE})[元圆](?:零?(?P<jiao>{_DIGIT})角)?(?:零?(?P<fen>{_DIGIT})分)?[整正]?")
_CAPITAL = re.compile("[壹贰貳叁叄肆伍陆陸柒捌玖]")
_MYRIAD, _MYRIADS = 10_000, 100_000_000


def capital_fen(text: str) -> int | None:
    """Parse an amount in capital numerals into 分; None where the text is none, or malformed."""
    match = CAPITALS.fullmatch(text)
    if match is None or not _CAPITAL.search(match["yuan"]):
        return None
    yuan = _whole(match["yuan"].replace("萬", "万"))
    if yuan is None:
        return None
    jiao, fen = _DIGITS[match["jiao"] or "零"], _DIGITS[match["fen"] or "零"]
    return yuan * 100 + jiao * 10 + fen


def _whole(text: str) -> int | None:
    """Parse an integer like 壹亿零贰拾万叁仟."""
    above, _, below = text.rpartition("亿")
    high, _, low = below.rpartition("万")
    parts = [_below_myriad(part) if part else 0 for part in (above, high, low)]
    if any(part is None for part in parts):
        return None
    yi, wan, rest = (part or 0 for part in parts)
    return yi * _MYRIADS + wan * _MYRIAD + rest


def _below_myriad(text: str) -> int | None:
    """Parse an integer like 叁仟零伍; None where its powers of ten do not descend (叁佰肆仟)."""
    total, last, digit = 0, _MYRIAD, None
    for sign in text:
        if sign in _DIGITS:
            if digit:
                return None  # two digits without a power between them
            digit = _DIGITS[sign]
            continue
        power = _TENS.get(sign)
        if power is None or power >= last or (digit is None and total):
            return None
        total, last, digit = total + (1 if digit is None else digit) * power, power, None
    return total + (digit or 0)
