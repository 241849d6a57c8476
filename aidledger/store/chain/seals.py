"""Seals: HMACs on events of the chain, which only holders of the key can make.

The digests stay unkeyed, so that anybody can recompute them. A sealed event has, as the last of its facts, the key's
fingerprint and an HMAC over the head before it and its own fields. That head covers all earlier events with their
seals: one valid seal proves everything before it, even events from before there was a key, or under an earlier one.
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

# Execution option of a connection: how to get the key. None: the transaction will be rolled back and needs none.
SEAL_KEY = "aidledger_seal_key"
# The action that sets or changes the key; facts: ``key`` (fingerprint), for a change ``before`` and ``handover``.
ACTION = "seal"
# JSON escapes quotes within strings, so no other fact can end like this.
_AT_THE_END = re.compile(r',"seal":"([0-9a-f]{16}):([0-9a-f]{64})"\}\Z')
_FINGERPRINT_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal read from an event: the key's fingerprint, the HMAC (``code``), and the facts without the seal."""

    fingerprint: str
    code: str
    facts: str


class SealKey:
    """A seal key. Never a passphrase: every seal would let its readers test guesses."""

    __slots__ = ("_raw", "fingerprint")

    def __init__(self, secret: Secret) -> None:
        """Raises SealKeyUnusable."""
        if secret.raw is None:
            raise SealKeyUnusable
        self._raw = secret.raw
        self.fingerprint = self._code("fingerprint")[:_FINGERPRINT_DIGITS]

    def sealed(self, before: str, fields: tuple[object, ...], facts: str) -> str:
        """An event's facts with its seal appended."""
        return f'{facts[:-1]},"seal":"{self.fingerprint}:{self.seal(before, fields, facts)}"}}'

    def seal(self, before: str, fields: tuple[object, ...], facts: str) -> str:
        """The HMAC over the head before an event, its fields and its facts."""
        return self._code("event", before, *fields, facts)

    def handover(self, before: str, fingerprint: str) -> str:
        """This key's consent to the next one, valid at one position of the chain only."""
        return self._code("handover", before, fingerprint)

    def _code(self, *what: object) -> str:
        return keyed_digest(self._raw, what)


def seal_in(facts: str) -> Seal | None:
    """The seal in an event's facts, if any; facts may be anything that somebody wrote to the database by hand."""
    found = _AT_THE_END.search(str(facts))
    return Seal(found[1], found[2], f"{facts[: found.start()]}}}") if found else None


def key_for(books: Connection, last: str | None) -> SealKey | None:
    """The key for the next event's seal, given the facts of the last one; None if it needs no seal.

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
    """The key, if it made the seal; raises SealKeyWrong."""
    if key.fingerprint != found.fingerprint:
        raise SealKeyWrong(key=found.fingerprint, given=key.fingerprint)
    return key
