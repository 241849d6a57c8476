from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from aidledger.errors import LedgerExists, LedgerNewer, LedgerOlder
from aidledger.operations import ledgers
from aidledger.store.engine import connect, ledger_url
from aidledger.store.ledger import REVISION, Ledger, create_ledger
from aidledger.store.migrate import configuration, upgrade
from tests.builders import roster_xlsx
from tests.store.ledgers import ACTOR, bring_in, catalogue, clock, new_ledger, new_path, opened


def _schema(path: Path) -> list[tuple[str, str]]:
    books = sqlite3.connect(path)
    rows = books.execute("SELECT name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    books.close()
    return rows


def test_the_revision_that_opening_asks_for_is_the_newest_migration() -> None:
    script = ScriptDirectory.from_config(configuration())
    assert script.get_heads() == [REVISION]


def test_migrations_make_the_tables_that_the_code_describes(tmp_path: Path) -> None:
    with new_ledger(tmp_path).reading() as books:
        context = MigrationContext.configure(books, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrations_make_nothing_but_the_tables_of_the_code(tmp_path: Path) -> None:
    tables = {name for name, sql in _schema(new_path(tmp_path)) if sql and sql.startswith("CREATE TABLE")}
    assert tables == {"alembic_version", *SQLModel.metadata.tables}


def test_an_upgrade_of_what_is_new_changes_nothing(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    before = _schema(path)
    with new_ledger(tmp_path, "other.db").writing() as books:
        upgrade(books)
    assert _schema(tmp_path / "other.db") == before


def test_an_upgrade_that_is_taken_back_leaves_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    sqlite3.connect(path).close()
    ledger = Ledger(connect(ledger_url(str(path))), str(path), ACTOR, clock)
    with ledger.writing(keep=False) as books:
        upgrade(books)
    assert _schema(path) == []


def test_a_ledger_is_not_made_twice(tmp_path: Path) -> None:
    path = tmp_path / "aidledger.db"
    create_ledger(str(path), ACTOR, clock).close()
    before = path.read_bytes()
    with pytest.raises(LedgerExists):
        create_ledger(str(path), ACTOR, clock)
    assert path.read_bytes() == before


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A ledger as the first version made it, with a roster in it: what later ones added is taken out again."""
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3))
    ledger.close()
    path = tmp_path / "aidledger.db"
    with closing(sqlite3.connect(path)) as books:
        for (name,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if name.startswith(_ADDED):
                books.execute(f"DROP TRIGGER {name}")
        for name in _ADDED:
            books.execute(f"DROP TABLE {name}")
        books.execute("ALTER TABLE entry DROP COLUMN guardian")
        books.execute("UPDATE alembic_version SET version_num = '0001'")
        books.commit()
    return path


_ADDED = (
    "payment_order_line",
    "payment_order",
    "notice_line",
    "notice",
    "bank_return",
    "allotment",
    "enrolment",
    "certification",
    "listing",
    "kept_entry",
)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as books:
        return list(books.iterdump())


def test_an_older_ledger_asks_to_be_upgraded_and_is(older: Path) -> None:
    with pytest.raises(LedgerOlder):
        opened(older)
    before = _dump(older)
    done = ledgers.upgrade(str(older), catalogue(), ACTOR, clock, backup=True)
    assert done.backup is not None
    assert (done.backup.stat().st_mode & 0o777, _dump(done.backup)) == (0o600, before)
    ledger = opened(older)
    assert ledgers.verify(ledger).faults == []
    assert bring_in(ledger, roster_xlsx(4), supersedes=1).outcome == "posted"
    new_one = older.parent / "new.db"
    create_ledger(str(new_one), ACTOR, clock).close()
    assert _schema(older) == _schema(new_one)


def test_an_upgrade_never_overwrites_the_copy_of_another(older: Path) -> None:
    older.with_name("aidledger.db.version-0001").write_bytes(b"an earlier copy")
    before = older.read_bytes()
    with pytest.raises(LedgerExists):
        ledgers.upgrade(str(older), catalogue(), ACTOR, clock, backup=True)
    assert older.read_bytes() == before


def test_what_is_up_to_date_or_newer_is_left_alone(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    before = path.read_bytes()
    assert not ledgers.upgrade(str(path), catalogue(), ACTOR, clock, backup=True).changed
    assert path.read_bytes() == before
    with closing(sqlite3.connect(path)) as books:
        books.execute("UPDATE alembic_version SET version_num = '9999'")
        books.commit()
    with pytest.raises(LedgerNewer):
        ledgers.upgrade(str(path), catalogue(), ACTOR, clock, backup=True)
    assert list(tmp_path.iterdir()) == [path]
