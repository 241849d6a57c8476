from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from aidledger.domain.notice import NoticeTerm
from aidledger.domain.term import Period
from aidledger.operations import announcing, paying
from aidledger.store.immutability import APPEND_ONLY
from tests.builders import Grid, people, roster_xlsx, xlsx_bytes
from tests.builders.lists import (
    allotment_grid,
    bank_return_grid,
    certification_grid,
    recovery_grid,
    register_grid,
)
from tests.store.ledgers import ON_POSTGRESQL, bring_in, catalogue, new_ledger, plain

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
    "batch_total": "amount_fen = 1",
    "number_correction": "earlier_id = 1",
    "recovery": "amount_fen = 1",
}
# SQLite has no TRUNCATE.
REMOVALS = ["DELETE FROM {table}", *(["TRUNCATE {table} CASCADE"] if ON_POSTGRESQL else [])]
IDENTITIES = [("beneficiary", "number"), ("beneficiary", "document_type"), ("beneficiary", "id"), ("school", "id")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
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
    assert (
        paying.export(
            ledger,
            catalogue(),
            ["vocational-grant"],
            Period.parse("2021-autumn"),
            None,
            folder / "bank.xlsx",
            "term payment",
        ).order
        == 1
    )
    announcing.announce(ledger, *what, NoticeTerm(date(2021, 10, 11), date(2021, 10, 15)))
    for grid in (certification_grid(), register_grid(), allotment_grid(), bank_return_grid()):
        assert bring_in(ledger, xlsx_bytes(grid)).outcome == "posted"
    mistyped, right = people(2, first=50)
    for number, earlier in ((mistyped.number, None), (right.number, 8)):
        corrected: Grid = [[title.replace("江北", "江南")], ["姓名", "身份证号", "金额"], [right.name, number, 1000]]
        assert bring_in(ledger, xlsx_bytes(corrected), supersedes=earlier).outcome == "posted"
    assert bring_in(ledger, xlsx_bytes(recovery_grid(1)), record_conflicts=True).outcome == "posted"
    ledger.close()
    return ledger.place


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


def test_every_append_only_table_is_tried_here() -> None:
    assert set(APPEND_ONLY) <= CHANGES.keys()


@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_changed(place: str, table: str) -> None:
    _refused(place, table, f"UPDATE {table} SET {CHANGES[table]}")  # noqa: S608


@pytest.mark.parametrize("removal", REMOVALS)
@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_deleted(place: str, table: str, removal: str) -> None:
    _refused(place, table, removal.format(table=table))


@pytest.mark.parametrize(("table", "column"), IDENTITIES)
def test_who_somebody_is_cannot_be_changed(place: str, table: str, column: str) -> None:
    _refused(place, table, f"UPDATE {table} SET {column} = 99")  # noqa: S608


@pytest.mark.sqlite_only
@pytest.mark.parametrize("table", CHANGES)
def test_what_was_recorded_cannot_be_replaced(place: str, table: str) -> None:
    # SQLite's REPLACE deletes the old row without asking the DELETE triggers.
    before = _rows(place, table)
    with plain(place) as books, pytest.raises(IntegrityError):
        books.exec_driver_sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
    assert _rows(place, table) == before


def test_what_is_known_of_somebody_may_be_completed(place: str) -> None:
    with plain(place) as books:
        books.exec_driver_sql("UPDATE beneficiary SET student_number = 'G1', sex = 'male' WHERE id = 1")
