from __future__ import annotations

import logging
import os
import pickle
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from aidledger.domain.secret import Secret
from aidledger.errors import (
    EncryptionElsewhere,
    KeyWanted,
    KeyWrong,
    LedgerForeign,
    LedgerLocked,
    LedgerMissing,
    NewerUnknown,
    NotNamed,
    PlainUnasked,
    RestoreKeyed,
    RestoreMixed,
)
from aidledger.operations import actors, copies, ledgers
from aidledger.store.copies import snapshots
from aidledger.store.database import files
from aidledger.store.database.keys import Keys
from aidledger.store.ledger import open_ledger
from tests.builders import roster_xlsx
from tests.store.encrypted import KEY, OTHER, PASSPHRASE, TELLING, encrypted_path, keys, unlocked
from tests.store.ledgers import ACTOR, bring_in, catalogue, clock, new_path, opened
from tests.store.next_version import next_version

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return encrypted_path(tmp_path)


def _told(folder: Path) -> list[tuple[str, bytes]]:
    """What of a ledger can be read in the files of a folder."""
    return [(file.name, word) for file in folder.iterdir() for word in TELLING if word in file.read_bytes()]


@pytest.mark.plain_only
def test_the_words_that_are_looked_for_stand_in_a_plain_ledger(tmp_path: Path) -> None:
    """The negative control of the tests below."""
    ledger = opened(new_path(tmp_path))
    bring_in(ledger, roster_xlsx(3))
    ledger.close()
    assert {word for _, word in _told(tmp_path)} == set(TELLING)


def test_nothing_of_it_is_readable_not_even_while_it_is_written(path: Path, tmp_path: Path) -> None:
    ledger = unlocked(path)
    copies.backup(ledger, tmp_path / "backup.db")
    with ledger.writing("import", keep=False) as books:
        books.exec_driver_sql("PRAGMA cache_size=1")  # pages go to the disk before the end, as those of a large one
        books.exec_driver_sql("UPDATE beneficiary SET sex = NULL")
        assert (tmp_path / "aidledger.db-journal").stat().st_size > 0
        assert _told(tmp_path) == []
    ledger.close()
    assert copies.restore(str(path), tmp_path / "backup.db", ACTOR, clock, keys(), discard_newer=True).kept
    assert _told(tmp_path) == []
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(("key", "failure"), [(None, KeyWanted), (OTHER, KeyWrong), (PASSPHRASE, KeyWrong)])
def test_without_its_key_it_is_left_alone(
    path: Path, key: Secret | None, failure: type[LedgerForeign], capfd: pytest.CaptureFixture[str]
) -> None:
    before = path.read_bytes()
    with pytest.raises(failure) as refused:
        unlocked(path, key)
    assert refused.value.exit_code == 3
    assert "key" in str(refused.value)
    assert path.read_bytes() == before
    assert capfd.readouterr() == ("", "")  # SQLCipher would have written a log


@pytest.mark.parametrize("key", [KEY, PASSPHRASE, Secret("密码" * 9)], ids=["bytes", "a passphrase", "Chinese"])
def test_a_new_one_opens_with_its_key_again(tmp_path: Path, key: Secret) -> None:
    place = str(tmp_path / "new.db")
    ledgers.init(place, catalogue(), ACTOR, clock, keys(key), lambda: key).close()
    with closing(unlocked(place, key)) as ledger:
        assert bring_in(ledger, roster_xlsx(3)).outcome == "posted"
        assert ledgers.verify(ledger).faults == []


def test_a_new_one_whose_key_is_not_to_be_had_leaves_nothing(tmp_path: Path) -> None:
    def cancelled() -> Secret:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledgers.init(str(tmp_path / "new.db"), catalogue(), ACTOR, clock, encrypt=cancelled)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EncryptionElsewhere):
        ledgers.init("postgresql+psycopg://localhost/x", catalogue(), ACTOR, clock, encrypt=lambda: KEY)


def test_what_cannot_be_encrypted_asks_for_no_key(tmp_path: Path) -> None:
    def asked() -> Secret | None:
        raise AssertionError

    for content in (b"", b"a letter", b"x" * 4097):
        (tmp_path / "letter.db").write_bytes(content)
        with pytest.raises(LedgerForeign):
            open_ledger(str(tmp_path / "letter.db"), ACTOR, clock, keys=Keys(asked, asked))
    with pytest.raises(LedgerMissing):
        open_ledger(str(tmp_path / "nowhere.db"), ACTOR, clock, keys=Keys(asked, asked))


def test_every_connection_has_the_settings_that_keep_it_whole(path: Path) -> None:
    wanted = {"journal_mode": "delete", "synchronous": 3, "foreign_keys": 1, "secure_delete": 1, "trusted_schema": 0}
    wanted |= {"temp_store": 2, "busy_timeout": 60_000}
    ledger = unlocked(path)
    connections = [ledger.engine.connect() for _ in range(3)]
    for books in connections:
        assert {name: books.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted} == wanted
        books.close()
    ledger.close()


def test_who_finds_it_locked_is_told_so_and_waits(path: Path) -> None:
    told: list[str] = []
    ledger = replace(unlocked(path), waits=lambda: told.append("waits"))
    with closing(files.connected(path, KEY, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ledger.engine.connect() as books:
            books.exec_driver_sql("PRAGMA busy_timeout=1200")
        with pytest.raises(LedgerLocked):
            bring_in(ledger, roster_xlsx(3))
    assert told == ["waits"]
    assert bring_in(ledger, roster_xlsx(3, first=20)).outcome == "posted"
    ledger.close()


def test_a_page_that_was_changed_is_named_by_verify(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 20 + 99] ^= 1
    path.write_bytes(content)
    with closing(unlocked(path)) as ledger:
        faults = ledgers.verify(ledger).faults
    assert "the file is damaged" in faults[0].what
    assert capfd.readouterr() == ("", "")


def test_the_key_is_in_no_text_that_is_made_of_it(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with closing(unlocked(path)) as ledger:
        said = [repr(ledger), str(ledger.engine.url), repr(ledger.secret), repr(ledger.keys), caplog.text]
        with pytest.raises(KeyWrong) as refused:
            unlocked(path, OTHER)
        said += [str(refused.value), repr(refused.value.facts)]
    assert not [text for text in said if KEY.text in text or OTHER.text in text]


def test_no_process_that_reads_files_can_be_given_it(path: Path) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(KEY)
    with closing(unlocked(path)) as ledger, pytest.raises((TypeError, AttributeError)):
        pickle.dumps(ledger)


def test_a_backup_has_the_key_of_the_ledger(path: Path, tmp_path: Path) -> None:
    with closing(unlocked(path)) as ledger:
        done = copies.backup(ledger, tmp_path / "backup.db")
        bring_in(ledger, roster_xlsx(3, first=50))
    with pytest.raises(KeyWanted):
        unlocked(tmp_path / "backup.db", None)
    with pytest.raises(KeyWanted):
        copies.restore(str(path), tmp_path / "backup.db", ACTOR, clock, discard_newer=True)
    restored = copies.restore(str(path), tmp_path / "backup.db", ACTOR, clock, keys(), discard_newer=True)
    assert (restored.now.head, restored.lost and restored.lost.batches) == (done.head, 1)
    with closing(unlocked(path)) as ledger:
        assert ledgers.verify(ledger, done.head).faults == []


def test_encrypted_and_plain_are_not_put_over_each_other(path: Path, tmp_path: Path) -> None:
    with closing(unlocked(path)) as ledger:
        copies.copy(ledger, str(tmp_path / "plain.db"), lambda _done, _total: None, plain=True)
    for one, other in ((path, tmp_path / "plain.db"), (tmp_path / "plain.db", path)):
        before = one.read_bytes()
        with pytest.raises(RestoreMixed):
            copies.restore(str(one), other, ACTOR, clock, keys(), discard_newer=True)
        assert one.read_bytes() == before
    with pytest.raises(NewerUnknown):  # nobody who has no key knows that it is a ledger
        copies.restore(str(path), tmp_path / "plain.db", ACTOR, clock, discard_newer=False)


def test_a_ledger_with_another_key_is_asked_before_it_gives_way(path: Path, tmp_path: Path) -> None:
    """It names who may replace it, which nobody can read with the backup's key: the backup gets the ledger's first."""
    backup = tmp_path / "backup.db"
    with closing(unlocked(path)) as ledger:
        actors.name(ledger, ACTOR, "reviewer")
        copies.backup(ledger, backup)
    copies.rekey(str(path), ACTOR, clock, keys(), lambda: OTHER)
    before = path.read_bytes()
    for actor in (ACTOR, "somebody"):
        for discard_newer in (False, True):
            with pytest.raises(RestoreKeyed, match="First change the backup's key"):
                copies.restore(str(path), backup, actor, clock, keys(), discard_newer=discard_newer)
    copies.rekey(str(backup), ACTOR, clock, keys(), lambda: OTHER)
    with pytest.raises(NotNamed):
        copies.restore(str(path), backup, "somebody", clock, keys(OTHER), discard_newer=True)
    assert path.read_bytes() == before
    kept = copies.restore(str(path), backup, ACTOR, clock, keys(OTHER), discard_newer=True).kept
    assert kept is not None
    for file in (path, kept):
        with closing(unlocked(file, OTHER)) as ledger:
            assert ledgers.verify(ledger).faults == []


def test_an_encrypted_ledger_of_which_nothing_opens_gives_way_when_it_is_put_aside(path: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    with closing(unlocked(path)) as ledger:
        copies.backup(ledger, backup)
    path.write_bytes(b"\xa5" * 4096 + path.read_bytes()[4096:])
    with pytest.raises(RestoreKeyed, match="move it aside"):
        copies.restore(str(path), backup, ACTOR, clock, keys(), discard_newer=True)
    path.rename(tmp_path / "damaged.db")
    assert copies.restore(str(path), backup, ACTOR, clock, keys(), discard_newer=False).now.batches == 1


def test_a_copy_is_plain_only_where_that_is_asked(path: Path, tmp_path: Path) -> None:
    def silent(_done: int, _total: int) -> None: ...

    with closing(unlocked(path)) as ledger:
        head = copies.copy(ledger, str(tmp_path / "same.db"), silent).head
        assert copies.copy(ledger, str(tmp_path / "plain.db"), silent, plain=True).head == head
        with pytest.raises(PlainUnasked):
            copies.copy(ledger, "postgresql+psycopg://localhost/x", silent)
    assert not files.looks_like_sqlite(tmp_path / "same.db")
    with closing(unlocked(tmp_path / "same.db")) as same:
        assert ledgers.verify(same, head).faults == []
    with closing(unlocked(tmp_path / "plain.db", None)) as plain:
        assert ledgers.verify(plain, head).faults == []
        assert copies.copy(plain, str(tmp_path / "again.db"), silent, lambda: OTHER).head == head
    with closing(unlocked(tmp_path / "again.db", OTHER)) as again:
        assert ledgers.verify(again, head).faults == []


def test_an_upgrade_puts_an_encrypted_copy_aside(path: Path, tmp_path: Path) -> None:
    with next_version(tmp_path):
        done = ledgers.upgrade(str(path), catalogue(), ACTOR, clock, keys(), backup=True)
        with closing(unlocked(path)) as ledger:
            assert ledgers.verify(ledger).faults == []
    assert done.backup is not None
    assert not files.looks_like_sqlite(path)
    assert not files.looks_like_sqlite(done.backup)
    with closing(unlocked(done.backup)) as aside:
        assert ledgers.verify(aside).faults == []


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which SQLite would put its temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder))
    yield folder
    os.environ.pop("SQLITE_TMPDIR", None)


def test_a_copy_that_is_killed_half_way_leaves_nothing_plain(path: Path, tmp_path: Path, watched: Path) -> None:
    """Whatever lies about while a copy is proved is encrypted too."""
    seen: list[tuple[str, bytes]] = []
    prove = snapshots.prove

    def looking(part: Path, *rest: object, **more: object) -> object:
        seen.extend(_told(watched))
        seen.extend((file.name, word) for file in tmp_path.glob(".*") for word in TELLING if word in file.read_bytes())
        return prove(part, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, closing(unlocked(path)) as ledger:
        patch.setattr(snapshots, "prove", looking)
        copies.backup(ledger, tmp_path / "backup.db")
    assert seen == []
