"""The translation is complete and up to date, and says what the source says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message  # noqa: TC002 - as with ours: one place to see what is used

from aidledger.domain.problem import KINDS
from aidledger.i18n import FOLDER, translator
from tools.i18n import extraction

_PLACEHOLDER = re.compile(r"\{[^}]*\}|%\(\w+\)s")
_TO_TYPE = re.compile(r"`[^`]+`|--[a-z][a-z-]+|(?<!\S)-[a-z]\b")
_ASCII_PUNCTUATION = re.compile(r"[\u4e00-\u9fff][,;:?!.]")
# Click puts these words in when it is imported, whatever the language; the Chinese does without them.
_LEFT_OUT = re.compile(r"\{name\}(?= \{filename)|\{number_type\}")
_MAKE = "run `make messages`, then fill in what it lists"


def _chinese() -> list[Message]:
    return [message for message in extraction.read(extraction.TRANSLATION) if message.id]


def _source(message: Message) -> str:
    """The English; of a plural the form for several, which stands for all numbers in Chinese."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def _translated(message: Message) -> str:
    return message.string if isinstance(message.string, str) else "".join(message.string or ())


def test_no_message_of_the_code_is_missing_from_the_template() -> None:
    assert extraction.TEMPLATE.read_text(encoding="utf-8") == extraction.page(extraction.template()).decode(), _MAKE


def test_the_translation_has_the_messages_of_the_template_and_no_others() -> None:
    before = extraction.read(extraction.TRANSLATION)
    now = extraction.translation(extraction.template(), before)
    assert extraction.TRANSLATION.read_text(encoding="utf-8") == extraction.page(now).decode(), _MAKE


def test_a_second_extraction_changes_nothing() -> None:
    assert extraction.page(extraction.template()) == extraction.page(extraction.template())


def test_the_files_name_no_machine_no_day_and_nobody() -> None:
    for path in (extraction.TEMPLATE, extraction.TRANSLATION):
        text = path.read_text(encoding="utf-8")
        assert str(Path.home()) not in text
        assert str(FOLDER.parent) not in text
        assert not re.search(r"-Date:|Last-Translator|\w@\w", text)


def test_every_message_is_translated() -> None:
    assert [_source(message) for message in _chinese() if message.fuzzy or not _translated(message)] == []


def test_a_translation_has_the_placeholders_of_its_source() -> None:
    for message in _chinese():
        source, translated = _source(message), _translated(message)
        assert set(_PLACEHOLDER.findall(translated)) == set(_PLACEHOLDER.findall(_LEFT_OUT.sub("", source))), source


def test_options_and_commands_are_left_as_they_are_typed() -> None:
    for message in _chinese():
        source, translated = _source(message), _translated(message)
        assert set(_TO_TYPE.findall(source)) == set(_TO_TYPE.findall(translated)), source


def test_chinese_sentences_have_chinese_punctuation() -> None:
    for message in _chinese():
        # Click puts a half-width colon behind the other headings of a help page.
        if message.id != "Usage:":
            assert not _ASCII_PUNCTUATION.search(_translated(message)), _translated(message)


@pytest.mark.parametrize("code", KINDS)
def test_what_is_wrong_and_what_to_do_are_whole_sentences(code: str) -> None:
    chinese = translator("zh")
    assert chinese(KINDS[code].message).endswith("。")
    assert chinese(KINDS[code].hint).endswith("。")


def test_the_compiled_translation_is_up_to_date() -> None:
    now = extraction.translation(extraction.template(), extraction.read(extraction.TRANSLATION))
    assert extraction.COMPILED.read_bytes() == extraction.compiled(now), _MAKE


def test_the_program_speaks_the_compiled_translation() -> None:
    assert translator("zh")("Person-times") == "人次"
    assert translator("en")("Person-times") == "Person-times"
