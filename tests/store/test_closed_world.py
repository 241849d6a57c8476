"""Whatever is changed in, added to or taken from any table: `verify` says so. Generated from the tables themselves.

What a table or a column added later says is asked after here without a word being written: it fails till it is covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from aidledger.store.chain.seals import SealKey
from aidledger.store.verifying.strays import POINTERS
from aidledger.store.verifying.verify import Fault, verify
from tests.store import everything
from tests.store.deeds import RESTS_ON_NOTHING, TABLES, Deed, deeds, unguarded
from tests.store.encrypted import SEAL
from tests.store.ledgers import ENCRYPTED, in_words_of, new_place, plain


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A connection of somebody with every right, to a ledger with rows in every table; an encrypted one is sealed."""
    folder = tmp_path_factory.mktemp("everything")
    place = new_place(folder)
    (folder / "work").mkdir()
    everything.enter(place, folder / "work", SEAL if ENCRYPTED else None)
    with plain(place) as books:
        yield books


@contextmanager
def behind(books: Connection) -> Iterator[None]:
    """What is done in the block is done past triggers and foreign keys, and taken back."""
    books.rollback()
    with books.begin() as transaction:
        if books.dialect.name == "postgresql":
            books.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            books.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            books.exec_driver_sql("BEGIN")  # the driver begins with the first change of a row, not with that of a table
        try:
            yield
        finally:
            transaction.rollback()


def found(books: Connection, deed: Callable[[Connection], None]) -> list[Fault]:
    """What `verify` says after something was done."""
    with behind(books):
        with unguarded(books):
            try:
                deed(books)
            except IntegrityError:
                pytest.skip("the table itself refuses it")
        return verify(books, key=SealKey(SEAL) if ENCRYPTED else None).faults


def test_every_table_has_rows_and_verifies(books: Connection) -> None:
    assert found(books, lambda _books: None) == []
    counts = {name: books.execute(select(func.count()).select_from(table)).scalar() for name, table in TABLES.items()}
    assert [name for name, count in counts.items() if not count] == []


@pytest.mark.parametrize("deed", [pytest.param(deed, id=deed.name) for deed in deeds()])
def test_whatever_is_done_to_a_table_is_named(books: Connection, deed: Deed) -> None:
    faults = found(books, deed.do)
    assert bool(faults) != ((deed.table, deed.what) in RESTS_ON_NOTHING)


# What takes more than one statement, or a row of another kind: each has been done by somebody.
BY_HAND = {
    "two lines of an order pay each other's month of one person": """
        CREATE TEMPORARY TABLE months AS SELECT id FROM entry
        WHERE beneficiary_id = (SELECT min(beneficiary_id) FROM entry WHERE part IS NOT NULL);
        UPDATE payment_order_line SET entry_id = -1 WHERE entry_id = (SELECT min(id) FROM months);
        UPDATE payment_order_line SET entry_id = (SELECT min(id) FROM months)
        WHERE entry_id = (SELECT max(id) FROM months);
        UPDATE payment_order_line SET entry_id = (SELECT max(id) FROM months) WHERE entry_id = -1;
        DROP TABLE months""",
    "a cut of the running totals twice": """
        INSERT INTO batch_total SELECT batch_id, 99, program_id, period, school_id, payments, amount_fen
        FROM batch_total WHERE batch_id = 4""",
    "a total of a batch that is not there": """
        INSERT INTO batch_total SELECT 99, 1, program_id, period, school_id, payments, amount_fen
        FROM batch_total WHERE batch_id = 4""",
    "an answer of the bank in a batch of another kind": """
        INSERT INTO bank_return SELECT 99, 1, listing_id, row, entry_id, number, name, account, amount_fen, 'failed',
        reason, paid_on, serial_no, digest, order_id FROM bank_return WHERE id = 1""",
    "a recovery that no list counts": """
        INSERT INTO recovery SELECT 99, 3, listing_id, row, beneficiary_id, program_id, period, school_id,
        amount_fen, recovered_on, document, reason, name_stated, digest FROM recovery WHERE id = 1""",
    "a reversal that is made to reverse another entry": """
        UPDATE entry SET reversal_of = (SELECT max(id) FROM entry WHERE occurrence > 0)
        WHERE id = (SELECT min(id) FROM entry WHERE reversal_of IS NOT NULL)""",
    "a file that no batch has": """
        INSERT INTO source_file VALUES ('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, x'')""",
}


@pytest.mark.parametrize("what", BY_HAND)
def test_what_somebody_did_is_named(books: Connection, what: str) -> None:
    def do(books: Connection) -> None:
        for statement in BY_HAND[what].split(";"):
            books.exec_driver_sql(in_words_of(books.dialect.name, statement))

    assert found(books, do)


def test_every_pointer_is_followed_or_stands_in_a_digest_as_it_is() -> None:
    """Batches, entries and events are covered with the numbers that they point to; all else is sought (strays)."""
    covered = {"batch", "entry", "event"}
    pointing = {
        (name, key.parent.name, key.column.table.name)
        for name, table in TABLES.items()
        if name not in covered
        for key in table.foreign_keys
    }
    followed = {
        (table.name, column, target.name) for table, columns in POINTERS.items() for column, target in columns.items()
    }
    assert {one for one in followed if one[0] not in covered} == pointing
