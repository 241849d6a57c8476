"""A secret: the key of an encrypted ledger or of its seals. It is never displayed and never leaves the process."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import NoReturn

PASSPHRASE_MIN = 12
RAW_BYTES = 32
_RAW = re.compile(rf"[0-9a-fA-F]{{{2 * RAW_BYTES}}}")


@dataclass(frozen=True, slots=True)
class Secret:
    """A passphrase, or a 32-byte key as 64 hexadecimal digits. Its repr does not reveal it."""

    text: str = field(repr=False)

    @property
    def raw(self) -> bytes | None:
        """The 32 bytes of a key; None for a passphrase."""
        return bytes.fromhex(self.text) if _RAW.fullmatch(self.text) else None

    def __reduce__(self) -> NoReturn:
        """Refuse pickling, so that no worker process ever receives a secret."""
        raise TypeError

    @classmethod
    def random(cls) -> Secret:
        """Generate a 32-byte key."""
        return cls(secrets.token_hex(RAW_BYTES))
