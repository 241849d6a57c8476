from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from aidledger.store.model.immutability import APPEND_ONLY, KEPT_COLUMNS
from aidledger.store.model.models import Entry
from tests.store import everything
from tests.store.ledgers import ON_POSTGRESQL, new_place, plain

CHANGES = {
    "entry": "amount_fen = 1",
    "event": "actor = 'somebody else'",
    "batch": "file_name = 'other.xlsx'",
    "roster": "declared_amount_fen = 1",
    "source_file": "size_bytes = 1",
    "catalogue": "digest = 'other'",
    "standard": "high_fen = 1",
    "beneficiary": "name = 'somebody else'",
    "school": "name = 'another school'",
    "program": "nature = 'loan'",
    "school_alias": "school_id = 99",
    "kept_entry": "entry_id = 1",
    "listing": "sheet = 'other'",
    "certification": "level = 'special'",
    "enrolment": "status = 'left'",
    "allotment": "amount_fen = 1",
    "bank_return": "outcome = 'failed'",
    "payment_order": "amount_fen = 1",
    "payment_order_line": "account = 'other'",
    "notice": "posted_until = '2099-12-31'",
    "notice_line": "entry_id = 99",
    "batch_total": "amount_fen = 1",
    "number_correction": "earlier_id = 1",
    "recovery": "amount_fen = 1",
    "population": "as_of = '2020-01-01'",
    "school_amount": "amount_fen = 1",
    "quota": "persons = 1",
    "fee_receipt": "amount_fen = 1",
    "staff": "account = '1'",
    "death": "died_on = '2020-01-01'",
    "national_payment": "amount_fen = 1",
}
# SQLite has no TRUNCATE.
REMOVALS = ["DELETE FROM {table}", *(["TRUNCATE {table} CASCADE"] if ON_POSTGRESQL else [])]
IDENTITIES = [(table, column) for table, columns in KEPT_COLUMNS.items() for column in columns]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("immutable")
    place = new_place(folder)
    (folder / "work").mkdir()
    everything.enter(place, folder / "work")
    return place


def _rows(place: str, table: str) -> list[tuple[object, ...]]:
    with plain(place) as books:
        query = f"SELECT * FROM {table} ORDER BY 1"  # noqa: S608 - names of this module
        return [tuple(row) for row in books.exec_driver_sql(query)]


def _refused(place: str, table: str, sql: str) -> None:
    before = _rows(place, table)
    assert before
    said = rf"(in )?{table} (is append-only|does not|is never)|(UPDATE|DELETE|TRUNCATE) on {table} is refused"
    with plain(place) as books, pytest.raises(DBAPIError, match=said):
        books.exec_driver_sql(sql)
    assert _rows(place, table) == before


def test_every_table_is_tried_here() -> None:
    assert CHANGES.keys() == Entry.metadata.tables.keys() == {*APPEND_ONLY, *KEPT_COLUMNS}


@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_changed(place: str, table: str) -> None:
    _refused(place, table, f"UPDATE {table} SET {CHANGES[table]}")  # noqa: S608


@pytest.mark.parametrize("removal", REMOVALS)
@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_deleted(place: str, table: str, removal: str) -> None:
    _refused(place, table, removal.format(table=table))


@pytest.mark.parametrize(("table", "column"), IDENTITIES)
def test_who_somebody_is_cannot_be_changed(place: str, table: str, column: str) -> None:
    value = "'1999-09-09'" if column == "birth_date" else "99"
    _refused(place, table, f"UPDATE {table} SET {column} = {value}")  # noqa: S608


@pytest.mark.sqlite_only
@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_replaced(place: str, table: str) -> None:
    # SQLite's REPLACE deletes the old row without asking the DELETE triggers.
    before = _rows(place, table)
    with plain(place) as books, pytest.raises(IntegrityError):
        books.exec_driver_sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
    assert _rows(place, table) == before


def test_what_else_is_known_of_somebody_may_be_removed(place: str) -> None:
    with plain(place) as books:
        books.exec_driver_sql("UPDATE beneficiary SET student_number = NULL, sex = NULL WHERE id = 1")
