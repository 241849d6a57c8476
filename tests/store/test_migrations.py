from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from aidledger.errors import LedgerExists
from aidledger.store.engine import connect, ledger_url
from aidledger.store.ledger import REVISION, Ledger, create_ledger
from aidledger.store.migrate import configuration, upgrade
from tests.store.ledgers import ACTOR, clock, new_ledger, new_path


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
