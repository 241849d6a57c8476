"""Roles: what an office's people may do once the office has named them, and who is refused what."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from aidledger.errors import NotNamed, OtherRole
from aidledger.i18n import N_

Role = Literal["clerk", "reviewer", "auditor", "school"]
ROLES: tuple[Role, ...] = get_args(Role)
# What a command does with a ledger. ``open``: what shows nobody, such as its version, its digests, who is named.
Deed = Literal[
    "open", "read", "check", "import", "reverse", "export", "announce", "release", "decide", "name", "reveal",
    "forget", "copy", "restore", "upgrade", "rekey", "seal",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Right:
    """Who may do something, and the words for it in a refusal."""

    words: str
    roles: tuple[Role, ...]


# The one table of who may do what; docs/postgresql.md says the same in SQL. Who makes does not check: no role that
# imports releases, and none that releases imports.
RIGHTS: Mapping[Deed, Right] = {
    "open": Right(N_("open the ledger"), ROLES),
    "read": Right(N_("read the ledger"), ("clerk", "reviewer", "auditor")),
    "check": Right(N_("check files"), ("clerk", "school")),
    "import": Right(N_("import files"), ("clerk",)),
    "reverse": Right(N_("take batches back"), ("clerk",)),
    "export": Right(N_("prepare payments"), ("clerk",)),
    "announce": Right(N_("record notices"), ("clerk",)),
    "release": Right(N_("release or withdraw payments"), ("reviewer",)),
    "decide": Right(N_("decide findings"), ("reviewer",)),
    "name": Right(N_("name people"), ("reviewer",)),
    "reveal": Right(N_("see full numbers"), ("clerk", "reviewer")),
    "forget": Right(N_("remove what is held of a person"), ("reviewer",)),
    "copy": Right(N_("copy the ledger"), ("clerk", "reviewer")),
    "restore": Right(N_("restore a backup"), ("reviewer",)),
    "upgrade": Right(N_("upgrade the ledger"), ("clerk", "reviewer")),
    "rekey": Right(N_("change the key of the ledger"), ("reviewer",)),
    "seal": Right(N_("seal the ledger"), ("reviewer",)),
}


def same_name(actor: str) -> str:
    """What two ways of typing one name have in common: width, case and blanks are no other person."""
    return " ".join(unicodedata.normalize("NFKC", actor).casefold().split())


def require(deed: Deed, actor: str, roles: Mapping[str, Role]) -> None:
    """Refuse an actor what the role of his is not for. ``roles``: of those who are named, by ``same_name``.

    While nobody is named everybody may do everything; while no reviewer is, anybody may name one, so that an office
    cannot lock itself out. Raises NotNamed, OtherRole.
    """
    if not roles or deed == "open" or (deed == "name" and "reviewer" not in roles.values()):
        return
    right = RIGHTS[deed]
    role = roles.get(same_name(actor))
    if role is None:
        raise NotNamed(actor=actor, deed=right.words, roles=right.roles)
    if role not in right.roles:
        raise OtherRole(actor=actor, role=role, deed=right.words, roles=right.roles)
