"""Names of schools."""

from __future__ import annotations

import unicodedata


def school_name(text: str) -> str:
    """A school's name normalised (NFKC, no white space), as the ledger stores and compares it."""
    return "".join(unicodedata.normalize("NFKC", text).split())
