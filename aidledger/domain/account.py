"""Bank cards and passbooks: what their numbers look like."""

from __future__ import annotations

# A card has 16 or 19 digits, passbooks fewer; no published rule names one length.
ACCOUNT_LENGTHS = range(12, 20)


def is_account(number: str) -> bool:
    """Whether a number can be that of a card or a passbook."""
    return number.isascii() and number.isdigit() and len(number) in ACCOUNT_LENGTHS
