from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from aidledger.errors import AidLedgerError, LedgerExists, LedgerForeign, LedgerNewer, LedgerOlder
from aidledger.operations import ledgers
from aidledger.store.chain import events
from aidledger.store.copies.upgrading import Upgraded
from aidledger.store.database.engine import connect, ledger_url
from aidledger.store.ledger import REVISION, Ledger, create_ledger
from aidledger.store.model.migrate import configuration, upgrade
from aidledger.store.model.models import Entry
from aidledger.store.model.references import REFERENCES
from tests.builders import roster_xlsx
from tests.store import everything
from tests.store.ledgers import (
    ACTOR,
    KEYS,
    ON_POSTGRESQL,
    Place,
    bring_in,
    catalogue,
    clock,
    contents,
    copied,
    new_ledger,
    new_path,
    new_place,
    no_ledger_yet,
    opened,
    plain,
    raw,
    tamper,
)
from tests.store.next_version import FAILS, NEXT, NOTHING, REMARKS, next_version


def _schema(path: Path) -> list[tuple[str, str]]:
    books = raw(path)
    rows = books.execute("SELECT name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    books.close()
    return rows


def test_the_revision_that_opening_asks_for_is_the_newest_migration() -> None:
    script = ScriptDirectory.from_config(configuration())
    assert script.get_heads() == [REVISION]


def test_migrations_make_the_tables_that_the_code_describes(tmp_path: Path) -> None:
    with new_ledger(tmp_path).reading() as books:
        context = MigrationContext.configure(books, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, Entry.metadata)
    missing = {
        (key.table.name, *key.column_keys, *(one.target_fullname for one in key.elements)) for _, key in differences
    }
    sought = {
        (table, column, f"{target}.id") for table, columns in REFERENCES.items() for column, target in columns.items()
    }
    assert {kind for kind, _ in differences} == ({"add_fk"} if ON_POSTGRESQL else set())
    assert missing == (sought if ON_POSTGRESQL else set())


def test_migrations_make_nothing_but_the_tables_of_the_code(tmp_path: Path) -> None:
    with new_ledger(tmp_path).reading() as books:
        tables = set(inspect(books).get_table_names())
    assert tables == {"alembic_version", *Entry.metadata.tables}


@pytest.mark.sqlite_only
def test_an_upgrade_of_what_is_new_changes_nothing(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    before = _schema(path)
    with new_ledger(tmp_path, "other.db").writing("open") as books:
        upgrade(books)
    assert _schema(tmp_path / "other.db") == before


@pytest.mark.sqlite_only
def test_an_upgrade_that_is_taken_back_leaves_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    raw(path).close()
    ledger = Ledger(connect(ledger_url(str(path))), str(path), ACTOR, clock)
    with ledger.writing("open", keep=False) as books:
        upgrade(books)
    assert _schema(path) == []


def test_a_ledger_is_not_made_twice(tmp_path: Path) -> None:
    place = no_ledger_yet(tmp_path)
    create_ledger(place, ACTOR, clock).close()
    before = contents(place)
    with pytest.raises(LedgerExists):
        create_ledger(place, ACTOR, clock)
    assert contents(place) == before


def _described(place: Place) -> dict[str, object]:
    """The tables, columns, keys and indexes of a ledger, as its engine tells of them; of triggers, `verify` tells."""
    with plain(place) as books:
        asked = inspect(books)
        return {
            name: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in asked.get_columns(name)],
                sorted((str(key["name"]), key["column_names"], key["unique"]) for key in asked.get_indexes(name)),
                sorted(map(str, asked.get_foreign_keys(name))),
            )
            for name in asked.get_table_names()
        }


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger with rows in every table."""
    folder = tmp_path_factory.mktemp("migrations")
    place = new_place(folder)
    (folder / "work").mkdir()
    everything.enter(place, folder / "work")
    return place


@pytest.fixture
def place(original: str, tmp_path: Path) -> str:
    return copied(original, tmp_path)


def _upgraded(place: Place, waits: Callable[[], None] = lambda: None) -> Upgraded:
    """The ledger brought up to the newest version; a copy is put aside where it is a file."""
    return ledgers.upgrade(str(place), catalogue(), ACTOR, clock, KEYS, waits, backup=not ON_POSTGRESQL)


def test_a_ledger_is_brought_up_to_the_next_version_with_all_that_is_in_it(place: str, tmp_path: Path) -> None:
    before = contents(place)
    with next_version(tmp_path):
        with pytest.raises(LedgerOlder, match=f"version {REVISION}, not {NEXT}"):
            opened(place)
        done = _upgraded(place)
        assert (done.found, done.changed) == (REVISION, True)
        new_one = no_ledger_yet(tmp_path, "new.db")
        create_ledger(new_one, ACTOR, clock).close()
        assert _described(place) == _described(new_one)
        after = contents(place)
        with closing(opened(place)) as ledger:
            assert ledgers.verify(ledger).faults == []
            assert bring_in(ledger, roster_xlsx(3, first=300), "later.xlsx").outcome == "posted"
            assert ledgers.verify(ledger).faults == []
        assert not _upgraded(place).changed
    assert after.pop("alembic_version") == [(NEXT,)]
    assert sorted(after.pop("remark")) == sorted((row[0], row[2]) for row in before["batch"] if row[2] is not None)
    assert after["batch"] == [(*row, None) for row in before["batch"]]
    assert len(after["event"]) == len(before["event"]) + 1
    assert before["batch_total"]
    for table in before.keys() - {"alembic_version", "batch", "event"}:
        assert after[table] == before[table], table
    with pytest.raises(LedgerNewer, match=f"version {NEXT}; this one supports {REVISION}"):
        opened(place)


def test_the_record_of_an_upgrade_says_from_which_version_to_which(place: str, tmp_path: Path) -> None:
    with next_version(tmp_path, NOTHING, NOTHING) as newest:
        _upgraded(place)
        with closing(opened(place)) as ledger, ledger.reading() as books:
            assert list(events.recorded(books, "upgrade"))[-1][1] == {"from": REVISION, "to": newest}


@pytest.mark.parametrize("migrations", [(REMARKS + FAILS,), (REMARKS, FAILS)], ids=["in the only one", "in the second"])
def test_an_upgrade_that_fails_half_way_changes_nothing(
    place: str, tmp_path: Path, migrations: tuple[str, ...]
) -> None:
    before = _described(place), contents(place)
    with next_version(tmp_path, *migrations), pytest.raises(RuntimeError, match="half way"):
        _upgraded(place)
    _is_as_before(place, before, tmp_path)


def test_an_upgrade_that_is_killed_half_way_changes_nothing(place: str, tmp_path: Path) -> None:
    before = _described(place), contents(place)
    (tmp_path / "killed").mkdir()
    command = [sys.executable, "-c", _KILLED, place, str(tmp_path / "killed")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, check=False, capture_output=True, env=environment, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    _is_as_before(place, before, tmp_path)


_KILLED = """
import sys
from pathlib import Path
from tests.store.next_version import IS_KILLED, REMARKS, next_version
from tests.store.test_migrations import _upgraded

with next_version(Path(sys.argv[2]), REMARKS + IS_KILLED):
    _upgraded(sys.argv[1])
"""


def _is_as_before(place: str, before: tuple[object, object], folder: Path) -> None:
    """Nothing is half done, the ledger works, and its upgrade can be run again."""
    assert (_described(place), contents(place)) == before
    with closing(opened(place)) as ledger:
        assert ledgers.verify(ledger).faults == []
    with next_version(folder):
        done = _upgraded(place)
        with closing(opened(place)) as ledger:
            assert ledgers.verify(ledger).faults == []
    if not ON_POSTGRESQL:
        assert done.backup == Path(f"{place}.version-{REVISION}-2")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A ledger in a file with a roster in it."""
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3))
    ledger.close()
    return tmp_path / "aidledger.db"


def _dump(path: Path) -> tuple[object, object]:
    return _schema(path), contents(path)


@pytest.mark.sqlite_only
def test_what_an_upgrade_puts_aside_is_the_ledger_as_it_was(older: Path, tmp_path: Path) -> None:
    before = _dump(older)
    with next_version(tmp_path):
        done = _upgraded(older)
        assert done.backup == older.with_name(f"aidledger.db.version-{REVISION}")
        assert (done.backup.stat().st_mode & 0o777, _dump(done.backup)) == (0o600, before)
        new_one = older.with_name("new.db")
        create_ledger(str(new_one), ACTOR, clock).close()
        assert _schema(older) == _schema(new_one)
    with closing(opened(done.backup)) as ledger:
        assert ledgers.verify(ledger).faults == []


@pytest.mark.sqlite_only
def test_who_upgrades_is_told_of_another_writer(older: Path, tmp_path: Path) -> None:
    with closing(raw(older, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told: list[str] = []

        def tell() -> None:
            told.append("waits")
            other.execute("ROLLBACK")

        with next_version(tmp_path):
            assert _upgraded(older, tell).changed
    assert told == ["waits"]


@pytest.mark.sqlite_only
def test_an_upgrade_never_overwrites_the_copy_of_another(older: Path, tmp_path: Path) -> None:
    copy, another = (older.with_name(f"aidledger.db.version-{REVISION}{suffix}") for suffix in ("", "-2"))
    copy.write_bytes(b"an earlier copy")
    with next_version(tmp_path):
        done = _upgraded(older)
        assert (done.changed, done.backup) == (True, another)
    assert copy.read_bytes() == b"an earlier copy"
    with closing(raw(another)) as aside:
        assert aside.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISION,)


@pytest.mark.sqlite_only
def test_what_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    before = path.read_bytes()
    assert not _upgraded(path).changed
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("version", "failure"),
    [("9999", LedgerNewer), ("0000", LedgerForeign), ("of no kind", LedgerNewer), (None, LedgerNewer)],
    ids=["newer", "older than all", "unknown", "none"],
)
def test_what_is_newer_or_of_no_known_version_is_left_alone(
    tmp_path: Path, version: str | None, failure: type[AidLedgerError]
) -> None:
    place = new_place(tmp_path)
    tamper(
        place,
        "DELETE FROM alembic_version" if version is None else f"UPDATE alembic_version SET version_num = '{version}'",  # noqa: S608
    )
    before, files = contents(place), sorted(tmp_path.iterdir())
    with pytest.raises(failure):
        _upgraded(place)
    assert (contents(place), sorted(tmp_path.iterdir())) == (before, files)


def test_who_sets_a_ledger_back_has_no_upgrade_vouch_for_what_he_changed(place: str, tmp_path: Path) -> None:
    tamper(place, "UPDATE program SET nature = 'loan' WHERE id = 2", "INSERT INTO school VALUES (999, '第九中学')")
    with next_version(tmp_path):
        assert _upgraded(place).changed
        with closing(opened(place)) as ledger:
            faults = ledgers.verify(ledger).faults
    assert {"program", "school"} <= {fault.facts.get("table") for fault in faults}
