"""Visible characters: a reason or name made of white space and invisible characters counts as empty."""

from __future__ import annotations

import unicodedata

# Letters and marks by category, yet blank: Hangul fillers, Khmer inherent vowels, the empty Braille pattern.
_SHAPELESS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Letters, digits, punctuation, symbols; not combining marks alone.
_VISIBLE_CATEGORIES = frozenset("LNPS")


def says_something(text: str) -> bool:
    """Whether a text has any visible character."""
    return any(unicodedata.category(sign)[0] in _VISIBLE_CATEGORIES and sign not in _SHAPELESS for sign in text)


def without_unseen(text: str) -> str:
    """A text without its invisible characters."""
    return "".join(sign for sign in text if not _is_unseen(sign))


def is_text(text: str) -> bool:
    """Whether a text can be encoded as UTF-8: input in another encoding arrives with lone surrogates."""
    return not any(unicodedata.category(sign) == "Cs" for sign in text)


def _is_unseen(sign: str) -> bool:
    return (
        unicodedata.category(sign) == "Cf" or sign in _SHAPELESS or "VARIATION SELECTOR" in unicodedata.name(sign, "")
    )
