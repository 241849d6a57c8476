"""Signs that can be seen: a reason, or a name, of blanks and signs without a shape says nothing."""

from __future__ import annotations

import unicodedata

# Letters and marks by their kind, and nothing to look at: fillers of Korean and Khmer, the blank of Braille.
_SHAPELESS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Letters, figures, punctuation, symbols; not marks alone, which stand on another sign.
_SEEN = frozenset("LNPS")


def says_something(text: str) -> bool:
    """Whether anything of a text can be seen."""
    return any(unicodedata.category(sign)[0] in _SEEN and sign not in _SHAPELESS for sign in text)


def without_unseen(text: str) -> str:
    """A text without the signs that have no shape and take no room: with them it looks the same."""
    return "".join(sign for sign in text if not _is_unseen(sign))


def is_text(text: str) -> bool:
    """Whether it can be written as UTF-8: what a terminal gives in another encoding holds halves of signs."""
    return not any(unicodedata.category(sign) == "Cs" for sign in text)


def _is_unseen(sign: str) -> bool:
    return (
        unicodedata.category(sign) == "Cf" or sign in _SHAPELESS or "VARIATION SELECTOR" in unicodedata.name(sign, "")
    )
