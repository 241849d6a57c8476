from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from aidledger.domain.notice import NoticeTerm
from aidledger.domain.term import Period
from aidledger.operations import announcing, paying
from aidledger.store.immutability import APPEND_ONLY
from tests.builders import Grid, people, roster_xlsx, xlsx_bytes
from tests.builders.lists import allotment_grid, bank_return_grid, certification_grid, register_grid
from tests.store.ledgers import bring_in, catalogue, new_ledger

CHANGES = {
    "entry": "amount_fen = 1",
    "event": "actor = 'somebody else'",
    "batch": "file_name = 'other.xlsx'",
    "roster": "declared_amount_fen = 1",
    "source_file": "content = x'00'",
    "catalogue": "digest = 'other'",
    "standard": "high_fen = 1",
    "beneficiary": "name = 'somebody else'",
    "school": "name = 'another school'",
    "program": "code = 'another-program'",
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
}
IDENTITIES = [("beneficiary", "number"), ("beneficiary", "document_type"), ("beneficiary", "id"), ("school", "id")]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("immutable")
    ledger = new_ledger(folder)
    bring_in(ledger, roster_xlsx(3))
    bring_in(ledger, roster_xlsx(4), supersedes=1)
    one = people(1, first=9)[0]
    title = "江北职业中学2021年秋季学期中职国家助学金花名册"
    with_card: Grid = [[title], ["姓名", "身份证号", "银行卡号", "金额"]]
    with_card.append([one.name, one.number, "6217001234567890123", 1000])
    bring_in(ledger, xlsx_bytes(with_card))
    what = catalogue(), "vocational-grant", Period.parse("2021-autumn")
    assert paying.export(ledger, *what, None, folder / "bank.xlsx", "term payment").order == 1
    announcing.announce(ledger, *what, NoticeTerm(date(2021, 10, 11), date(2021, 10, 15)))
    for grid in (certification_grid(), register_grid(), allotment_grid(), bank_return_grid()):
        assert bring_in(ledger, xlsx_bytes(grid)).outcome == "posted"
    ledger.close()
    return Path(ledger.place)


def _plain(path: Path) -> sqlite3.Connection:
    """A connection as any database tool opens it: none of our pragmas."""
    return sqlite3.connect(path)


def _rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with closing(_plain(path)) as books:
        return books.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608 - names of this module


def _refused(path: Path, table: str, sql: str) -> None:
    before = _rows(path, table)
    assert before
    with closing(_plain(path)) as books:
        with pytest.raises(sqlite3.IntegrityError, match=rf"(in )?{table} (is append-only|does not|is never)"):
            books.execute(sql)
        books.rollback()
    assert _rows(path, table) == before


def test_every_append_only_table_is_tried_here() -> None:
    assert set(APPEND_ONLY) <= CHANGES.keys()


@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_changed(path: Path, table: str) -> None:
    _refused(path, table, f"UPDATE {table} SET {CHANGES[table]}")  # noqa: S608


@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_deleted(path: Path, table: str) -> None:
    _refused(path, table, f"DELETE FROM {table}")  # noqa: S608


@pytest.mark.parametrize(("table", "column"), IDENTITIES)
def test_who_somebody_is_cannot_be_changed(path: Path, table: str, column: str) -> None:
    _refused(path, table, f"UPDATE {table} SET {column} = 99")  # noqa: S608


@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_replaced(path: Path, table: str) -> None:
    # SQLite's REPLACE deletes the old row without asking the DELETE triggers.
    before = _rows(path, table)
    with closing(_plain(path)) as books:
        with pytest.raises(sqlite3.IntegrityError):
            books.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
        books.rollback()
    assert _rows(path, table) == before


def test_what_is_known_of_somebody_may_be_completed(path: Path) -> None:
    with closing(_plain(path)) as books:
        books.execute("UPDATE beneficiary SET student_number = 'G1', sex = 'male' WHERE id = 1")
        books.rollback()
