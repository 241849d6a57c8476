"""The people of an office and their roles."""

from __future__ import annotations

from dataclasses import dataclass

from aidledger.domain.role import Role, same_name
from aidledger.errors import LastReviewer, NobodyOfThatName, NotNamed, OtherRole
from aidledger.operations import passwords
from aidledger.store.chain import actors as store
from aidledger.store.chain.actors import RoleAssignment
from aidledger.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class RoleAssignments:
    """Everybody with a role, oldest first; if empty, everybody may do everything."""

    named: list[RoleAssignment]

    @property
    def reviewed(self) -> bool:
        """Whether there is a reviewer, who may release payments and assign roles."""
        return any(one.role == "reviewer" for one in self.named)


def actors(ledger: Ledger) -> RoleAssignments:
    """People and roles; anybody may read them, to see whom to turn to after a refusal."""
    with ledger.reading("open") as books:
        return RoleAssignments(list(store.named(books).values()))


def may_assign(ledger: Ledger) -> bool:
    """Whether the actor may assign roles."""
    try:
        with ledger.reading("name"):
            return True
    except (NotNamed, OtherRole):
        return False


def name(ledger: Ledger, actor: str, role: Role) -> RoleAssignments:
    """Assign or change a role; nothing is recorded if nothing changes. Raises LastReviewer."""
    with ledger.writing("name") as books:
        known = store.named(books)
        before = known.get(same_name(actor))
        if before is None or before.role != role:
            if role != "reviewer":
                _require_another_reviewer(known, actor)
            store.name(books, ledger.moment(), ledger.actor, " ".join(actor.split()), role)
        return RoleAssignments(list(store.named(books).values()))


def dismiss(ledger: Ledger, actor: str) -> RoleAssignments:
    """Remove somebody's role and password. Raises NobodyOfThatName, LastReviewer, SideDataUnreadable."""
    with ledger.writing("name") as books:
        known = store.named(books)
        if same_name(actor) not in known:
            raise NobodyOfThatName(actor=actor)
        _require_another_reviewer(known, actor)
        store.dismiss(books, ledger.moment(), ledger.actor, known[same_name(actor)].actor)
        left = RoleAssignments(list(store.named(books).values()))
    # Without a role nobody signs in; a password that stayed would be in force again with the next role.
    passwords.accounts_of(ledger).remove(actor)
    return left


def _require_another_reviewer(known: dict[str, RoleAssignment], actor: str) -> None:
    """Refuse to remove the last reviewer, because only reviewers assign roles; raises LastReviewer."""
    left = [one for key, one in known.items() if key != same_name(actor)]
    before = known.get(same_name(actor))
    if before is not None and before.role == "reviewer" and all(one.role != "reviewer" for one in left):
        raise LastReviewer(actor=before.actor)
