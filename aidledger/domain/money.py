"""Money: integer 分 inside, 元 and 万元 only as text at the rim, never float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000


def yuan_to_fen(yuan: Decimal) -> int:
    """The amount in 分.

    Raises ValueError where ``yuan`` is not a finite number of whole 分.
    """
    if not yuan.is_finite():
        raise ValueError(yuan)
    fen = yuan * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(yuan)
    return int(fen)


def parse_yuan(text: str) -> int:
    """The 分 of a plain decimal text in 元; raises ValueError where it is none."""
    try:
        return yuan_to_fen(Decimal(text))
    except InvalidOperation:
        raise ValueError(text) from None


def yuan_text(amount_fen: int) -> str:
    """元 with two decimals, as in JSON: ``"312.50"``."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    return f"{sign}{yuan}.{fen:02d}"


def grouped_yuan(amount_fen: int) -> str:
    """元 as people read it: ``"1,312.50"``."""
    return f"{Decimal(yuan_text(amount_fen)):,}"


def wan_text(amount_fen: int) -> str:
    """万元, exact and without trailing zeros, as reports print it: ``"583.574"``, ``"51"``."""
    sign = "-" if amount_fen < 0 else ""
    wan, rest = divmod(abs(amount_fen), FEN_PER_WAN)
    return f"{sign}{wan}.{rest:06d}".rstrip("0").rstrip(".")


def wan_to_fen(text: str) -> int:
    """The 分 of a printed 万元 figure; raises ValueError where it is none."""
    try:
        return yuan_to_fen(Decimal(text) * 10_000)
    except InvalidOperation:
        raise ValueError(text) from None


def wan_decimals(text: str) -> int:
    """How many decimals a figure was printed with."""
    return len(text.partition(".")[2])


def wan_rounded(amount_fen: int, decimals: int) -> str:
    """万元, rounded half up to as many decimals as a report printed."""
    step = FEN_PER_WAN // 10**decimals
    rounded = (abs(amount_fen) + step // 2) // step * step
    sign = "-" if amount_fen < 0 and rounded else ""
    text = f"{rounded // FEN_PER_WAN}.{rounded % FEN_PER_WAN:06d}"
    head, _, tail = text.partition(".")
    return f"{sign}{head}.{tail[:decimals]}" if decimals else f"{sign}{head}"
