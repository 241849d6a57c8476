"""Seals: what only who has a secret key can put on a link of the chain of events.

The chain itself stays as it is: plain digests, which anybody can recompute, and a head that stands for everything. A
sealed event carries in its facts, last, the key's fingerprint and an HMAC over the head before it and its own fields.
The head before it covers all earlier events with their seals: one seal that is right proves everything before it, also
what was recorded before there was a key, or under an earlier one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.domain.secret import Secret
from aidledger.errors import NotSealed, SealKeyUnusable, SealKeyWanted, SealKeyWrong
from aidledger.store.chain.digests import keyed_digest

if TYPE_CHECKING:
    from sqlalchemy import Connection

# The execution option of a connection: whom to ask for the key; None: nothing is kept of what is written to it.
SEAL_KEY = "aidledger_seal_key"
# What sets the key or changes it; its facts: ``key`` (a fingerprint), and of a change ``before`` and ``handover``.
ACTION = "seal"
# JSON's quotes are escaped within a text, so that nothing else in an event's facts can end like this.
_AT_THE_END = re.compile(r',"seal":"([0-9a-f]{16}):([0-9a-f]{64})"\}\Z')
_FINGERPRINT_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it was found: whose, what, and the facts without it."""

    fingerprint: str
    code: str
    facts: str


class SealKey:
    """A key that seals. A passphrase would not do: every seal lets whoever reads it try passphrases."""

    __slots__ = ("_raw", "fingerprint")

    def __init__(self, secret: Secret) -> None:
        """Raises SealKeyUnusable."""
        if secret.raw is None:
            raise SealKeyUnusable
        self._raw = secret.raw
        self.fingerprint = self._code("fingerprint")[:_FINGERPRINT_DIGITS]

    def sealed(self, before: str, fields: tuple[object, ...], facts: str) -> str:
        """An event's facts with the seal on the event."""
        return f'{facts[:-1]},"seal":"{self.fingerprint}:{self.seal(before, fields, facts)}"}}'

    def seal(self, before: str, fields: tuple[object, ...], facts: str) -> str:
        """The code over the head before an event, its fields and its facts."""
        return self._code("event", before, *fields, facts)

    def handover(self, before: str, fingerprint: str) -> str:
        """The consent of this key to the next one, at one place in the chain."""
        return self._code("handover", before, fingerprint)

    def _code(self, *what: object) -> str:
        return keyed_digest(self._raw, what)


def seal_in(facts: str) -> Seal | None:
    """The seal in an event's facts, which may be anything where somebody wrote to the database by hand."""
    found = _AT_THE_END.search(str(facts))
    return Seal(found[1], found[2], f"{facts[: found.start()]}}}") if found else None


def key_for(books: Connection, last: str | None) -> SealKey | None:
    """The key to seal the next event with, after the facts of the last one; None where no seal is wanted.

    Raises SealKeyWanted, SealKeyWrong, NotSealed, SealKeyUnusable.
    """
    found = seal_in(last or "")
    ask = books.get_execution_options().get(SEAL_KEY, lambda: None)
    if ask is None:
        return None
    secret = ask()
    if secret is None and found is None:
        return None
    if secret is None:
        raise SealKeyWanted(key=found and found.fingerprint)
    if found is None:
        raise NotSealed
    return require(SealKey(secret), found)


def require(key: SealKey, found: Seal) -> SealKey:
    """The key, if the seal is its own; raises SealKeyWrong."""
    if key.fingerprint != found.fingerprint:
        raise SealKeyWrong(key=found.fingerprint, given=key.fingerprint)
    return key
