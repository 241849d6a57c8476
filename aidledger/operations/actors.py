"""The people whom an office names, and as what."""

from __future__ import annotations

from dataclasses import dataclass

from aidledger.domain.role import Role, same_name
from aidledger.errors import LastReviewer, NobodyOfThatName
from aidledger.store.chain import actors as store
from aidledger.store.chain.actors import Named
from aidledger.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody who is named, in the order of naming; empty: everybody may do everything."""

    named: list[Named]

    @property
    def reviewed(self) -> bool:
        """Whether somebody is named who may release payments and name others."""
        return any(one.role == "reviewer" for one in self.named)


def actors(ledger: Ledger) -> Roll:
    """Who is named; anybody may ask, so that who is refused can see whom to turn to."""
    with ledger.reading("open") as books:
        return Roll(list(store.named(books).values()))


def name(ledger: Ledger, actor: str, role: Role) -> Roll:
    """Name somebody, or change as what; nothing is recorded where nothing changes. Raises LastReviewer."""
    with ledger.writing("name") as books:
        known = store.named(books)
        before = known.get(same_name(actor))
        if before is None or before.role != role:
            if role != "reviewer":
                _require_another_reviewer(known, actor)
            store.name(books, ledger.moment(), ledger.actor, " ".join(actor.split()), role)
        return Roll(list(store.named(books).values()))


def dismiss(ledger: Ledger, actor: str) -> Roll:
    """Take somebody off the list. Raises NobodyOfThatName, LastReviewer."""
    with ledger.writing("name") as books:
        known = store.named(books)
        if same_name(actor) not in known:
            raise NobodyOfThatName(actor=actor)
        _require_another_reviewer(known, actor)
        store.dismiss(books, ledger.moment(), ledger.actor, known[same_name(actor)].actor)
        return Roll(list(store.named(books).values()))


def _require_another_reviewer(known: dict[str, Named], actor: str) -> None:
    """Refuse to leave no reviewer, who alone can name one; raises LastReviewer."""
    left = [one for key, one in known.items() if key != same_name(actor)]
    before = known.get(same_name(actor))
    if before is not None and before.role == "reviewer" and all(one.role != "reviewer" for one in left):
        raise LastReviewer(actor=before.actor)
