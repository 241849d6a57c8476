"""Text that a terminal shows but never obeys: strangers wrote the names of people, sheets and files.

A replacement character stands for whatever moves the cursor, sets a title, rings, or reverses the text direction:
control characters (also C1), direction marks, line separators, lone surrogates.
"""

from __future__ import annotations

import unicodedata

from aidledger.domain.identity import masked_words
from aidledger.i18n import Language

_SHOWN = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """One line of text without control characters; a line break is replaced as well."""
    if text.isprintable():
        return text
    return text.translate({ord(sign): _SHOWN for sign in set(text) if not _is_harmless(sign)})


def harmless(text: str) -> str:
    """A message that repeats typed text, with control characters replaced and full numbers masked."""
    return printable(masked_words(text))


def sentences(*texts: str, language: Language) -> str:
    """The non-empty sentences, joined."""
    return (" " if language == "en" else "").join(filter(None, texts))


def printable_lines(text: str) -> str:
    """``printable`` for text of several lines."""
    return "\n".join(map(printable, text.replace("\r\n", "\n").split("\n")))


def escaped(json_text: str) -> str:
    """Equal JSON with such characters escaped: json.dumps leaves those beyond ASCII."""
    signs = {ord(sign): _escape(sign) for sign in set(json_text) if sign != "\n" and not _is_harmless(sign)}
    return json_text.translate(signs) if signs else json_text


def _is_harmless(sign: str) -> bool:
    # To Python, no space but ASCII's is printable, yet 　 is common in names of schools and files.
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def _escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
