from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from aidledger.operations import ledgers
from aidledger.store.model.tables import Certification, Enrolment, Entry
from tests.builders import roster_xlsx
from tests.store.ledgers import ON_POSTGRESQL, bring_in, catalogue, new_ledger, plain

if TYPE_CHECKING:
    from sqlalchemy import Connection

_entry = Entry


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Connection]:
    """Entries 1 to 3, reversed by 4 to 6; 7 to 9 the same people again; a plain connection that checks references."""
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(3))
    ledgers.reverse(ledger, catalogue(), 1, "wrong file")
    bring_in(ledger, roster_xlsx(3))
    ledger.close()
    with plain(ledger.place) as connection:
        if not ON_POSTGRESQL:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        yield connection


def _copy(books: Connection, entry: int, changes: Mapping[str, object]) -> None:
    """Insert entry 10: a copy of another with some columns changed."""
    row = dict(books.execute(_entry.select().where(_entry.c.id == entry)).one()._mapping)
    books.execute(_entry.insert().values({**row, "id": 10, **changes}))


def test_a_further_entry_is_taken_where_it_says_that_it_is_one(books: Connection) -> None:
    _copy(books, 7, {"occurrence": 3})
    assert books.exec_driver_sql("SELECT count(*) FROM entry").scalar_one() == 10


@pytest.mark.parametrize(
    ("entry", "changes"),
    [
        pytest.param(7, {}, id="the same payment beside the first"),
        pytest.param(7, {"occurrence": 1}, id="the same payment beside the one that was reversed"),
        pytest.param(7, {"id": 9, "occurrence": 3}, id="an entry's number again"),
        pytest.param(7, {"occurrence": 3, "amount_fen": 0}, id="a payment of nothing"),
        pytest.param(7, {"occurrence": 3, "amount_fen": -100000}, id="a payment of less than nothing"),
        pytest.param(7, {"occurrence": -3}, id="a payment that counts as a reversal"),
        pytest.param(4, {"occurrence": -3}, id="a second reversal of the same entry"),
        pytest.param(4, {"occurrence": -3, "reversal_of": 7, "amount_fen": 100000}, id="a reversal that pays"),
        pytest.param(4, {"occurrence": 3, "reversal_of": 7}, id="a reversal that counts as a payment"),
        pytest.param(4, {"occurrence": -3, "reversal_of": 99}, id="a reversal of nothing"),
        pytest.param(7, {"occurrence": 3, "beneficiary_id": 99}, id="a payment to nobody"),
        pytest.param(7, {"occurrence": 3, "program_id": 99}, id="a payment under no program"),
        pytest.param(7, {"occurrence": 3, "batch_id": 99}, id="a payment of no batch"),
        pytest.param(7, {"occurrence": 3, "roster_id": 99}, id="a payment of no roster"),
        pytest.param(7, {"occurrence": 3, "school_id": 99}, id="a payment at no school"),
        pytest.param(7, {"occurrence": 3, "digest": None}, id="an entry without a digest"),
    ],
)
def test_the_database_refuses(books: Connection, entry: int, changes: Mapping[str, object]) -> None:
    with pytest.raises(IntegrityError):
        _copy(books, entry, changes)


def test_a_batch_is_reversed_once(books: Connection) -> None:
    with pytest.raises(IntegrityError, match=r"batch has this row already|batch_reverses_key"):
        books.exec_driver_sql(
            "INSERT INTO batch SELECT 9, kind, file_name, source_sha256, posted_at, posted_by, catalogue_id, reverses, "
            "supersedes, reason, first_entry, entries, person_times, amount_fen, digest FROM batch WHERE id = 2"
        )


def test_one_document_is_one_person(books: Connection) -> None:
    with pytest.raises(IntegrityError, match=r"beneficiary has this row already|beneficiary_number_document_type_key"):
        books.exec_driver_sql(
            "INSERT INTO beneficiary (id, document_type, number, name) "
            "SELECT 99, document_type, number, 'somebody else' FROM beneficiary WHERE id = 1"
        )


@pytest.mark.parametrize("table", ["certification", "enrolment"])
@pytest.mark.parametrize("column", ["batch_id", "listing_id", "beneficiary_id", "school_id"])
def test_a_line_of_a_list_refers_to_what_is_there(books: Connection, table: str, column: str) -> None:
    books.exec_driver_sql(
        "INSERT INTO listing (id, batch_id, kind, sheet, header_row, records) VALUES (1, 1, 'register', 's', 1, 1)"
    )
    row = {"id": 1, "batch_id": 1, "listing_id": 1, "row": 2, "beneficiary_id": 1, "period": "2021", "school_id": 1}
    more = {"categories": ""} if table == "certification" else {"status": "enrolled"}
    insert = {"certification": Certification, "enrolment": Enrolment}[table].insert()
    books.execute(insert.values({**row, **more, "digest": b"\0" * 32}))
    with pytest.raises(IntegrityError):
        books.execute(insert.values({**row, **more, "id": 2, "digest": b"\0" * 32, column: 99}))
