"""Roles: who may take which action once the office has assigned roles."""

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
# What somebody does to a ledger. ``open`` reveals nothing about pupils: version, digests, people and their roles.
Action = Literal[
    "open", "read", "check", "import", "reverse", "export", "announce", "release", "decide", "name", "office",
    "reveal", "forget", "copy", "restore", "upgrade", "rekey", "seal",
]  # fmt: skip


class LoginName(str):
    """The login name on this computer: the default actor of a ledger whose database has no user names."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """The roles that may take an action, and the phrase for it in a refusal."""

    words: str
    roles: tuple[Role, ...]


# The single table of permissions; docs/postgresql.md grants the same in SQL. Separation of duties: no role may both
# import and release.
PERMISSIONS: Mapping[Action, Permission] = {
    "open": Permission(N_("open the ledger"), ROLES),
    "read": Permission(N_("read the ledger"), ("clerk", "reviewer", "auditor")),
    "check": Permission(N_("check files"), ("clerk", "school")),
    "import": Permission(N_("import files"), ("clerk",)),
    "reverse": Permission(N_("reverse batches"), ("clerk",)),
    "export": Permission(N_("prepare payments"), ("clerk",)),
    "announce": Permission(N_("record notices"), ("clerk",)),
    "release": Permission(N_("release or withdraw payments"), ("reviewer",)),
    "decide": Permission(N_("decide on findings"), ("reviewer",)),
    "name": Permission(N_("assign roles"), ("reviewer",)),
    "office": Permission(N_("change the office's settings"), ("reviewer",)),
    "reveal": Permission(N_("see full numbers"), ("clerk", "reviewer")),
    "forget": Permission(N_("remove a person's data"), ("reviewer",)),
    "copy": Permission(N_("copy the ledger"), ("clerk", "reviewer")),
    "restore": Permission(N_("restore a backup"), ("reviewer",)),
    "upgrade": Permission(N_("upgrade the ledger"), ("clerk", "reviewer")),
    "rekey": Permission(N_("change the key of the ledger"), ("reviewer",)),
    "seal": Permission(N_("seal the ledger"), ("reviewer",)),
}


def same_name(actor: str) -> str:
    """A name normalised for comparison: width, case, white space and invisible characters make no difference."""
    return " ".join(unicodedata.normalize("NFKC", without_unseen(actor)).casefold().split())


def require(action: Action, actor: str, roles: Mapping[str, Role]) -> None:
    """Check that an actor's role permits an action; raises NotNamed, OtherRole. ``roles`` are keyed by ``same_name``.

    Without any role assigned, everything is permitted; without a reviewer, anybody may assign roles, so that an office
    cannot lock itself out.
    """
    if not roles or action == "open" or (action == "name" and "reviewer" not in roles.values()):
        return
    permission = PERMISSIONS[action]
    role = roles.get(same_name(actor))
    if role is None:
        raise NotNamed(actor=actor, deed=permission.words, roles=permission.roles)
    if role not in permission.roles:
        raise OtherRole(actor=actor, role=role, deed=permission.words, roles=permission.roles)
