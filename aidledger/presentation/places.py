"""Warnings about a ledger's location, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.identity import masked_words
from aidledger.i18n import N_, Translate

if TYPE_CHECKING:
    from aidledger.store.database.places import Doubt

_DOUBTS = {
    "network-drive": N_(
        "Warning: the ledger is on a network drive ({what}). Two machines writing at once can corrupt it. Keep it "
        "on a local disk, or use PostgreSQL for several machines."
    ),
    "synced-folder": N_(
        "Warning: the ledger is in {what}, a folder that is synchronised to other machines. Half-written copies are "
        "not valid ledgers, and personal data leaves this machine. Move it to a folder that is not synchronised."
    ),
    "open-folder": N_(
        "Warning: others can write to the folder {what} and replace the ledger. Keep the ledger in a folder of your "
        "own, or remove their write permission: chmod go-w."
    ),
}


def doubt_text(doubt: Doubt, translate: Translate) -> str:
    """The warning, and what to do about it."""
    return masked_words(translate(_DOUBTS[doubt.kind]).format(what=doubt.what))
