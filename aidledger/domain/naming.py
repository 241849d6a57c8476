"""Suggestions for a mistyped name."""

from __future__ import annotations

from collections.abc import Iterable

_CLOSE_MAX = 3
# Low, because Chinese names are short: two of four characters in common are close.
_CLOSE_RATIO = 0.5


def closest(typed: str, names: Iterable[str]) -> list[str]:
    """Up to three names similar to the one typed, best match first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where a name was not found

    return get_close_matches(typed, list(names), n=_CLOSE_MAX, cutoff=_CLOSE_RATIO)


def close_text(typed: str, names: Iterable[str]) -> str:
    """The closest names joined by commas; a dash where there is none."""
    return ", ".join(closest(typed, names)) or "—"
