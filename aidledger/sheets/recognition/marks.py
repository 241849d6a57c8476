"""Invisible characters: those without effect, and those that change the direction of text."""

from __future__ import annotations

import re
from itertools import chain

# Control characters (some old .xls hold a NUL between letters), zero-width characters, variation selectors.
_WITHOUT_EFFECT = chain(
    range(0x20),
    range(0x7F, 0xA0),
    (0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x200E, 0x202A, 0x202C, 0x202D, 0x2066, 0x2068, 0x2069, 0x3164),
    range(0x180B, 0x1810),
    range(0x200B, 0x200E),
    range(0x2060, 0x2065),
    range(0x206A, 0x2070),
    range(0xFE00, 0xFE10),
    (0xFEFF, 0xFFA0),
    range(0xFFF9, 0xFFFC),
    range(0xE0000, 0xE0080),
    range(0xE0100, 0xE01F0),
)
# Right-to-left controls: digits after them may be displayed in another order than they are stored.
TURNING = re.compile("[\u061c\u200f\u202b\u202e\u2067]")
INVISIBLE: dict[int, str | None] = dict.fromkeys(_WITHOUT_EFFECT) | dict.fromkeys(map(ord, "\t\n\r"), " ")
# Within numbers a line break stays, as it may separate two of them.
AROUND_NUMBERS = INVISIBLE | dict.fromkeys(map(ord, "\n\r\v\f\u0085\u2028\u2029"), "\n")
# Full-width characters to ASCII; nothing else that resembles a digit (①, ², ½).
NARROW: dict[int, str] = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥"}


def escaped(text: str) -> str:
    """A text with its right-to-left controls written out: <U+202E>."""
    return TURNING.sub(lambda mark: f"<U+{ord(mark[0]):04X}>", text)


def turning_in(text: str) -> list[str]:
    """The distinct right-to-left controls of a text as code points: U+202E."""
    return [f"U+{ord(mark):04X}" for mark in dict.fromkeys(TURNING.findall(text))]
