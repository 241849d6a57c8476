"""A secret: the key of an encrypted ledger, or of its seals. It is never shown, and never leaves the process."""

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
    """A passphrase, or 64 hexadecimal digits that are 32 bytes. Nothing that prints it prints what it is."""

    text: str = field(repr=False)

    @property
    def raw(self) -> bytes | None:
        """The 32 bytes; None: it is a passphrase."""
        return bytes.fromhex(self.text) if _RAW.fullmatch(self.text) else None

    def __reduce__(self) -> NoReturn:
        """No worker process is ever given a secret: what travels there is pickled."""
        raise TypeError

    @classmethod
    def random(cls) -> Secret:
        """A new one of 32 bytes."""
        return cls(secrets.token_hex(RAW_BYTES))
