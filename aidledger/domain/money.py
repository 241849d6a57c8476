"""Money: integer 分 internally, 元 and 万元 only as text for input and output, never float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000


def yuan_to_fen(yuan: Decimal) -> int:
    """Convert 元 to 分; raises ValueError where the result is not a finite integer."""
    if not yuan.is_finite():
        raise ValueError(yuan)
    fen = yuan * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(yuan)
    return int(fen)


def parse_yuan(text: str) -> int:
    """Parse a plain decimal in 元 into 分; raises ValueError."""
    try:
        return yuan_to_fen(Decimal(text))
    except InvalidOperation:
        raise ValueError(text) from None


def yuan_text(amount_fen: int) -> str:
    """分 as 元 with two decimals, as in JSON: ``"312.50"``."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), FEN_PER_YUAN)
    return f"{sign}{yuan}.{fen:02d}"


def grouped_yuan(amount_fen: int) -> str:
    """分 as 元 with thousands separators: ``"1,312.50"``."""
    return f"{Decimal(yuan_text(amount_fen)):,}"


def wan_text(amount_fen: int) -> str:
    """分 as 万元, exact and without trailing zeros, as reports print it: ``"583.574"``, ``"51"``."""
    sign = "-" if amount_fen < 0 else ""
    wan, rest = divmod(abs(amount_fen), FEN_PER_WAN)
    return f"{sign}{wan}.{rest:06d}".rstrip("0").rstrip(".")


def wan_to_fen(text: str) -> int:
    """Parse a printed 万元 figure into 分; raises ValueError."""
    try:
        return yuan_to_fen(Decimal(text) * 10_000)
    except InvalidOperation:
        raise ValueError(text) from None


def wan_decimals(text: str) -> int:
    """Number of decimals a figure was printed with."""
    return len(text.partition(".")[2])


def wan_rounded(amount_fen: int, decimals: int) -> str:
    """分 as 万元, rounded half away from zero to a number of decimals."""
    step = FEN_PER_WAN // 10**decimals
    rounded = (abs(amount_fen) + step // 2) // step * step
    sign = "-" if amount_fen < 0 and rounded else ""
    text = f"{rounded // FEN_PER_WAN}.{rounded % FEN_PER_WAN:06d}"
    head, _, tail = text.partition(".")
    return f"{sign}{head}.{tail[:decimals]}" if decimals else f"{sign}{head}"
