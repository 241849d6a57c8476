"""Amounts as cheques write them."""

from __future__ import annotations

_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def in_capitals(fen: int) -> str:
    """An amount below 亿 in capitals: 壹万贰仟元整, 叁佰壹拾贰元伍角."""
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    high, low = divmod(yuan, 10_000)
    text = f"{_below_myriad(high)}万" if high else ""
    if high and low and low < 1_000:
        text += "零"
    text += (_below_myriad(low) or ("" if high else "零")) + "元"
    if not jiao and not rest:
        return f"{text}整"
    text += f"{_DIGITS[jiao]}角" if jiao else "零"
    return text + (f"{_DIGITS[rest]}分" if rest else "")


def _below_myriad(number: int) -> str:
    text = ""
    for power, name in ((1_000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = number // power % 10
        if digit:
            text += _DIGITS[digit] + name
        elif text and number % power and not text.endswith("零"):
            text += "零"
    return text
