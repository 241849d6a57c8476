"""Languages: English is the source, ``zh_CN`` a complete translation. The language is an argument, never a global."""

from __future__ import annotations

import gettext
import locale
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]
Translate = Callable[[str], str]
DOMAIN = "aidledger"
FOLDER = Path(__file__).parent / "locale"
_CATALOGUES = {"en": ["en"], "zh": ["zh_CN"]}


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for "extract, translate later"
    """Mark a message for translation; it is translated on output."""
    return message


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of AIDLEDGER_LANG, else of the locale."""
    tag = environment.get("AIDLEDGER_LANG") or ""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        tag = tag or environment.get(name) or ""
    if not tag and os.name == "nt":
        tag = locale.getlocale()[0] or ""
    return "zh" if tag.lower().startswith(("zh", "chinese")) else "en"


@cache
def translator(language: Language) -> Translate:
    """From English messages to those of a language."""
    return gettext.translation(DOMAIN, FOLDER, _CATALOGUES[language], fallback=True).gettext
