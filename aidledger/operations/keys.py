"""Where secrets are kept: a file that only its owner can read, or the operating system's keyring."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from types import ModuleType

from aidledger import private
from aidledger.domain.secret import PASSPHRASE_MIN, Secret
from aidledger.errors import (
    CannotRead,
    CannotWrite,
    EncryptionMissing,
    FileExists,
    KeyMissing,
    KeyOpenToOthers,
    KeyringFailed,
    KeyTooShort,
    KeyUnusable,
    SealKeyMissing,
    SealKeyUnusable,
)
from aidledger.store.database.keys import Keys

__all__ = ["KEYRING", "Keys", "long_enough", "read", "read_or_make", "usable"]

KEYRING = "keyring:"
_SERVICE = "aidledger"
_SIZE_MAX = 4_096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(place: str, *, of_seals: bool = False) -> Secret:
    """The secret of a file, or of ``keyring:NAME``.

    Raises KeyMissing, KeyOpenToOthers, KeyUnusable, CannotRead, KeyringFailed, EncryptionMissing; for a seal key
    SealKeyMissing, SealKeyUnusable.
    """
    found = _found(place)
    if found is None:
        raise (SealKeyMissing if of_seals else KeyMissing)(place=place)
    return _of_seals(found) if of_seals else _secret(place, found)


def usable(place: str, *, of_seals: bool = False) -> Secret | None:
    """The existing secret for something new; None if there is none and one can be made.

    Raises what ``read`` raises, and CannotWrite, KeyTooShort.
    """
    found = _found(place)
    if found is not None:
        return _of_seals(found) if of_seals else long_enough(_secret(place, found))
    if not place.startswith(KEYRING):
        _require_room(Path(place))
    return None


def read_or_make(place: str, *, of_seals: bool = False) -> tuple[Secret, bool]:
    """The secret for something new, made at random if there is none; and whether it was made.

    Raises what ``usable`` raises.
    """
    existing = usable(place, of_seals=of_seals)
    if existing is not None:
        return existing, False
    secret = Secret.random()
    if place.startswith(KEYRING):
        _put_into_keyring(place, secret)
    else:
        _write(Path(place), secret)
    return secret, True


def long_enough(secret: Secret) -> Secret:
    """A new secret; raises KeyTooShort for a passphrase that is easy to guess."""
    if len(secret.text) < PASSPHRASE_MIN:
        raise KeyTooShort(wanted=PASSPHRASE_MIN)
    return secret


def _secret(place: str, content: str) -> Secret:
    text = content.strip()
    if not text or not text.isprintable():
        raise KeyUnusable(place=place)
    return Secret(text)


def _of_seals(content: str) -> Secret:
    """A seal key, which may not be a passphrase."""
    secret = Secret(content.strip())
    if secret.raw is None:
        raise SealKeyUnusable
    return secret


def _found(place: str) -> str | None:
    return _in_keyring(place) if place.startswith(KEYRING) else _in_file(Path(place))


def _require_room(path: Path) -> None:
    """Refuse a new key's place before anything else is made."""
    folder = path.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise CannotWrite(path=path, reason=os.strerror(errno.EACCES if folder.is_dir() else errno.ENOENT))


def _in_file(path: Path) -> str | None:
    """A file's text; the file checked is the open one, even if its name is replaced meanwhile."""
    try:
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS:
                raise KeyOpenToOthers(place=path)
            content = file.read(_SIZE_MAX + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotRead(path=path, reason=error.strerror or "") from error
    try:
        return content.decode("utf-8-sig") if len(content) <= _SIZE_MAX else ""
    except UnicodeDecodeError:
        raise KeyUnusable(place=path) from None


def _write(path: Path, secret: Secret) -> None:
    """Flush to disk before anything is encrypted: without its key the ledger is lost."""
    try:
        private.put(path, f"{secret.text}\n".encode("ascii"))
    except FileExists as error:  # by somebody else in the meantime
        raise CannotWrite(path=path, reason=os.strerror(errno.EEXIST)) from error


def _keyring() -> ModuleType:
    try:
        import keyring  # noqa: PLC0415 - an extra
        import keyring.errors  # noqa: PLC0415
    except ImportError:
        raise EncryptionMissing from None
    return keyring


def _in_keyring(place: str) -> str | None:
    keyring = _keyring()
    try:
        found: str | None = keyring.get_password(_SERVICE, place.removeprefix(KEYRING))
    except keyring.errors.KeyringError as error:
        raise KeyringFailed(place=place, reason=str(error)) from error
    return found


def _put_into_keyring(place: str, secret: Secret) -> None:
    """Raises KeyringFailed also if the keyring accepts the key but does not return it."""
    keyring = _keyring()
    try:
        keyring.set_password(_SERVICE, place.removeprefix(KEYRING), secret.text)
    except keyring.errors.KeyringError as error:
        raise KeyringFailed(place=place, reason=str(error)) from error
    if _in_keyring(place) != secret.text:
        raise KeyringFailed(place=place, reason="")
