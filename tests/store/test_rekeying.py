from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from aidledger.domain.secret import Secret
from aidledger.errors import (
    EncryptionElsewhere,
    KeySame,
    KeyWanted,
    KeyWrong,
    LedgerForeign,
    LedgerLocked,
    LedgerOlder,
    NotEncrypted,
    NotNamed,
    NotSealed,
    OtherRole,
    RekeyUnproved,
    SealKeyMissing,
    SealKeyWanted,
    SealKeyWrong,
)
from aidledger.operations import actors, copies, ledgers
from aidledger.store.database import exclusive, files
from aidledger.store.database.keys import Keys
from tests.builders import roster_xlsx
from tests.store.encrypted import KEY, OTHER, OTHER_SEAL, PASSPHRASE, SEAL, encrypted_path, keys, unlocked
from tests.store.ledgers import ACTOR, bring_in, clock
from tools.torture.recording import built, calls_of

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]  # encrypted whatever the engine of the run is


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return encrypted_path(tmp_path)


def _never() -> Secret:
    raise AssertionError


@pytest.mark.parametrize("new", [OTHER, PASSPHRASE], ids=["bytes", "a passphrase"])
def test_the_new_key_opens_it_and_the_old_one_does_not(path: Path, new: Secret) -> None:
    with closing(unlocked(path)) as ledger:
        before = copies.backup(ledger, path.with_name("backup.db")).head
    done = copies.rekey(str(path), ACTOR, clock, keys(), lambda: new)
    assert (done.batches, done.entries) == (1, 3)
    with pytest.raises(KeyWrong):
        unlocked(path, KEY)
    with closing(unlocked(path, new)) as ledger:
        assert ledgers.verify(ledger, before).head == done.head
        assert bring_in(ledger, roster_xlsx(3, first=50)).outcome == "posted"
    with closing(unlocked(path.with_name("backup.db"), KEY)) as backup:
        assert ledgers.verify(backup).head == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["aidledger.db", "backup.db"]


def test_nobody_is_asked_for_a_new_key_who_has_not_the_old_one(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    for key, failure in ((None, KeyWanted), (OTHER, KeyWrong)):
        with pytest.raises(failure):
            copies.rekey(str(path), ACTOR, clock, keys(key), _never)
    with pytest.raises(KeySame):
        copies.rekey(str(path), ACTOR, clock, keys(), lambda: KEY)
    with closing(unlocked(path)) as ledger:
        copies.copy(ledger, str(tmp_path / "plain.db"), lambda _done, _total: None, plain=True)
    with pytest.raises(NotEncrypted):
        copies.rekey(str(tmp_path / "plain.db"), ACTOR, clock, keys(), _never)
    with pytest.raises(EncryptionElsewhere):
        copies.rekey("postgresql+psycopg://localhost/x", ACTOR, clock, keys(), _never)
    assert path.read_bytes() == before


def _events(path: Path, key: Secret) -> list[tuple[str, str, str]]:
    with closing(files.connected(path, key)) as books:
        return books.execute("SELECT actor, action, facts FROM event ORDER BY id").fetchall()


def test_the_chain_says_who_changed_the_key_and_nothing_of_either(path: Path) -> None:
    before = _events(path, KEY)
    copies.rekey(str(path), "李老师", clock, keys(), lambda: OTHER)
    assert _events(path, OTHER) == [*before, ("李老师", "rekey", '{"key":"file"}')]


def test_the_key_is_changed_by_reviewers(path: Path) -> None:
    with closing(unlocked(path)) as ledger:
        actors.name(ledger, "王老师", "clerk")
        actors.name(ledger, "李老师", "reviewer")
    before = path.read_bytes()
    for actor, refusal in (("王老师", OtherRole), ("somebody", NotNamed)):
        with pytest.raises(refusal):
            copies.rekey(str(path), actor, clock, keys(), _never)
    assert path.read_bytes() == before
    assert copies.rekey(str(path), "李老师", clock, keys(), lambda: OTHER).batches == 1


def _missing() -> Secret:
    raise SealKeyMissing(place="nosuch.key")


def test_the_key_of_the_seals_is_asked_for_before_anything_is_changed(path: Path) -> None:
    """The record of the change is sealed as all others are: without the key, the ledger keeps the one that it has."""
    before = path.read_bytes()
    for seal, refusal in ((_missing, SealKeyMissing), (lambda: SEAL, NotSealed)):
        with pytest.raises(refusal):
            copies.rekey(str(path), ACTOR, clock, Keys(lambda: KEY, seal), _never)
    assert path.read_bytes() == before
    with closing(unlocked(path, seal=SEAL)) as ledger:
        ledgers.seal(ledger)
    for other, wrong in ((None, SealKeyWanted), (OTHER_SEAL, SealKeyWrong)):
        with pytest.raises(wrong):
            copies.rekey(str(path), ACTOR, clock, keys(KEY, other), _never)
    done = copies.rekey(str(path), ACTOR, clock, keys(KEY, SEAL), lambda: OTHER)
    with closing(unlocked(path, OTHER, SEAL)) as ledger:
        verdict = ledgers.verify(ledger)
    assert (verdict.head, verdict.faults, verdict.unjudged) == (done.head, [], ())


def test_a_ledger_that_does_not_verify_has_its_new_key_and_that_is_said(path: Path) -> None:
    with closing(files.connected(path, KEY)) as books:
        (guard,) = books.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' LIMIT 1").fetchone()
        books.execute(f"DROP TRIGGER {guard}")
        books.commit()
    with pytest.raises(RekeyUnproved, match="has its new key"):
        copies.rekey(str(path), ACTOR, clock, keys(), lambda: OTHER)
    with closing(unlocked(path, OTHER)) as ledger:
        assert len(ledgers.verify(ledger).faults) == 1


def test_an_older_ledger_keeps_its_key(path: Path) -> None:
    with closing(files.connected(path, KEY)) as books:
        books.execute("UPDATE alembic_version SET version_num = '0000'")
        books.commit()
    before = path.read_bytes()
    with pytest.raises(LedgerOlder):
        copies.rekey(str(path), ACTOR, clock, keys(), _never)
    assert path.read_bytes() == before


def test_who_writes_meanwhile_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exclusive, "BUSY_TIMEOUT_MS", 200)
    with closing(files.connected(path, KEY, isolation_level=None)) as other:
        for begin in ("BEGIN IMMEDIATE", "BEGIN"):  # a reader too: a page must not change under it
            other.execute(begin)
            other.execute("SELECT count(*) FROM entry").fetchone()
            with pytest.raises(LedgerLocked):
                copies.rekey(str(path), ACTOR, clock, keys(), lambda: OTHER)
            other.execute("ROLLBACK")
    with closing(unlocked(path)) as ledger:
        assert ledgers.verify(ledger).faults == []


def test_what_is_damaged_is_left_as_it_is(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 20 + 99] ^= 1
    path.write_bytes(content)
    with pytest.raises(LedgerForeign):
        copies.rekey(str(path), ACTOR, clock, keys(), lambda: OTHER)
    assert path.read_bytes() == bytes(content)


_REKEY = """
import sys
from aidledger.operations import copies
from tests.store.encrypted import OTHER, keys
from tests.store.ledgers import ACTOR, clock
copies.rekey(sys.argv[1], ACTOR, clock, keys(), lambda: OTHER)
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = built(tmp_path_factory.mktemp("shim"))
    if library is None:
        pytest.skip("there is no C compiler, or no Linux")
    return library


def _interrupted(path: Path, shim: Path, how: str, at: int) -> tuple[int, int]:
    """A change of the key in a process of its own, in which one call to the disk goes wrong; its exit, its calls."""
    log = path.with_name("calls.log")
    watch = {"TORTURE_FOLDER": str(path.parent), "TORTURE_AT": str(at), "TORTURE_HOW": how, "TORTURE_LOG": str(log)}
    env = os.environ | watch | {"PYTHONPATH": str(Path(__file__).parents[2]), "LD_PRELOAD": str(shim)}
    done = subprocess.run([sys.executable, "-c", _REKEY, str(path)], check=False, capture_output=True, env=env)
    calls = sum(1 for _ in calls_of(log))
    log.unlink()
    return done.returncode, calls


def _opens(path: Path, key: Secret) -> bool:
    try:
        with closing(unlocked(path, key)) as ledger:
            verdict = ledgers.verify(ledger)
            return (verdict.batches, verdict.entries, verdict.faults) == (1, 3, [])
    except LedgerForeign:
        return False


@pytest.mark.parametrize("how", ["kill", "torn", "eio", "enospc"])
def test_whatever_goes_wrong_one_of_the_keys_opens_all_of_it(tmp_path: Path, shim: Path, how: str) -> None:
    """And who tries the wrong one first does no harm."""
    (tmp_path / "whole").mkdir()
    whole = encrypted_path(tmp_path / "whole")
    content = whole.read_bytes()
    code, calls = _interrupted(whole, shim, "none", 0)
    assert (code, calls > 100, _opens(whole, OTHER)) == (0, True, True)
    opened: set[tuple[bool, bool]] = set()
    for at in (calls // 2, calls * 5 // 6, calls - 1):
        home = tmp_path / f"{how}-{at}"
        home.mkdir()
        (home / "aidledger.db").touch(0o600)
        (home / "aidledger.db").write_bytes(content)
        assert _interrupted(home / "aidledger.db", shim, how, at)[0] in {0, 1, -signal.SIGKILL}
        for first, then in ((KEY, OTHER), (OTHER, KEY)):
            again = Path(shutil.copytree(home, tmp_path / f"{how}-{at}-{first.text[:2]}"), "aidledger.db")
            found = {key: _opens(again, key) for key in (first, then)}
            opened.add((found[KEY], found[OTHER]))
    assert opened <= {(True, False), (False, True)}
    assert (True, False) in opened
