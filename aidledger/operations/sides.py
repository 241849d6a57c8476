"""Where a ledger's inbox is; a module of its own, so that queries do not load the file readers."""

from __future__ import annotations

from aidledger.operations.opening import file_of
from aidledger.store.inbox import Inbox
from aidledger.store.kept import KeptAnswers
from aidledger.store.ledger import Ledger
from aidledger.store.side import side_path


def inbox_of(ledger: Ledger) -> Inbox:
    """Where the files for a ledger wait: beside its file, or for one on a server in its user's own folder."""
    return Inbox(side_path(file_of(ledger.place), ledger.place, "inbox"), ledger.secret)


def kept_of(ledger: Ledger) -> KeptAnswers:
    """Where answers of a ledger are kept: with its inbox."""
    box = inbox_of(ledger)
    return KeptAnswers(box.path, box.secret)
