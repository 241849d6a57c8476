"""Suggestions for a mistyped name; how a name sounds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

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


def sound_of(name: str) -> tuple[str, ...]:
    """How a Chinese name sounds: the pinyin of each sign, without tones."""
    return tuple(map(_sound_of_sign, name))


@cache
def _sound_of_sign(sign: str) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - loads a dictionary, and few need it

    return "".join(lazy_pinyin(sign))
