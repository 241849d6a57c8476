"""What somebody may have meant who typed a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable

_CLOSE_MAX = 3
# Chinese names are short: of four characters, two in common are close.
_CLOSE_RATIO = 0.5


def closest(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that are most like what was typed, the likeliest first; none where nothing is like it."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where a name was not found

    return get_close_matches(wanted, list(names), n=_CLOSE_MAX, cutoff=_CLOSE_RATIO)


def close_text(wanted: str, names: Iterable[str]) -> str:
    """The same as a text: a dash where nothing is like it."""
    return ", ".join(closest(wanted, names)) or "—"
