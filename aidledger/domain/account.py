"""Bank cards and passbooks: what their numbers look like."""

from __future__ import annotations

import re

# A card has 16 or 19 digits, passbooks fewer; no published rule names one length.
ACCOUNT_LENGTHS = range(12, 20)


def is_account(number: str) -> bool:
    """Whether a number can be that of a card or a passbook."""
    return number.isascii() and number.isdigit() and len(number) in ACCOUNT_LENGTHS


def same_account(stated: str, known: str | None) -> bool:
    """Whether a card as a bank states it, perhaps with stars for some of its digits, can be one that is known."""
    if known is None or "*" not in stated:
        return stated == known
    shown = re.split(r"\*+", stated)
    return len(known) >= sum(map(len, shown)) and known.startswith(shown[0]) and known.endswith(shown[-1])
