"""Passwords with which people sign in to the page: what is refused, and how they are kept.

scrypt is in the standard library; argon2id would be one dependency more, compiled, for the same purpose. The parameters
are those that OWASP's cheat sheet on storing passwords names for scrypt: 128 MiB and about a second on an office's PC.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from aidledger.domain.role import same_name
from aidledger.errors import PasswordCommon, PasswordTooLong, PasswordTooShort

SHORTEST, LONGEST = 8, 128
_SALT_BYTES, _HASH_BYTES = 16, 32
# Those of this field, and those of leaks.
_LISTS = tuple(Path(__file__).with_name(f"{name}_passwords.txt") for name in ("common", "leaked"))
_BEHIND = "0123456789!@#$%^&*.?_-+=~ "
_VARIED_MIN = 4


class Cost(NamedTuple):
    """What one hash takes: memory is 128 × ``n`` × ``r`` bytes."""

    n: int = 2**17
    r: int = 8
    p: int = 1

    @property
    def memory_max_bytes(self) -> int:
        """What OpenSSL may take: twice what scrypt needs, because it counts its own."""
        return 256 * self.n * self.r


COST = Cost()


def required(password: str, actor: str) -> str:
    """A new password as it is kept; raises PasswordTooShort, PasswordTooLong, PasswordCommon.

    Common is what stands in our lists, with or without digits and signs behind it; few different characters; and the
    actor's own name.
    """
    password = _normalised(password)
    if len(password) < SHORTEST:
        raise PasswordTooShort(wanted=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(most=LONGEST)
    folded = password.casefold()
    named = {same_name(actor), same_name(actor).replace(" ", "")}
    own_name = {same_name(folded), same_name(folded.rstrip(_BEHIND))} & named
    if _is_common(folded) or own_name or len(set(folded)) < _VARIED_MIN:
        raise PasswordCommon
    return password


def hashed(password: str, cost: Cost | None = None) -> str:
    """A password as the side database keeps it: parameters, salt and hash."""
    salt = os.urandom(_SALT_BYTES)
    cost = cost or COST
    return f"scrypt${cost.n}${cost.r}${cost.p}${salt.hex()}${_derived(password, salt, cost).hex()}"


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one kept; takes as long where nobody has one, so that it does not tell who has."""
    if len(password) > LONGEST:
        return False
    if kept is None:
        _derived(password, bytes(_SALT_BYTES), COST)
        return False
    _, n, r, p, salt, known = kept.split("$")
    found = _derived(password, bytes.fromhex(salt), Cost(int(n), int(r), int(p)))
    return hmac.compare_digest(found, bytes.fromhex(known))


def _derived(password: str, salt: bytes, cost: Cost) -> bytes:
    return hashlib.scrypt(
        _normalised(password).encode("utf-8", "replace"),
        salt=salt,
        n=cost.n,
        r=cost.r,
        p=cost.p,
        maxmem=cost.memory_max_bytes,
        dklen=_HASH_BYTES,
    )


def _normalised(password: str) -> str:
    """The same password from every keyboard: é may arrive as one character or as two."""
    return unicodedata.normalize("NFC", password)


def _is_common(folded: str) -> bool:
    """Whether it is a common password, as it is or with digits and signs behind it."""
    stem = folded.rstrip(_BEHIND)
    return any(folded[:end] in _common() for end in range(len(stem), len(folded) + 1))


@cache
def _common() -> frozenset[str]:
    lines = (line for path in _LISTS for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))
