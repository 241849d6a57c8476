from __future__ import annotations

import shutil
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from aidledger import private
from aidledger.errors import BackupElsewhere, CannotWrite, CopyFaulty, FileExists
from aidledger.operations import copies, ledgers
from aidledger.store.copies import snapshots
from aidledger.store.database.engine import connect
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx
from tests.store.ledgers import ACTOR, bring_in, clock, new_ledger, opened, raw, sample_path, tamper

pytestmark = pytest.mark.sqlite_only


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_the_same_ledger(tmp_path: Path) -> None:
    ledger = opened(sample_path(tmp_path))
    done = copies.backup(ledger, tmp_path / "copy.db")
    verdict = ledgers.verify(opened(tmp_path / "copy.db"))
    assert verdict == ledgers.verify(ledger)
    assert (done.batches, done.entries, done.head) == (verdict.batches, verdict.entries, verdict.head)


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    copies.backup(opened(sample_path(tmp_path)), tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert _left(tmp_path) == ["aidledger.db", "copy.db"]


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    (tmp_path / "letter.db").write_text("a letter")
    (tmp_path / "dangling.db").symlink_to(tmp_path / "nowhere")
    for name in ("letter.db", "dangling.db", "aidledger.db"):
        with pytest.raises(FileExists):
            copies.backup(ledger, tmp_path / name)
    assert (tmp_path / "letter.db").read_text() == "a letter"


def test_a_file_that_appears_while_the_backup_is_made_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = snapshots.prove

    def meanwhile(*arguments: object, **named: object) -> object:
        (tmp_path / "copy.db").write_text("a letter")
        return prove(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshots, "prove", meanwhile)
    with pytest.raises(FileExists):
        copies.backup(new_ledger(tmp_path), tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "a letter"
    assert _left(tmp_path) == ["aidledger.db", "copy.db"]


def test_where_there_are_no_links_a_backup_is_named_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    copies.backup(new_ledger(tmp_path), tmp_path / "copy.db")
    assert _left(tmp_path) == ["aidledger.db", "copy.db"]


def test_no_backup_is_kept_of_a_ledger_that_was_tampered_with(tmp_path: Path) -> None:
    path = sample_path(tmp_path)
    tamper(path, "UPDATE entry SET amount_fen = amount_fen + 1 WHERE id = 5")
    with pytest.raises(CopyFaulty):
        copies.backup(opened(path), tmp_path / "copy.db")
    assert _left(tmp_path) == ["aidledger.db"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        copies.backup(new_ledger(tmp_path), tmp_path / "nowhere" / "copy.db")


def test_a_disk_that_fills_leaves_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private, "flush", full)
    with pytest.raises(CannotWrite):
        copies.backup(new_ledger(tmp_path), tmp_path / "copy.db")
    assert _left(tmp_path) == ["aidledger.db"]


def test_a_database_on_a_server_is_backed_up_by_its_own_tools(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    from sqlalchemy.engine import make_url

    ledger = Ledger(connect(make_url("postgresql+psycopg://nobody@localhost/none")), "postgresql://…", ACTOR, clock)
    with pytest.raises(BackupElsewhere, match="pg_dump"):
        copies.backup(ledger, tmp_path / "copy.db")


def test_backups_while_rosters_come_in_are_each_whole(tmp_path: Path) -> None:
    """Each is the ledger as it was at one moment: its head is one of the ledger's, and every digest agrees."""
    path = tmp_path / "aidledger.db"
    new_ledger(tmp_path).close()
    heads: list[str] = []

    def bring_in_many() -> None:
        ledger = opened(path)
        for number in range(6):
            bring_in(ledger, roster_xlsx(3, first=1 + 10 * number), f"{number}.xlsx")
        ledger.close()

    importing = threading.Thread(target=bring_in_many)
    importing.start()
    number = 0
    while importing.is_alive() or number == 0:
        ledger = opened(path)
        heads.append(copies.backup(ledger, tmp_path / f"copy-{number}.db").head)
        ledger.close()
        number += 1
    importing.join()
    with closing(raw(path)) as books:
        known = {head for (head,) in books.execute("SELECT digest FROM event")}
    assert set(heads) <= known
    assert ledgers.verify(opened(path)).batches == 6


def test_a_copy_that_another_program_made_of_an_idle_ledger_is_as_good(tmp_path: Path) -> None:
    path = sample_path(tmp_path)
    ledger = opened(path)
    head = copies.backup(ledger, tmp_path / "copy.db").head
    ledger.close()
    shutil.copy(path, tmp_path / "other.db")
    assert ledgers.verify(opened(tmp_path / "other.db")).head == head
