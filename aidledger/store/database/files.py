"""Opening a ledger's SQLite file, plain or encrypted.

SQLCipher encrypts and authenticates every page with AES-256, in the rollback journal too. Its Python module mirrors
the standard library's sqlite3, so connections are typed as that.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, cast

from aidledger.domain.secret import Secret
from aidledger.errors import EncryptionMissing, KeyWrong

FIRST_BYTES = b"SQLite format 3\0"
_PAGE_BYTES = 4_096  # SQLCipher's default, which every ledger uses


def looks_like_sqlite(path: Path) -> bool:
    """Whether a file has SQLite's header; an encrypted one has not."""
    with path.open("rb") as file:
        return file.read(len(FIRST_BYTES)) == FIRST_BYTES


def may_be_encrypted(path: Path) -> bool:
    """Whether a file without SQLite's header may be encrypted: it consists of whole pages."""
    size = path.stat().st_size
    return size > 0 and size % _PAGE_BYTES == 0


def driver(secret: Secret | None) -> Any:  # noqa: ANN401 - one of two modules that are alike
    """The DB-API module for plain or encrypted files; raises EncryptionMissing."""
    if secret is None:
        return sqlite3
    try:
        from sqlcipher3 import dbapi2  # noqa: PLC0415 - an extra
    except ImportError:
        raise EncryptionMissing from None
    return dbapi2


def connected(
    path: Path | str,
    secret: Secret | None,
    named: Path | None = None,
    **settings: Any,  # noqa: ANN401 - the driver's
) -> sqlite3.Connection:
    """A connection; raises KeyWrong if the key does not open the file, which the error calls ``named``."""
    connection = driver(secret).connect(str(path), **settings)
    if secret is not None:
        try:
            _unlock(connection, secret)
        except driver(secret).DatabaseError as error:
            connection.close()
            if "not a database" in str(error):
                raise KeyWrong(path=named or path) from None
            raise
        except BaseException:
            connection.close()
            raise
    return cast("sqlite3.Connection", connection)


def change_key(connection: sqlite3.Connection, secret: Secret) -> None:
    """Re-encrypt an encrypted file with another key, in a transaction of its own."""
    cast("Any", connection).reset_key(_as_sqlcipher_takes_it(secret))


def _unlock(connection: Any, secret: Secret) -> None:  # noqa: ANN401 - sqlcipher3's, which has a method more
    # By default it logs wrong keys and damaged pages to stderr.
    connection.execute("PRAGMA cipher_log_level=NONE")
    # Not PRAGMA key, which would put the secret into an SQL text.
    connection.set_key(_as_sqlcipher_takes_it(secret))
    connection.execute("PRAGMA temp_store=MEMORY")  # temporary files would be plain text
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _as_sqlcipher_takes_it(secret: Secret) -> str:
    """A raw key of 32 bytes as hexadecimal; a passphrase as it is, from which SQLCipher derives the key slowly."""
    return secret.text if secret.raw is None else f"x'{secret.raw.hex()}'"
