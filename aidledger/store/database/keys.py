"""A ledger's secrets, fetched only when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aidledger.domain.secret import Secret


def _no_secret() -> Secret | None:
    return None


@dataclass(frozen=True, slots=True)
class Keys:
    """How to get the key of an encrypted file and the seal key; each returns None if there is none."""

    file: Callable[[], Secret | None] = _no_secret
    seal: Callable[[], Secret | None] = _no_secret


NO_KEYS = Keys()
