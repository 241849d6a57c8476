"""Parts of a term as somebody types them: codes, the words of lists, the words that we print."""

from __future__ import annotations

import pytest

from aidledger.domain.part import Part, part_text
from aidledger.errors import UnknownPart
from aidledger.i18n import translator
from aidledger.sheets.recognition.part_words import part_by_hand

CODES = ["2021-09", "2021-09/2021-10", "instalment-2", "back-payment", "top-up", "2021-12+instalment-1+back-payment"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_code_and_what_we_print_for_it_mean_the_same(code: str, language: str) -> None:
    assert part_by_hand(code) == Part.parse(code)
    assert part_by_hand(part_text(code, translator("zh" if language == "zh" else "en"))) == Part.parse(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9月", "09"),
        ("九月份", "09"),
        (" 2021年9月 ", "2021-09"),
        ("2021-9", "2021-09"),
        ("2021.9", "2021-09"),
        ("9-10月", "09/10"),
        ("9-12月", "09/12"),
        ("2021年9月 – 2021年10月", "2021-09/2021-10"),
        ("2021-9 – 2021-10", "2021-09/2021-10"),
        ("第一批", "instalment-1"),
        ("第2批", "instalment-2"),
        ("首批", "instalment-1"),
        ("1st", "instalment-1"),
        ("2nd instalment", "instalment-2"),
        ("Instalment 3", "instalment-3"),
        ("补发", "back-payment"),
        ("back payment", "back-payment"),
        ("补差", "top-up"),
        ("差额补发", "top-up"),
        ("Top-up", "top-up"),
        ("2021年9月, 补发", "2021-09+back-payment"),
        ("2021-9, back payment", "2021-09+back-payment"),
    ],
)
def test_a_part_may_be_worded(text: str, code: str) -> None:
    assert part_by_hand(text).code == code


@pytest.mark.parametrize("text", ["", "9", "2", "某月", "13月", "2021", "第一批和第二批", "9月中职助学金", "9月, 10月"])
def test_what_is_no_part_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnknownPart):
        part_by_hand(text)
