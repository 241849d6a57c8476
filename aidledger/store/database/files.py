"""A ledger's SQLite file as the driver opens it, with its key where it is encrypted.

Encrypted files are SQLCipher's: every page under AES-256 with a code that tells if it was changed, the rollback
journal too. Its Python module is the standard library's with another SQLite, so it is typed as that.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, cast

from aidledger.domain.secret import Secret
from aidledger.errors import EncryptionMissing, KeyWrong

FIRST_BYTES = b"SQLite format 3\0"
_PAGE_BYTES = 4_096  # SQLCipher's, of every file that we make


def looks_like_sqlite(path: Path) -> bool:
    """Whether a file begins as SQLite's do; an encrypted one does not."""
    with path.open("rb") as file:
        return file.read(len(FIRST_BYTES)) == FIRST_BYTES


def may_be_encrypted(path: Path) -> bool:
    """Whether a file that does not begin as SQLite's do may be one that is encrypted: it consists of whole pages."""
    size = path.stat().st_size
    return size > 0 and size % _PAGE_BYTES == 0


def driver(secret: Secret | None) -> Any:  # noqa: ANN401 - one of two modules that are alike
    """The module for plain or for encrypted files; raises EncryptionMissing."""
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
    """A connection; raises KeyWrong, with the file as it is ``named``, where it does not open with its key."""
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
    """Encrypt an encrypted file anew, in one transaction of its own."""
    cast("Any", connection).reset_key(_as_sqlcipher_takes_it(secret))


def _unlock(connection: Any, secret: Secret) -> None:  # noqa: ANN401 - sqlcipher3's, which has a method more
    # Else it writes to stderr what it has to say of wrong keys and damaged pages.
    connection.execute("PRAGMA cipher_log_level=NONE")
    # Not by PRAGMA key: there the secret would be part of an SQL text.
    connection.set_key(_as_sqlcipher_takes_it(secret))
    connection.execute("PRAGMA temp_store=MEMORY")  # what is sorted on disk would lie there in plain
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _as_sqlcipher_takes_it(secret: Secret) -> str:
    """32 bytes are the key itself; from a passphrase it is made slowly, against guessing."""
    return secret.text if secret.raw is None else f"x'{secret.raw.hex()}'"
