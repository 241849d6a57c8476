"""Database errors translated into the program's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from aidledger.domain.secret import Secret
from aidledger.errors import (
    AidLedgerError,
    LedgerFailed,
    LedgerForeign,
    LedgerFull,
    LedgerLocked,
    LedgerReadOnly,
    RightMissing,
)
from aidledger.store.database import files

# By SQLSTATE: a server's messages may be in any language.
_STATES: Mapping[str, Callable[..., AidLedgerError]] = {
    "55P03": LedgerLocked,
    "53100": LedgerFull,
    "25006": LedgerReadOnly,
    "42501": RightMissing,
}
_WORDS: tuple[tuple[str, Callable[..., AidLedgerError]], ...] = (
    ("database is locked", LedgerLocked),
    ("disk is full", LedgerFull),
    ("readonly database", LedgerReadOnly),
    ("unable to open database file", LedgerReadOnly),
    ("malformed", LedgerForeign),
    ("not a database", LedgerForeign),
)


def meaning(error: BaseException | None, place: object) -> AidLedgerError:
    """The program's error for a driver's error."""
    state = str(getattr(error, "sqlstate", ""))
    if state in _STATES:
        return _STATES[state](path=place)
    reason = (str(error).splitlines() or [""])[0] if error is not None else ""
    for words, kind in _WORDS:
        if words in reason.lower():
            return kind(path=place)
    return LedgerFailed(path=place, reason=reason)


@contextmanager
def translated(place: object, secret: Secret | None) -> Iterator[None]:
    """Translate errors that SQLite's driver raises in the block; they name the place."""
    kinds: tuple[type[BaseException], ...] = (sqlite3.Error, files.driver(secret).Error)
    try:
        yield
    except kinds as error:
        raise meaning(error, place) from error
