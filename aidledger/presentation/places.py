"""Doubts about where a ledger lies, as sentences in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.identity import masked_words
from aidledger.i18n import N_, Translate

if TYPE_CHECKING:
    from aidledger.store.database.places import Doubt

_DOUBTS = {
    "network-drive": N_(
        "Warning: the ledger is on a network drive ({what}). Two machines that write at once can spoil it there. Keep "
        "it on a disk of this machine, or use PostgreSQL for several machines."
    ),
    "synced-folder": N_(
        "Warning: the ledger is in {what}, a folder that another program copies to other machines. Half-written copies "
        "are no ledgers, and the numbers in it leave this machine. Move it to a folder that is not copied."
    ),
    "open-folder": N_(
        "Warning: others may write to the folder {what}, and put another file in the ledger's place. Keep the ledger "
        "in a folder of your own, or take that right from them: chmod go-w."
    ),
}


def doubt_text(doubt: Doubt, translate: Translate) -> str:
    """What is doubtful, and what to do about it."""
    return masked_words(translate(_DOUBTS[doubt.kind]).format(what=doubt.what))
