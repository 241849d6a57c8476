"""Text that a terminal shows and never obeys: names of people, sheets and files are what strangers wrote.

Whatever moves a cursor, sets a title, rings, or turns the direction of writing around is shown as a mark instead:
control characters of ASCII and beyond (C1), marks of direction, line separators, halves of characters.
"""

from __future__ import annotations

import unicodedata

from aidledger.domain.identity import masked_words
from aidledger.i18n import Language

_SHOWN = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """One line of text without what a terminal would obey; a line break, too, is a mark."""
    if text.isprintable():
        return text
    return text.translate({ord(sign): _SHOWN for sign in set(text) if not _is_harmless(sign)})


def harmless(text: str) -> str:
    """A message that repeats what somebody typed: no more than can be shown, and no full number."""
    return printable(masked_words(text))


def sentences(*texts: str, language: Language) -> str:
    """The sentences that are not empty, one behind another."""
    return (" " if language == "en" else "").join(filter(None, texts))


def printable_lines(text: str) -> str:
    """The same of text in several lines."""
    return "\n".join(map(printable, text.replace("\r\n", "\n").split("\n")))


def escaped(json_text: str) -> str:
    """JSON that says the same, with such characters as its own escapes: json.dumps leaves those beyond ASCII."""
    signs = {ord(sign): _escape(sign) for sign in set(json_text) if sign != "\n" and not _is_harmless(sign)}
    return json_text.translate(signs) if signs else json_text


def _is_harmless(sign: str) -> bool:
    # Python calls no blank printable but that of ASCII; 　 stands in many a name of a school or a file.
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def _escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
