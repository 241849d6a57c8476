"""Schools' names."""

from __future__ import annotations

import unicodedata


def school_name(text: str) -> str:
    """A school's name without spaces and full-width forms, as the ledger keeps and compares it."""
    return "".join(unicodedata.normalize("NFKC", text).split())
