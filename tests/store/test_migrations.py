from __future__ import annotations

import gzip
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from aidledger.errors import LedgerExists, LedgerNewer, LedgerOlder
from aidledger.operations import auditing, ledgers, paying, reporting
from aidledger.store.database.engine import connect, ledger_url
from aidledger.store.ledger import REVISION, Ledger, create_ledger
from aidledger.store.model.migrate import configuration, upgrade
from aidledger.store.model.models import Entry
from aidledger.store.model.references import REFERENCES
from tests.builders import roster_xlsx
from tests.store.ledgers import (
    ACTOR,
    KEYS,
    ON_POSTGRESQL,
    Place,
    bring_in,
    catalogue,
    clock,
    contents,
    new_ledger,
    new_path,
    new_place,
    no_ledger_yet,
    opened,
    plain,
    raw,
    sample_place,
    tamper,
)
from tests.store.older import take_back


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


def test_the_tables_of_the_first_version_are_brought_up_to_this_one(tmp_path: Path) -> None:
    place = no_ledger_yet(tmp_path)
    first = Ledger(connect(ledger_url(place)), place, ACTOR, clock)
    with first.writing("open") as books:
        upgrade(books, "0001")
    first.close()
    with pytest.raises(LedgerOlder):
        opened(place)
    assert ledgers.upgrade(place, catalogue(), ACTOR, clock, KEYS, backup=False).changed
    assert _described(place) == _described(new_place(tmp_path, "new.db"))
    ledger = opened(place)
    assert bring_in(ledger, roster_xlsx(3)).outcome == "posted"
    assert ledgers.verify(ledger).faults == []


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


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A ledger as the first version made it, with a roster in it: what later ones added is taken out again."""
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3))
    ledger.close()
    path = tmp_path / "aidledger.db"
    with closing(raw(path)) as books:
        take_back(books, "0001")
    return path


def _dump(path: Path) -> tuple[object, object]:
    return _schema(path), contents(path)


@pytest.mark.sqlite_only
def test_an_older_ledger_asks_to_be_upgraded_and_is(older: Path) -> None:
    with pytest.raises(LedgerOlder):
        opened(older)
    before = _dump(older)
    done = ledgers.upgrade(str(older), catalogue(), ACTOR, clock, KEYS, backup=True)
    assert done.backup is not None
    assert (done.backup.stat().st_mode & 0o777, _dump(done.backup)) == (0o600, before)
    ledger = opened(older)
    assert ledgers.verify(ledger).faults == []
    assert bring_in(ledger, roster_xlsx(4), supersedes=1).outcome == "posted"
    new_one = older.parent / "new.db"
    create_ledger(str(new_one), ACTOR, clock).close()
    assert _schema(older) == _schema(new_one)


@pytest.fixture
def paid_twice(tmp_path: Path) -> Path:
    """A ledger that the program made when its tables were of version 0008, and payments belonged to entries.

    Nine pupils were paid; of four of them the next version of the roster corrected a class, a card, a number and an
    amount (1,000 to 1,500 yuan), and these four were paid once more.
    """
    path = tmp_path / "aidledger.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("paid-twice.version-0008.db.gz").read_bytes()))
    return path


@pytest.mark.sqlite_only
@pytest.mark.plain_only
def test_an_older_ledger_that_paid_twice_says_so_and_keeps_its_figures(paid_twice: Path) -> None:
    ledgers.upgrade(str(paid_twice), catalogue(), ACTOR, clock, KEYS, backup=False)
    with closing(opened(paid_twice)) as ledger:
        assert ledgers.verify(ledger).faults == []
        figures = reporting.summary(ledger, catalogue()).found
        assert (figures.aid.person_times, figures.aid.amount_fen) == (9, 950_000)
        told = paying.due(ledger, catalogue(), (), None, None, ("person",), settled=True).found
        assert (told.aid.claimed_fen, told.aid.paid_fen, told.aid.to_claim_back_fen) == (950_000, 1_350_000, 400_000)
        back = [row.balance.to_claim_back_fen for row in told.rows]
        assert sorted(filter(None, back)) == [100_000] * 4
        found = auditing.audit(ledger, catalogue(), ["to-be-recovered"]).found
        assert len(found.findings) == 4


@pytest.mark.sqlite_only
def test_who_upgrades_is_told_of_another_writer(older: Path) -> None:
    with closing(raw(older, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told: list[str] = []

        def tell() -> None:
            told.append("waits")
            other.execute("ROLLBACK")

        assert ledgers.upgrade(str(older), catalogue(), ACTOR, clock, KEYS, tell, backup=False).changed
    assert told == ["waits"]


@pytest.mark.sqlite_only
def test_an_upgrade_never_overwrites_the_copy_of_another(older: Path) -> None:
    older.with_name("aidledger.db.version-0001").write_bytes(b"an earlier copy")
    done = ledgers.upgrade(str(older), catalogue(), ACTOR, clock, KEYS, backup=True)
    assert (done.changed, done.backup) == (True, older.with_name("aidledger.db.version-0001-2"))
    assert older.with_name("aidledger.db.version-0001").read_bytes() == b"an earlier copy"
    with closing(raw(older.with_name("aidledger.db.version-0001-2"))) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


@pytest.mark.sqlite_only
def test_what_is_up_to_date_or_newer_is_left_alone(tmp_path: Path) -> None:
    path = new_path(tmp_path)
    before = path.read_bytes()
    assert not ledgers.upgrade(str(path), catalogue(), ACTOR, clock, KEYS, backup=True).changed
    assert path.read_bytes() == before
    with closing(raw(path)) as books:
        books.execute("UPDATE alembic_version SET version_num = '9999'")
        books.commit()
    with pytest.raises(LedgerNewer):
        ledgers.upgrade(str(path), catalogue(), ACTOR, clock, KEYS, backup=True)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.sqlite_only
@pytest.mark.plain_only
@pytest.mark.parametrize(
    ("tampering", "named"),
    {
        "UPDATE program SET nature = 'loan' WHERE id = 2": "program",
        "UPDATE beneficiary SET student_number = 'G1' WHERE id = 3": "beneficiary",
        "UPDATE payment_order_line SET entry_id = entry_id + 100 WHERE serial = 1": "order",
        "UPDATE payment_order_line SET entry_id = entry_id + 100 WHERE serial IN (1, 2, 3)": "order",
        "UPDATE payment_order SET exported_by = 'nobody' WHERE id = 1": "order",
        "INSERT INTO school VALUES (99, '第九中学')": "school",
    }.items(),
)
def test_what_no_event_of_an_older_version_told_is_covered_from_the_upgrade_on(
    paid_twice: Path, tampering: str, named: str
) -> None:
    ledgers.upgrade(str(paid_twice), catalogue(), ACTOR, clock, KEYS, backup=False)
    tamper(paid_twice, "PRAGMA foreign_keys = OFF", tampering)
    with closing(opened(paid_twice)) as ledger:
        faults = ledgers.verify(ledger).faults
    assert any(named in {fault.facts.get("table"), *fault.facts} for fault in faults)


def test_who_sets_a_ledger_back_has_no_upgrade_vouch_for_what_he_changed(tmp_path: Path) -> None:
    place = sample_place(tmp_path)
    changed = "UPDATE program SET nature = 'loan' WHERE id = 2", "INSERT INTO school VALUES (999, '第九中学')"
    tamper(place, *changed, "UPDATE alembic_version SET version_num = '0009'")
    assert ledgers.upgrade(place, catalogue(), ACTOR, clock, KEYS, backup=False).changed
    with closing(opened(place)) as ledger:
        faults = ledgers.verify(ledger).faults
    assert {"program", "school"} <= {fault.facts.get("table") for fault in faults}
