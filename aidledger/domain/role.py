"""Roles: what an office's people may do once the office has named them, and who is refused what."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from aidledger.domain.visible import without_unseen
from aidledger.errors import NotNamed, OtherRole
from aidledger.i18n import N_

Role = Literal["clerk", "reviewer", "auditor", "school"]
ROLES: tuple[Role, ...] = get_args(Role)
# What a command does with a ledger. ``open``: what shows nobody, such as its version, its digests, who is named.
Action = Literal[
    "open", "read", "check", "import", "reverse", "export", "announce", "release", "decide", "name", "reveal",
    "forget", "copy", "restore", "upgrade", "rekey", "seal",
]  # fmt: skip


class LoginName(str):
    """Who acts where nobody says who does: the login name of this computer, for ledgers whose server knows none."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do something, and the words for it in a refusal."""

    words: str
    roles: tuple[Role, ...]


# The one table of who may do what; docs/postgresql.md says the same in SQL. Who makes does not check: no role that
# imports releases, and none that releases imports.
PERMISSIONS: Mapping[Action, Permission] = {
    "open": Permission(N_("open the ledger"), ROLES),
    "read": Permission(N_("read the ledger"), ("clerk", "reviewer", "auditor")),
    "check": Permission(N_("check files"), ("clerk", "school")),
    "import": Permission(N_("import files"), ("clerk",)),
    "reverse": Permission(N_("take batches back"), ("clerk",)),
    "export": Permission(N_("prepare payments"), ("clerk",)),
    "announce": Permission(N_("record notices"), ("clerk",)),
    "release": Permission(N_("release or withdraw payments"), ("reviewer",)),
    "decide": Permission(N_("decide findings"), ("reviewer",)),
    "name": Permission(N_("name people"), ("reviewer",)),
    "reveal": Permission(N_("see full numbers"), ("clerk", "reviewer")),
    "forget": Permission(N_("remove what is held of a person"), ("reviewer",)),
    "copy": Permission(N_("copy the ledger"), ("clerk", "reviewer")),
    "restore": Permission(N_("restore a backup"), ("reviewer",)),
    "upgrade": Permission(N_("upgrade the ledger"), ("clerk", "reviewer")),
    "rekey": Permission(N_("change the key of the ledger"), ("reviewer",)),
    "seal": Permission(N_("seal the ledger"), ("reviewer",)),
}


def same_name(actor: str) -> str:
    """What two ways of typing one name have in common: width, case, blanks and unseen signs are no other person."""
    return " ".join(unicodedata.normalize("NFKC", without_unseen(actor)).casefold().split())


def require(action: Action, actor: str, roles: Mapping[str, Role]) -> None:
    """Refuse an actor what the role of his is not for. ``roles``: of those who are named, by ``same_name``.

    While nobody is named everybody may do everything; while no reviewer is, anybody may name one, so that an office
    cannot lock itself out. Raises NotNamed, OtherRole.
    """
    if not roles or action == "open" or (action == "name" and "reviewer" not in roles.values()):
        return
    permission = PERMISSIONS[action]
    role = roles.get(same_name(actor))
    if role is None:
        raise NotNamed(actor=actor, deed=permission.words, roles=permission.roles)
    if role not in permission.roles:
        raise OtherRole(actor=actor, role=role, deed=permission.words, roles=permission.roles)
