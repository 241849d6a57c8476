"""Files that no command ever overwrites: databases with their side files, backups, keys.

They are recognised by content, not by name: nothing shows which of two ledgers is in use and which is last year's.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Literal

from aidledger.domain.secret import Secret
from aidledger.private import SIDES
from aidledger.store.database.files import FIRST_BYTES, may_be_encrypted
from aidledger.store.side import NAMES

What = Literal["database", "encrypted-database", "side-file", "dump", "key"]

_JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_WALS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_DUMPS = (b"PGDMP", b"--\n-- PostgreSQL database")
_PRIVATE_KEY = b"-----BEGIN"
# The page keeps uploads until they are posted, and passwords, in databases beside the ledger (store/side.py).
_BESIDE = (*SIDES, *(f".{name}{side}" for name in NAMES for side in ("", *SIDES)))
_LOOKED_AT_BYTES = 4_096
# Random bytes of this length have fewer distinct values about once in ten thousand times. Text has a third as many.
_RANDOM_VALUES_MIN = 240
_NEVER_ENCRYPTED = (b"PK\x03\x04", b"PAR1", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0")


def found_in(path: Path) -> What | None:
    """What kind of protected content a file holds, if any. Raises OSError."""
    with path.open("rb") as file:
        begin = file.read(_LOOKED_AT_BYTES)
    if begin.startswith(FIRST_BYTES):
        return "database"
    if begin.startswith((_JOURNAL, *_WALS)):
        return "side-file"
    if begin.startswith(_DUMPS):
        return "dump"
    if _is_key(begin):
        return "key"
    return "encrypted-database" if may_be_encrypted(path) and _looks_random(begin) else None


def beside(ledger: Path) -> list[Path]:
    """The paths of a ledger's side files, existing or not."""
    return [ledger.with_name(f"{ledger.name}{side}") for side in _BESIDE]


def belongs_to(path: Path) -> Path | None:
    """The database to which a side file belongs by its name, if there is one. Raises OSError."""
    for side in _BESIDE:
        if path.name.endswith(side) and path.name != side:
            owner = path.with_name(path.name.removesuffix(side))
            if owner.is_file() and found_in(owner) in {"database", "encrypted-database"}:
                return owner
    return None


def _is_key(begin: bytes) -> bool:
    """Whether a file holds a private key or 64 hexadecimal digits (a file, seal or pseudonym key).

    A passphrase cannot be told from other text.
    """
    text = begin.removeprefix(codecs.BOM_UTF8).strip()
    if text.startswith(_PRIVATE_KEY):
        return b"PRIVATE KEY" in text[:64]
    return Secret(text.decode("ascii", "replace")).raw is not None


def _looks_random(begin: bytes) -> bool:
    return len(set(begin)) >= _RANDOM_VALUES_MIN and not begin.startswith(_NEVER_ENCRYPTED)
