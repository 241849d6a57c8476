"""Our errors as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from aidledger.errors import AidLedgerError
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.presentation.printable import harmless, sentences

# Facts to translate. A reason may come from the operating system and be in the reader's language already.
_WORDS = frozenset({"reason", "role", "deed", "state"})


def error_text(error: AidLedgerError, remedies: Mapping[type[AidLedgerError], str], language: Language) -> str:
    """What happened and the remedy, in one line without control characters or full numbers.

    ``remedies``: how to act in the interface at hand, by class of error.
    """
    translate = translator(language)
    facts = facts_text(error.facts, translate)
    remedy = translate(remedies[type(error)]) if type(error) in remedies else ""
    message = translate(error.template())
    return harmless(sentences(message.format(**facts), remedy.format(**facts), language=language))


def facts_text(facts: Mapping[str, object], translate: Translate) -> dict[str, object]:
    """Facts with their words in the reader's language."""
    return {name: _fact(name, fact, translate) for name, fact in facts.items()}


def _fact(name: str, fact: object, translate: Translate) -> object:
    if isinstance(fact, tuple):
        return translate(N_(", ")).join(map(translate, fact))
    return translate(str(fact)) if name in _WORDS and fact else fact
