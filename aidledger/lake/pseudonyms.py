"""Who somebody is, without saying it: keyed digests that are the same in every district that holds the same key."""

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
# Hexadecimal signs: 128 bits tell all people and cards apart; a name is only ever compared with the few of one person.
_NUMBER, _CARD, _NAME = 32, 32, 16
# Persons of a school or two come one after the other; a whole district's fit.
_REMEMBERED = 1 << 18


def make_key(path: Path) -> None:
    """A new key in a file that its owner alone can read; raises FileExists, CannotWrite."""
    private.put(path, f"{secrets.token_hex(32)}\n".encode("ascii"))


def read_key(path: Path) -> bytes:
    """The key in a file; raises LakeKeyUnusable, LakeKeyOpen."""
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise LakeKeyUnusable(path=path) from error
    if not _KEY.fullmatch(content):
        raise LakeKeyUnusable(path=path)
    # Windows keeps no such bits: there it is the folder's rights that count.
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise LakeKeyOpen(path=path)
    return bytes.fromhex(content.decode("ascii").strip())


class Pseudonyms:
    """How people, names and cards are written: by ``digest``, ``masked`` with the digest behind it, or in ``full``."""

    def __init__(self, key: bytes, showing: Showing) -> None:
        self.key = key
        self.showing = showing
        self._remembered = lru_cache(_REMEMBERED)(self._digest)

    @property
    def fingerprint(self) -> str:
        """What tells one key from another, and nothing about it."""
        return self._digest("key", "")[:16]

    def _digest(self, what: str, text: str) -> str:
        return hmac.digest(self.key, f"{what}\n{text}".encode(), "sha256").hex()

    def person(self, document_type: str, number: str) -> int:
        """The number that stands for a person: 63 bits, whether or not the person is shown."""
        return int(self._remembered("person", f"{document_type}\n{number}")[:16], 16) >> 1

    def number(self, number: str) -> str:
        """An ID or other number."""
        return self._shown(number, mask_number, lambda: self._remembered("number", number)[:_NUMBER])

    def card(self, account: str) -> str:
        """A bank card."""
        return self._shown(
            account, lambda card: mask_account(card) or "", lambda: self._digest("card", account)[:_CARD]
        )

    def name(self, name: str) -> str:
        """A person's name."""
        return self._shown(
            name, lambda said: said[:1] + "*" * (len(said) - 1), lambda: self._digest("name", name)[:_NAME]
        )

    def _shown(self, text: str, mask: Callable[[str], str], digest: Callable[[], str]) -> str:
        if self.showing == "full":
            return text
        return digest() if self.showing == "digest" else f"{mask(text)} {digest()}"

    def birth(self, day: date) -> date:
        """Unless in full: the month, and whether it is its first day. Ages are counted from firsts of a month."""
        return day if self.showing == "full" or day.day == 1 else day.replace(day=2)

    def makers(self) -> Mapping[Made, Callable[[Any], Any]]:
        """How a value is written that is not written as it is."""
        full = self.showing == "full"
        return {
            "number": self.number,
            "name": self.name,
            "card": self.card,
            "birth": self.birth,
            "text": (lambda text: text) if full else masked_text,
            "open": (lambda value: value) if full else (lambda _value: None),
        }
