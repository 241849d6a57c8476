"""Our errors as sentences in the reader's language."""

from __future__ import annotations

from aidledger.errors import AidLedgerError
from aidledger.i18n import N_, Translate
from aidledger.presentation.printable import harmless

# Facts that are words of ours; a reason may be the operating system's, which is in the reader's language already.
_WORDS = frozenset({"reason", "role", "deed", "state"})


def error_text(error: AidLedgerError, translate: Translate) -> str:
    """What happened: one line, without control characters and full numbers."""
    facts = {name: _fact(name, fact, translate) for name, fact in error.facts.items()}
    return harmless(translate(error.template()).format(**facts))


def _fact(name: str, fact: object, translate: Translate) -> object:
    if isinstance(fact, tuple):
        return translate(N_(", ")).join(map(translate, fact))
    return translate(str(fact)) if name in _WORDS and fact else fact
