"""Numbers of bank cards and passbooks."""

from __future__ import annotations

import re

# A card has 16 or 19 digits, passbooks fewer; no published rule names one length.
ACCOUNT_LENGTHS = range(12, 20)


def is_account(number: str) -> bool:
    """Whether a number has the form of a card or passbook number."""
    return number.isascii() and number.isdigit() and len(number) in ACCOUNT_LENGTHS


def same_account(stated: str, known: str | None) -> bool:
    """Whether a card number from a bank, which may mask digits with asterisks, matches a number on record."""
    if known is None or "*" not in stated:
        return stated == known
    runs = re.split(r"\*+", stated)
    return len(known) >= sum(map(len, runs)) and known.startswith(runs[0]) and known.endswith(runs[-1])
