"""``backup``, ``restore`` and ``copy`` as a clerk types them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.builders import roster_xlsx
from tests.cli.harness import aidledger, program
from tests.store.ledgers import bring_in, opened, sample_path, tamper

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one batch more than ``backup.db``."""
    path = sample_path(tmp_path)
    assert aidledger("backup", tmp_path / "backup.db", ledger=path).exit_code == 0
    ledger = opened(path)
    bring_in(ledger, roster_xlsx(3, first=50))
    ledger.close()
    return path


def _head(path: Path) -> str:
    return str(aidledger("verify", "--format", "json", ledger=path).json["head"])


def test_backup_says_what_it_kept(path: Path, tmp_path: Path) -> None:
    ran = aidledger("backup", tmp_path / "two.db", ledger=path)
    assert (ran.exit_code, ran.stdout.splitlines()[-1]) == (0, f"Head: {_head(path)}")
    assert "14 batches" in ran.stdout
    told = aidledger("backup", tmp_path / "three.db", "--format", "json", ledger=path).json
    assert (told["backup"], told["batches"], told["head"]) == (str(tmp_path / "three.db"), 14, _head(path))


def test_backup_overwrites_nothing(path: Path, tmp_path: Path) -> None:
    before = (tmp_path / "backup.db").read_bytes()
    ran = aidledger("backup", tmp_path / "backup.db", ledger=path)
    assert ran.exit_code == 3
    assert "it is a database" in ran.stderr
    assert (tmp_path / "backup.db").read_bytes() == before


def test_backup_of_what_was_tampered_with_fails(path: Path, tmp_path: Path) -> None:
    tamper(path, "UPDATE entry SET amount_fen = amount_fen + 1 WHERE id = 5")
    assert aidledger("backup", tmp_path / "two.db", ledger=path).exit_code == 3
    assert not (tmp_path / "two.db").exists()


def test_restore_says_what_would_be_lost_then_what_was(path: Path, tmp_path: Path) -> None:
    refused = aidledger("restore", tmp_path / "backup.db", ledger=path)
    assert refused.exit_code == 3
    assert "1 batches and 1 events of the ledger at" in refused.stderr
    ran = aidledger("restore", tmp_path / "backup.db", "--discard-newer", ledger=path)
    assert ran.exit_code == 0
    assert "13 batches" in ran.stdout
    assert "aidledger.db.before-restore-" in ran.stdout
    assert "It had 1 batches" in ran.stdout
    assert _head(path) == _head(tmp_path / "backup.db")


def test_restore_tells_a_script_where_the_old_ledger_is(path: Path, tmp_path: Path) -> None:
    newer = _head(path)
    told = aidledger("restore", tmp_path / "backup.db", "--discard-newer", "--format", "json", ledger=path).json
    assert _head(Path(told["kept"])) == newer
    assert (told["ledger"], told["batches"], told["lost_batches"], told["lost_events"]) == (str(path), 13, 1, 1)


@pytest.mark.parametrize("arguments", [("backup",), ("restore",), ("restore", "one.db", "two.db")])
def test_misuse(path: Path, arguments: tuple[str, ...]) -> None:
    assert aidledger(*arguments, ledger=path).exit_code == 2


def test_a_file_that_is_no_backup_is_refused_in_both_languages(path: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("a letter")
    for language in ("en", "zh"):
        ran = aidledger("--lang", language, "restore", tmp_path / "letter.txt", ledger=path)
        assert (ran.exit_code, ran.stdout) == (3, "")
    assert aidledger("restore", tmp_path / "nowhere.db", ledger=path).exit_code == 3
    assert aidledger("backup", tmp_path / "x.db", ledger=tmp_path / "none.db").exit_code == 3


def test_the_ledger_is_not_its_own_backup(path: Path) -> None:
    assert aidledger("restore", path, ledger=path).exit_code == 2


def test_verify_with_the_receipts_head_catches_an_older_copy_put_back(path: Path, tmp_path: Path) -> None:
    receipt = _head(path)
    shutil.copy(tmp_path / "backup.db", path)
    assert aidledger("verify", ledger=path).exit_code == 0
    ran = aidledger("verify", "--expect", receipt, ledger=path)
    assert ran.exit_code == 1
    assert receipt in ran.stdout


def test_verify_prints_the_head_that_expect_takes(path: Path) -> None:
    head = aidledger("verify", ledger=path).stdout.splitlines()[-1].removeprefix("Head: ")
    assert aidledger("verify", "--expect", head, ledger=path).exit_code == 0


def test_backup_and_restore_in_processes_of_their_own(path: Path, tmp_path: Path) -> None:
    assert program("--ledger", path, "backup", tmp_path / "two.db").exit_code == 0
    path.unlink()
    assert program("--ledger", path, "restore", tmp_path / "two.db").exit_code == 0
    assert aidledger("verify", ledger=path).exit_code == 0


def test_copy_says_what_it_made(path: Path, tmp_path: Path) -> None:
    ran = aidledger("copy", "--to", tmp_path / "other.db", ledger=path)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == f"Head: {_head(path)}"
    told = aidledger("copy", "--to", tmp_path / "third.db", "--format", "json", ledger=tmp_path / "other.db").json
    assert (told["copy"], told["batches"], told["head"]) == (str(tmp_path / "third.db"), 14, _head(path))


def test_copy_onto_something_is_refused(path: Path, tmp_path: Path) -> None:
    for place in (path, tmp_path / "backup.db", tmp_path / "nowhere" / "x.db", "mysql://server/ledger"):
        ran = aidledger("copy", "--to", place, ledger=path)
        assert (ran.exit_code, ran.stdout) == (3, "")
    assert aidledger("copy", ledger=path).exit_code == 2


def test_a_server_that_is_not_there_is_said_without_its_password(path: Path) -> None:
    ran = aidledger("copy", "--to", "postgresql+psycopg://wang:geheim@127.0.0.1:1/ledger", ledger=path)
    assert ran.exit_code == 3
    assert "geheim" not in ran.stderr + ran.stdout
