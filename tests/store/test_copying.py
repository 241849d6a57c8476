from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from aidledger.errors import CopyFaulty, LedgerExists
from aidledger.operations import copies, ledgers
from aidledger.store.copies import copying
from aidledger.store.copies.copying import Copied
from aidledger.store.ledger import Ledger, create_ledger, open_ledger
from tests import postgresql
from tests.builders import roster_xlsx
from tests.store.ledgers import ACTOR, bring_in, clock, opened, raw, sample_path, tamper

pytestmark = pytest.mark.sqlite_only  # each of them has both engines in it


def _copy(ledger: Ledger, place: str | Path) -> Copied:
    return copies.copy(ledger, str(place), lambda _done, _total: None, plain="://" in str(place))


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(raw(path)) as books:
        tables = [name for (name,) in books.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(books.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The URL of an empty database on the tests' server."""
    return str(postgresql.new_database(tmp_path))


def test_a_copy_has_every_row_and_the_same_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 7)
    path = sample_path(tmp_path)
    done = _copy(opened(path), tmp_path / "copy.db")
    assert _rows(tmp_path / "copy.db") == _rows(path)
    verdict = ledgers.verify(opened(tmp_path / "copy.db"), done.head)
    assert verdict == ledgers.verify(opened(path))
    assert (done.batches, done.entries, done.head) == (verdict.batches, verdict.entries, verdict.head)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_copy_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    copies.copy(opened(sample_path(tmp_path)), str(tmp_path / "copy.db"), lambda *far: told.append(far))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == sum(map(len, _rows(tmp_path / "copy.db").values())) - 1  # alembic_version


def test_a_copy_goes_on_where_the_ledger_stood(tmp_path: Path) -> None:
    _copy(opened(sample_path(tmp_path)), tmp_path / "copy.db")
    copy = opened(tmp_path / "copy.db")
    assert bring_in(copy, roster_xlsx(3, first=50)).batch == 14
    assert ledgers.verify(copy).faults == []


def test_nothing_that_is_there_is_copied_over(tmp_path: Path) -> None:
    ledger = opened(sample_path(tmp_path))
    (tmp_path / "letter.db").write_text("a letter")
    for name in ("letter.db", "aidledger.db"):
        with pytest.raises(LedgerExists):
            _copy(ledger, tmp_path / name)
    assert (tmp_path / "letter.db").read_text() == "a letter"
    assert ledgers.verify(ledger).faults == []


def test_no_copy_is_kept_of_a_ledger_that_was_tampered_with(tmp_path: Path) -> None:
    path = sample_path(tmp_path)
    tamper(path, "UPDATE entry SET amount_fen = amount_fen + 1 WHERE id = 5")
    with pytest.raises(CopyFaulty):
        _copy(opened(path), tmp_path / "copy.db")
    assert [file.name for file in tmp_path.iterdir()] == ["aidledger.db"]


def test_a_copy_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copies.copy(opened(sample_path(tmp_path)), str(tmp_path / "copy.db"), interrupt)
    assert [file.name for file in tmp_path.iterdir()] == ["aidledger.db"]


def test_to_a_server_and_back_is_the_same_ledger(tmp_path: Path, database: str) -> None:
    path = sample_path(tmp_path)
    there = _copy(opened(path), database)
    server = open_ledger(database, ACTOR, clock)
    assert ledgers.verify(server, there.head) == ledgers.verify(opened(path))
    back = _copy(server, tmp_path / "back.db")
    assert (back.head, back.entries) == (there.head, there.entries)
    assert _rows(tmp_path / "back.db") == _rows(path)
    server.close()


def test_a_database_that_holds_anything_is_refused_and_left(tmp_path: Path, database: str) -> None:
    ledger = opened(sample_path(tmp_path))
    engine = create_engine(database)
    with engine.begin() as books:
        books.execute(text("CREATE TABLE song (name text)"))
    with pytest.raises(LedgerExists):
        _copy(ledger, database)
    assert inspect(engine).get_table_names() == ["song"]
    engine.dispose()


def test_an_interrupted_copy_leaves_a_server_empty(tmp_path: Path, database: str) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copies.copy(opened(sample_path(tmp_path)), database, interrupt, plain=True)
    engine = create_engine(database)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


ALTERED = {
    "taken off": "DROP TRIGGER entry_refused ON entry",
    "switched off": "ALTER TABLE entry DISABLE TRIGGER entry_refused",
    "made toothless": "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RETURN NULL; END $$",
    "for fewer columns": "DROP TRIGGER school_refused ON school; CREATE TRIGGER school_refused BEFORE UPDATE OF name "
    "OR DELETE OR TRUNCATE ON school FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "for fewer actions": "DROP TRIGGER entry_refused ON entry; CREATE TRIGGER entry_refused BEFORE DELETE "
    "OR TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "switched off, of references": "ALTER TABLE entry DISABLE TRIGGER entry_references_sought",
    "made toothless, of references": "CREATE OR REPLACE FUNCTION entry_references() RETURNS trigger LANGUAGE plpgsql "
    "AS $$ BEGIN RETURN NULL; END $$",
    "one of somebody else's": "CREATE TRIGGER mine BEFORE INSERT ON entry FOR EACH STATEMENT "
    "EXECUTE FUNCTION refuse_change()",
}


@pytest.mark.parametrize("what", ALTERED)
def test_verify_names_a_servers_guard_that_is_not_as_it_was_made(database: str, what: str) -> None:
    ledger = create_ledger(database, ACTOR, clock)
    assert ledgers.verify(ledger).faults == []
    engine = create_engine(database)
    with engine.begin() as books:
        books.exec_driver_sql(ALTERED[what])
    engine.dispose()
    named = {fault.facts["table"] for fault in ledgers.verify(ledger).faults if "guard" in fault.facts}
    ledger.close()
    assert {"school" if "school" in ALTERED[what] else "entry"} <= named
    assert len(named) == 1 or what == "made toothless"


def test_a_server_compiles_no_question_and_plans_each_anew_on_any_connection(database: str) -> None:
    with create_ledger(database, ACTOR, clock).reading("open") as books:
        assert books.exec_driver_sql("SHOW jit").scalar_one() == "off"
        assert books.exec_driver_sql("SHOW plan_cache_mode").scalar_one() == "force_custom_plan"


def _planned_for(database: str) -> str:
    ledger = opened(database)
    with ledger.reading("open") as books:
        cost = str(books.exec_driver_sql("SHOW random_page_cost").scalar_one())
    ledger.close()
    return cost


def test_a_server_takes_its_disk_for_one_without_a_head_unless_it_was_told(database: str) -> None:
    create_ledger(database, ACTOR, clock).close()
    engine = create_engine(database)
    with engine.connect() as books:
        told = books.exec_driver_sql("SELECT source, setting FROM pg_settings WHERE name = 'random_page_cost'").one()
    assert _planned_for(database) == ("1.1" if told.source == "default" else told.setting)
    with engine.begin() as books:
        books.exec_driver_sql(f"ALTER DATABASE {engine.url.database} SET random_page_cost = 3")
    engine.dispose()
    assert _planned_for(database) == "3"


def test_a_server_does_not_compress_schools_files(database: str) -> None:
    create_ledger(database, ACTOR, clock).close()
    ledger = opened(database)
    with ledger.reading("open") as books:
        kept = "SELECT attstorage FROM pg_attribute WHERE attrelid = 'source_file'::regclass AND attname = 'content'"
        assert books.exec_driver_sql(kept).scalar_one() == "e"
    ledger.close()
