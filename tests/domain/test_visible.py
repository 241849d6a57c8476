"""A text of blanks and signs without a shape says nothing."""

from __future__ import annotations

import pytest

from aidledger.domain.role import same_name
from aidledger.domain.visible import is_text, says_something, without_unseen

UNSEEN = [
    "",
    " ",
    "\t\r\n",
    "\N{IDEOGRAPHIC SPACE}\N{NO-BREAK SPACE}",
    "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH JOINER}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{SOFT HYPHEN}",
    "\x00\x07\x1b\x7f\x85",
    "\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}\N{HANGUL CHOSEONG FILLER}\N{BRAILLE PATTERN BLANK}",
    "\N{VARIATION SELECTOR-1}\N{COMBINING ACUTE ACCENT}",
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}",
    "\ue000\ud800",
]


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_nothing_can_be_seen(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("text", ["王", " x ", "1", "?", "\N{ZERO WIDTH SPACE}王", "ǖ", "¥", "𠮷"])
def test_something_can_be_seen(text: str) -> None:
    assert says_something(text)


def test_what_cannot_be_seen_makes_no_other_person() -> None:
    for name in (
        "王\N{ZERO WIDTH SPACE}芳",
        "\N{RIGHT-TO-LEFT MARK}王芳",
        "王芳\N{HANGUL FILLER}",
        "王芳\N{VARIATION SELECTOR-17}",
    ):
        assert same_name(name) == same_name("王芳"), ascii(name)
        assert without_unseen(name) == "王芳"
    assert same_name("王 芳") != same_name("王芳")


def test_halves_of_signs_are_no_text() -> None:
    assert is_text("王\n\N{ZERO WIDTH SPACE}")
    assert not is_text("wang\udcff")
