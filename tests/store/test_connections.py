from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import event

from aidledger.errors import (
    AidLedgerError,
    LedgerFailed,
    LedgerForeign,
    LedgerFull,
    LedgerLocked,
    LedgerMissing,
    LedgerNewer,
    LedgerOlder,
)
from aidledger.operations import ledgers
from aidledger.store.database.files import driver
from aidledger.store.ledger import Ledger, open_ledger
from aidledger.store.model.tables import SourceFile
from tests.builders import roster_xlsx
from tests.store.ledgers import (
    ACTOR,
    ENCRYPTED,
    SECRET,
    bring_in,
    clock,
    made,
    new_ledger,
    new_path,
    opened,
    raw,
    tamper,
)

pytestmark = pytest.mark.sqlite_only

PAGES_OF_THE_CACHE = 2_000
PRAGMAS = {"journal_mode": "delete", "synchronous": 3, "foreign_keys": 1, "secure_delete": 1, "trusted_schema": 0}


@pytest.mark.parametrize(("pragma", "value"), PRAGMAS.items())
def test_every_connection_has_the_settings_that_keep_it_whole(tmp_path: Path, pragma: str, value: object) -> None:
    ledger = new_ledger(tmp_path)
    connections = [ledger.engine.connect() for _ in range(3)]
    found = [books.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for books in connections]
    for books in connections:
        books.close()
    assert found == [value] * 3


def test_a_file_that_was_left_in_wal_mode_is_brought_back(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    books = raw(path)
    books.execute("PRAGMA journal_mode=WAL")
    books.close()
    with opened(path).reading() as again:
        assert again.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "delete"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_ledger_is_readable_by_its_owner_only(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        ledger = made(str(tmp_path / "aidledger.db"))
        with ledger.writing("import") as books:
            books.exec_driver_sql("UPDATE beneficiary SET sex = NULL")
            books.exec_driver_sql("INSERT INTO school (id, name) VALUES (1, 'one')")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"aidledger.db": 0o600, "aidledger.db-journal": 0o600}


def test_writers_take_the_lock_before_they_read(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    with ledger.writing("import"):
        other = raw(ledger.place, timeout=0)
        with pytest.raises(driver(SECRET if ENCRYPTED else None).OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_what_raises_is_taken_back(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)

    def fail() -> None:
        with ledger.writing("import") as books:
            books.exec_driver_sql("INSERT INTO school (id, name) VALUES (1, 'one')")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with ledger.reading() as books:
        assert books.exec_driver_sql("SELECT count(*) FROM school").scalar_one() == 0


def _text(path: Path) -> None:
    path.write_text("no database at all, but long enough to look at", encoding="utf-8")


def _other_database(path: Path) -> None:
    books = raw(path)
    books.execute("CREATE TABLE something (id INTEGER)")
    books.commit()
    books.close()


def _cut_short(path: Path) -> None:
    content = new_path(path.parent, "whole.db").read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _overwritten(path: Path) -> None:
    content = new_path(path.parent, "whole.db").read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))


def _only_the_first_bytes(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xee" * 4096)


def _newer(path: Path) -> None:
    tamper(new_path(path.parent, path.name), "UPDATE alembic_version SET version_num = '9999'")


def _older(path: Path) -> None:
    tamper(new_path(path.parent, path.name), "UPDATE alembic_version SET version_num = '0000'")


def _without_version(path: Path) -> None:
    tamper(new_path(path.parent, path.name), "DELETE FROM alembic_version")


@pytest.mark.parametrize(
    ("make", "failure"),
    [
        (lambda _path: None, LedgerMissing),
        (Path.mkdir, LedgerMissing),
        (Path.touch, LedgerForeign),
        (_text, LedgerForeign),
        (_other_database, LedgerForeign),
        (_cut_short, LedgerForeign),
        (_overwritten, LedgerForeign),
        (_only_the_first_bytes, LedgerForeign),
        (_without_version, AidLedgerError),
        (_newer, LedgerNewer),
        (_older, LedgerOlder),
    ],
)
def test_what_is_no_ledger_is_refused_and_left_as_it_is(
    tmp_path: Path, make: object, failure: type[AidLedgerError]
) -> None:
    path = tmp_path / "aidledger.db"
    assert callable(make)
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(failure) as refused:
        opened(path)
    assert refused.value.exit_code == 3
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize(
    "place",
    [
        "a" * 300,  # longer than a file name can be
        "nosuchdatabase://host/ledger",
        "postgresql+psycopg://nobody@127.0.0.1:1/ledger",  # nothing listens there, or the driver is not installed
        "postgresql+nosuchdriver://nobody@127.0.0.1/ledger",
        "sqlite://",
        "://",
        "pyproject.toml/aidledger.db",
    ],
)
def test_a_place_that_cannot_hold_a_ledger_is_refused_in_words(place: str) -> None:
    with pytest.raises(AidLedgerError) as refused:
        open_ledger(place, ACTOR, clock)
    assert refused.value.exit_code == 3


def test_a_password_in_a_url_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(AidLedgerError) as refused:
        open_ledger("postgresql+psycopg://clerk:s3cret@127.0.0.1:1/ledger", ACTOR, clock)
    assert "s3cret" not in str(refused.value)


def _set(ledger: Ledger, pragma: str) -> None:
    """A setting of a smaller world on every connection from now on: less patience, a smaller disk."""

    def on_connect(driver_connection: sqlite3.Connection, _record: object) -> None:
        driver_connection.execute(f"PRAGMA {pragma}").close()

    ledger.engine.dispose()
    event.listen(ledger.engine, "connect", on_connect)


def test_a_ledger_that_somebody_else_writes_to_is_locked(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    _set(ledger, "busy_timeout=50")
    other = raw(ledger.place)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerLocked):
        bring_in(ledger, roster_xlsx(3))
    other.rollback()
    other.close()
    assert bring_in(ledger, roster_xlsx(3)).outcome == "posted"


def test_a_full_disk_takes_back_what_was_not_committed(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3), "before.xlsx")
    pages = raw(ledger.place).execute("PRAGMA page_count").fetchone()[0]
    _set(ledger, f"max_page_count={pages + 1}")
    with pytest.raises(LedgerFull):
        bring_in(ledger, roster_xlsx(400, first=100), "large.xlsx")
    ledger.close()
    verdict = ledgers.verify(opened(Path(ledger.place)))
    assert (verdict.batches, verdict.entries, verdict.faults) == (1, 3, [])


def test_a_refusal_of_the_database_never_shows_what_was_written(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    number = "511300200603150015"

    def write_twice() -> None:
        with ledger.writing("import") as books:
            for _ in range(2):
                books.exec_driver_sql(
                    "INSERT INTO beneficiary (id, document_type, number, name) VALUES (1, 'resident-id', ?, '王雨桐')",
                    (number,),
                )

    with pytest.raises(LedgerFailed) as refused:
        write_twice()
    assert number not in str(refused.value)
    assert number not in str(refused.value.__cause__)


def test_others_read_while_a_check_of_many_files_runs(tmp_path: Path) -> None:
    """It is one transaction; were its pages written before it ends, nobody could read until then."""
    ledger = new_ledger(tmp_path)
    reader = opened(ledger.place)
    with reader.engine.connect() as books:
        books.exec_driver_sql("PRAGMA busy_timeout=0")
        with ledger.writing("check", keep=False) as checking:
            for number in range(8):  # four times the cache
                content = {"sha256": f"{number:064}", "size_bytes": 1_000_000, "content": os.urandom(1_000_000)}
                checking.execute(SourceFile.insert(), content)
                assert books.exec_driver_sql("SELECT count(*) FROM source_file").scalar_one() == 0
                books.rollback()
        with ledger.writing("import") as posting:  # of the same connection: as it was
            assert posting.exec_driver_sql("PRAGMA cache_spill").scalar_one() <= PAGES_OF_THE_CACHE
    assert ledgers.verify(ledger).faults == []
    reader.close()
    ledger.close()
