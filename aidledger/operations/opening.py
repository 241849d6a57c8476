"""Opening a ledger: is its place safe, are its programs known."""

from __future__ import annotations

from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.secret import Secret
from aidledger.errors import AidLedgerError, EncryptionMissing
from aidledger.store.database.engine import ledger_url
from aidledger.store.database.files import driver, looks_like_sqlite, may_be_encrypted
from aidledger.store.database.places import Doubt, doubts
from aidledger.store.ledger import Ledger, open_ledger
from aidledger.store.master.catalogues import require_known

__all__ = [
    "Doubt",
    "can_encrypt",
    "doubts",
    "exists",
    "file_of",
    "holds_password",
    "is_file",
    "open_ledger",
    "require_programs",
    "wants_key",
]


def require_programs(ledger: Ledger, catalogue: Catalogue) -> None:
    """Refuse a catalogue that lacks programs of the ledger; raises LedgerUnknownPrograms."""
    with ledger.reading("open") as books:
        require_known(books, catalogue)


def is_file(place: str) -> bool:
    """Whether a path or URL means a SQLite file rather than a server; raises LedgerForeign."""
    return ledger_url(place).get_backend_name() == "sqlite"


def exists(place: str) -> bool:
    """Whether there is a file at a path; of a server, opening tells."""
    path = file_of(place)
    return path is None or path.exists()


def wants_key(place: str) -> bool:
    """Whether a ledger's file can only be opened with a key."""
    path = file_of(place)
    return path is not None and path.is_file() and not looks_like_sqlite(path) and may_be_encrypted(path)


def can_encrypt() -> bool:
    """Whether the module that encrypts ledgers is installed."""
    try:
        driver(Secret(""))
    except EncryptionMissing:
        return False
    return True


def holds_password(place: str) -> bool:
    """Whether the URL of a ledger has a password in it; raises LedgerUnsupported."""
    return ledger_url(place).password is not None


def file_of(place: str) -> Path | None:
    """The file of a ledger at a path or URL; None on a server, and if opening would be refused."""
    if "://" not in place:
        return Path(place) if place else None
    try:
        url = ledger_url(place)
    except AidLedgerError:
        return None
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
