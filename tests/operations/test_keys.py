from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from aidledger.domain.secret import Secret
from aidledger.errors import (
    AidLedgerError,
    CannotRead,
    CannotWrite,
    KeyMissing,
    KeyOpenToOthers,
    KeyringFailed,
    KeyTooShort,
    KeyUnusable,
)
from aidledger.operations import keys

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]  # about no ledger

HEX = "0f" * 32


def _file(folder: Path, content: bytes, mode: int = 0o600) -> str:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"{HEX}\n".encode(), HEX),
        (HEX.upper().encode(), HEX.upper()),
        (b"\xef\xbb\xbf  a passphrase of words\r\n", "a passphrase of words"),
        ("资助中心的钥匙".encode(), "资助中心的钥匙"),
    ],
)
def test_a_key_file_holds_one_line(tmp_path: Path, content: bytes, text: str) -> None:
    assert keys.read(_file(tmp_path, content)) == Secret(text)


def test_64_hexadecimal_digits_are_the_key_itself() -> None:
    assert Secret(HEX).raw == Secret(HEX.upper()).raw == bytes.fromhex(HEX)
    assert [Secret(text).raw for text in (HEX[1:], HEX + "0", "g" * 64, "a passphrase")] == [None] * 4


@pytest.mark.parametrize("content", [b"", b" \n", b"two\nlines", b"\x00" * 32, b"\xff\xfe", b"x" * 5000])
def test_what_holds_no_key_is_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KeyUnusable) as refused:
        keys.read(_file(tmp_path, content))
    assert content.decode("latin-1").strip() == "" or content.decode("latin-1") not in str(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="modes say who reads a file on POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
def test_a_file_that_others_reach_is_no_secret(tmp_path: Path, mode: int) -> None:
    place = _file(tmp_path, HEX.encode(), mode)
    for read in (keys.read, keys.read_or_make):
        with pytest.raises(KeyOpenToOthers) as refused:
            read(place)
        assert "chmod 600" in str(refused.value)
        assert HEX not in str(refused.value)


def test_where_there_is_none_it_is_made_only_for_something_new(tmp_path: Path) -> None:
    place = str(tmp_path / "key")
    with pytest.raises(KeyMissing):
        keys.read(place)
    made, is_new = keys.read_or_make(place)
    assert (is_new, made.raw is not None, stat.S_IMODE(Path(place).stat().st_mode)) == (True, True, 0o600)
    assert keys.read_or_make(place) == (made, False)
    assert keys.read(place) == made
    assert keys.read_or_make(str(tmp_path / "other"))[0] != made


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(CannotRead):
        keys.read(str(tmp_path))
    with pytest.raises(CannotWrite):
        keys.read_or_make(str(tmp_path / "nowhere" / "key"))


def test_a_new_passphrase_is_not_a_short_one(tmp_path: Path) -> None:
    place = _file(tmp_path, b"geheim")
    with pytest.raises(KeyTooShort):
        keys.read_or_make(place)
    assert keys.read(place).text == "geheim"  # of a ledger that another program encrypted


class _Keyring(KeyringBackend):
    """A keyring as keyring's own tests have them: in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("it is locked")  # noqa: TRY003 - as keyring says it
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def of_the_system() -> Iterator[_Keyring]:
    before, mine = keyring.get_keyring(), _Keyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def test_the_keyring_of_the_system_keeps_one(of_the_system: _Keyring) -> None:
    with pytest.raises(KeyMissing, match="keyring:office"):
        keys.read("keyring:office")
    made, is_new = keys.read_or_make("keyring:office")
    assert is_new
    assert of_the_system.kept == {("aidledger", "office"): made.text}
    assert keys.read("keyring:office") == made
    assert keys.read_or_make("keyring:office") == (made, False)


def test_a_keyring_that_is_locked_or_not_there_is_said(of_the_system: _Keyring) -> None:
    of_the_system.locked = True
    with pytest.raises(KeyringFailed, match="it is locked"):
        keys.read("keyring:office")
    from keyring.backends.fail import Keyring as Nothing

    keyring.set_keyring(Nothing())  # type: ignore[no-untyped-call]
    with pytest.raises(AidLedgerError) as refused:
        keys.read_or_make("keyring:office")
    assert refused.value.exit_code == 3
