"""Pseudonyms for people: keyed digests, the same in every district that has the key."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from aidledger import private
from aidledger.domain.identity import mask_account, mask_number, masked_text
from aidledger.errors import LakeKeyOpen, LakeKeyUnusable
from aidledger.lake.layout import Made

Showing = Literal["digest", "masked", "full"]
_KEY = re.compile(rb"[0-9a-f]{64}\s*")
# Hexadecimal digits: 128 bits are unique for people and cards; names are only compared with others of one person.
_NUMBER, _CARD, _NAME = 32, 32, 16
# Enough to cache all people of a district.
_CACHE_SIZE = 1 << 18


def make_key(path: Path) -> None:
    """Write a new key to a file that only its owner can read; raises FileExists, CannotWrite."""
    private.put(path, f"{secrets.token_hex(32)}\n".encode("ascii"))


def read_key(path: Path) -> bytes:
    """The key in a file; raises LakeKeyUnusable, LakeKeyOpen."""
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise LakeKeyUnusable(path=path) from error
    if not _KEY.fullmatch(content):
        raise LakeKeyUnusable(path=path)
    # Windows has no such bits: there the folder's permissions count.
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise LakeKeyOpen(path=path)
    return bytes.fromhex(content.decode("ascii").strip())


class Pseudonyms:
    """How people, names and cards are written: as ``digest``, ``masked`` followed by the digest, or in ``full``."""

    def __init__(self, key: bytes, showing: Showing) -> None:
        self.key = key
        self.showing = showing
        self._cached_digest = lru_cache(_CACHE_SIZE)(self._digest)

    @property
    def fingerprint(self) -> str:
        """Identifies the key without revealing it."""
        return self._digest("key", "")[:16]

    def _digest(self, what: str, text: str) -> str:
        return hmac.digest(self.key, f"{what}\n{text}".encode(), "sha256").hex()

    def person(self, document_type: str, number: str) -> int:
        """The number for a person, of 63 bits, however people are written."""
        return int(self._cached_digest("person", f"{document_type}\n{number}")[:16], 16) >> 1

    def number(self, number: str) -> str:
        """An ID or other number."""
        return self._written(number, mask_number, lambda: self._cached_digest("number", number)[:_NUMBER])

    def card(self, account: str) -> str:
        """A bank card."""
        return self._written(
            account, lambda card: mask_account(card) or "", lambda: self._digest("card", account)[:_CARD]
        )

    def name(self, name: str) -> str:
        """A person's name."""
        return self._written(
            name, lambda text: text[:1] + "*" * (len(text) - 1), lambda: self._digest("name", name)[:_NAME]
        )

    def _written(self, text: str, mask: Callable[[str], str], digest: Callable[[], str]) -> str:
        if self.showing == "full":
            return text
        return digest() if self.showing == "digest" else f"{mask(text)} {digest()}"

    def birth(self, day: date) -> date:
        """The date in full; else only its month and whether it is the first day, which ages are counted from."""
        return day if self.showing == "full" or day.day == 1 else day.replace(day=2)

    def makers(self) -> Mapping[Made, Callable[[Any], Any]]:
        """The functions that write values, for kinds of columns that are not written as they are."""
        full = self.showing == "full"
        return {
            "number": self.number,
            "name": self.name,
            "card": self.card,
            "birth": self.birth,
            "text": (lambda text: text) if full else masked_text,
            "open": (lambda value: value) if full else (lambda _value: None),
        }
