from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from aidledger import private
from aidledger.errors import (
    AidLedgerError,
    BackupIsLedger,
    BackupOlder,
    CannotRead,
    CopyFaulty,
    LedgerForeign,
    LedgerLocked,
    LedgerNewer,
    NewerDiscarded,
    NewerUnknown,
    RestoreElsewhere,
)
from aidledger.operations import copies, ledgers
from aidledger.store.copies import restoring, snapshots
from aidledger.store.copies.restoring import Lost, Restored
from aidledger.store.database import exclusive
from tests.builders import roster_xlsx
from tests.store.ledgers import ACTOR, KEYS, bring_in, clock, new_ledger, opened, raw, tamper

pytestmark = pytest.mark.sqlite_only

KEPT = "aidledger.db.before-restore-20220301T080000Z"


def _head(path: Path) -> str:
    ledger = opened(path)
    verdict = ledgers.verify(ledger)
    ledger.close()
    assert verdict.faults == []
    return verdict.head


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with two batches, and ``backup.db`` from the time of the first."""
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3), "one.xlsx")
    copies.backup(ledger, tmp_path / "backup.db")
    bring_in(ledger, roster_xlsx(3, first=50), "two.xlsx")
    ledger.close()
    return tmp_path / "aidledger.db"


@pytest.fixture
def backup(path: Path) -> Path:
    return path.with_name("backup.db")


def _restore(path: Path, backup: Path, *, discard_newer: bool = False) -> Restored:
    return copies.restore(str(path), backup, ACTOR, clock, KEYS, discard_newer=discard_newer)


def test_a_ledger_that_is_gone_comes_back(path: Path, backup: Path) -> None:
    path.unlink()
    done = _restore(path, backup)
    assert (done.kept, done.now.batches, done.now.head) == (None, 1, _head(path))
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_newer_is_not_lost_unasked(path: Path, backup: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(NewerDiscarded, match="1 batches and 1 events"):
        _restore(path, backup)
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["aidledger.db", "backup.db"]


def test_what_is_newer_is_kept_under_another_name(path: Path, backup: Path) -> None:
    newer = _head(path)
    done = _restore(path, backup, discard_newer=True)
    assert (done.kept, done.lost) == (path.with_name(KEPT), Lost(1, 1))
    assert (_head(path), _head(path.with_name(KEPT))) == (_head(backup), newer)
    assert path.with_name(KEPT).stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["aidledger.db", KEPT, "backup.db"]


def test_the_one_put_back_is_caught_by_the_head_on_the_later_receipt(path: Path, backup: Path) -> None:
    receipt = _head(path)
    _restore(path, backup, discard_newer=True)
    assert [fault.facts for fault in ledgers.verify(opened(path), receipt).faults] == [{"expected": receipt}]


def test_an_older_ledger_gives_way_to_a_newer_backup(path: Path, backup: Path) -> None:
    newest = path.with_name("newest.db")
    copies.backup(opened(path), newest)
    shutil.copy(backup, path)
    assert _restore(path, newest).lost == Lost(0, 0)
    assert _head(path) == _head(newest)


def test_ledgers_that_went_apart_are_newer_from_where_they_did(path: Path, backup: Path) -> None:
    other = opened(backup)
    bring_in(other, roster_xlsx(3, first=90), "other.xlsx")
    other.close()
    with pytest.raises(NewerDiscarded, match="1 batches"):
        _restore(path, backup)


def test_nothing_that_was_kept_before_is_overwritten(path: Path, backup: Path) -> None:
    path.with_name(KEPT).write_text("kept before")
    head = _head(path)
    with pytest.raises(AidLedgerError):
        _restore(path, backup, discard_newer=True)
    assert path.with_name(KEPT).read_text() == "kept before"
    assert _head(path) == head


def test_a_backup_that_was_tampered_with_is_refused(path: Path, backup: Path) -> None:
    tamper(backup, "UPDATE entry SET amount_fen = amount_fen + 1 WHERE id = 2")
    head = _head(path)
    with pytest.raises(CopyFaulty):
        _restore(path, backup, discard_newer=True)
    assert _head(path) == head


@pytest.mark.parametrize(
    ("found", "error"), [("0000", BackupOlder), ("9999", LedgerNewer)], ids=["an older", "a newer"]
)
def test_a_backup_of_another_version_is_named(
    path: Path, backup: Path, found: str, error: type[AidLedgerError]
) -> None:
    with closing(raw(backup)) as books:
        books.execute("UPDATE alembic_version SET version_num = ?", (found,))
        books.commit()
    with pytest.raises(error, match=found):
        _restore(path, backup, discard_newer=True)


def test_what_is_no_backup_is_refused(path: Path, backup: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("a letter")
    with closing(raw(tmp_path / "songs.db")) as books:
        books.execute("CREATE TABLE song (name)")
    for name in ("letter.db", "songs.db"):
        with pytest.raises(LedgerForeign):
            _restore(path, tmp_path / name)
    with pytest.raises(CannotRead):
        _restore(path, tmp_path / "nowhere.db")
    with pytest.raises(BackupIsLedger):
        _restore(path, path)
    with pytest.raises(RestoreElsewhere):
        copies.restore("postgresql+psycopg://localhost/x", backup, ACTOR, clock, KEYS, discard_newer=True)


def test_a_backup_on_a_disc_that_takes_no_writing(path: Path, backup: Path, tmp_path: Path) -> None:
    disc = tmp_path / "disc 100%"
    disc.mkdir()
    shutil.copy(backup, disc / "backup?.db")
    (disc / "backup?.db").chmod(0o400)
    disc.chmod(0o500)
    assert _restore(path, disc / "backup?.db", discard_newer=True).now.batches == 1


@pytest.mark.parametrize("damage", ["cut", "no database", "scribbled over"])
def test_a_damaged_ledger_gives_way_when_it_is_said_so(path: Path, backup: Path, damage: str) -> None:
    content = path.read_bytes()
    scribbled = content[:8192] + b"\xa5" * 20_000 + content[28_192:]
    path.write_bytes({"cut": content[:5_000], "no database": b"nothing", "scribbled over": scribbled}[damage])
    damaged = path.read_bytes()
    path.with_name("aidledger.db-journal").write_bytes(b"no journal")
    with pytest.raises(NewerUnknown):
        _restore(path, backup)
    assert _restore(path, backup, discard_newer=True).lost is None
    assert _head(path) == _head(backup)
    assert path.with_name(KEPT).read_bytes() == damaged


def test_a_ledger_that_somebody_is_writing_to_is_waited_for_and_left(
    path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exclusive, "BUSY_TIMEOUT_MS", 200)
    with closing(raw(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerLocked):
            _restore(path, backup, discard_newer=True)


def test_a_program_that_has_the_ledger_open_sees_the_restored_one(path: Path, backup: Path) -> None:
    other = opened(path)
    assert len(ledgers.batches(other)) == 2
    _restore(path, backup, discard_newer=True)
    assert len(ledgers.batches(other)) == 1
    bring_in(other, roster_xlsx(3, first=70), "three.xlsx")
    assert ledgers.verify(opened(path)).batches == 2


@pytest.mark.parametrize("step", ["copy_pages", "prove", "publish", "pages", "flush"])
@pytest.mark.parametrize("time", [1, 2])
def test_a_restore_that_fails_at_any_step_leaves_the_old_ledger(
    path: Path, backup: Path, step: str, time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = private if hasattr(private, step) else snapshots
    head, calls, real = _head(path), 0, getattr(module, step)

    def fails(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == time:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(module, step, fails)
    failed = False
    try:
        _restore(path, backup, discard_newer=True)
    except AidLedgerError:
        failed = True
    assert failed == (calls >= time)
    assert _head(path) == (head if failed else _head(backup))
    assert not list(path.parent.glob(".*"))


_KILLED = """
import os, signal, sys
from pathlib import Path
from aidledger import private
from aidledger.store.copies import restoring, snapshots
from tests.store.ledgers import ACTOR, KEYS, clock

step, left = sys.argv[3], int(sys.argv[4])
snapshots.PAGES_AT_ONCE = 1

def die(*_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def dying(real):
    def run(*arguments):
        die()
        result = real(*arguments)
        die()
        return result
    return run

if step == "overwriting":
    overwrite = restoring._overwrite
    def overwriting(part, ledger, *rest):
        ledger.execute("PRAGMA cache_size=1")  # pages go into the file before the end, as those of a large ledger do
        snapshots.patience = lambda path: die
        overwrite(part, ledger, *rest)
    restoring._overwrite = overwriting
else:
    for module, name in ((snapshots, "copy_pages"), (snapshots, "prove"), (private, "publish"), (private, "flush")):
        setattr(module, name, dying(getattr(module, name)))
restoring.restore(sys.argv[1], Path(sys.argv[2]), ACTOR, clock, KEYS, discard_newer=True)
"""


@pytest.mark.parametrize(
    ("step", "after"), [*(("overwriting", after) for after in (0, 1, 7, 30, 60)), *(("between", n) for n in range(14))]
)
def test_a_restore_that_is_killed_leaves_one_of_the_ledgers_whole(
    path: Path, backup: Path, step: str, after: int
) -> None:
    wanted = {_head(path), _head(backup)}
    command = [sys.executable, "-c", _KILLED, str(path), str(backup), step, str(after)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, check=False, capture_output=True, env=environment, timeout=120)
    assert done.returncode in {-signal.SIGKILL, 0}, done.stderr
    assert _head(path) in wanted
    assert restoring.restore(str(path), backup, ACTOR, _later, KEYS, discard_newer=True).now.batches == 1


def _later() -> datetime:
    return clock().replace(minute=1)
