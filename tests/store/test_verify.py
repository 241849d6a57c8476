from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest
from sqlalchemy import text

from aidledger.errors import LedgerForeign
from aidledger.operations import ledgers
from aidledger.store.chain.digests import entry_digest
from aidledger.store.verifying.verify import Verdict, verify
from tests.builders import roster_xlsx, two_program_grid, xlsx_bytes
from tests.cli.harness import aidledger
from tests.store.ledgers import ON_POSTGRESQL, bring_in, catalogue, copied, new_ledger, opened, plain, tamper

Fault = tuple[int | None, int | None]
PAGE = 4096
SWAPPED = (
    "UPDATE entry SET id = -1 WHERE id = 4",
    "UPDATE entry SET id = 4 WHERE id = 5",
    "UPDATE entry SET id = 5 WHERE id = -1",
)
FURTHER = (
    "INSERT INTO entry SELECT 13, batch_id, roster_id, row, program_id, period, beneficiary_id, school_id, 7, "
    "amount_fen, name_stated, account, level, boarding, grade, class_name, tier, category, entry_year, reversal_of, "
    "digest, guardian, part, student_number, major FROM entry WHERE id = 9"
)

# What was done to the ledger below, and the batches and entries that must be named.
TAMPERED: dict[str, tuple[tuple[str, ...], set[Fault]]] = {
    "an amount": (("UPDATE entry SET amount_fen = amount_fen + 1 WHERE id = 5",), {(2, 5)}),
    "a term": (("UPDATE entry SET period = '2022-spring' WHERE id = 9",), {(2, 9)}),
    "a row": (("UPDATE entry SET row = row + 1 WHERE id = 2",), {(1, 2)}),
    "a card": (("UPDATE entry SET account = '6217000000000000000' WHERE id = 3",), {(1, 3)}),
    "whom an entry pays": (("UPDATE entry SET beneficiary_id = 4, occurrence = 9 WHERE id = 1",), {(1, 1)}),
    "an entry's digest": (("UPDATE entry SET digest = zeroblob(32) WHERE id = 5",), {(2, 5)}),
    "the first entry removed": (("DELETE FROM entry WHERE id = 1",), {(1, 1)}),
    "a guardian put into an entry": (("UPDATE entry SET guardian = '王大山' WHERE id = 5",), {(2, 5)}),
    "an entry removed": (("DELETE FROM entry WHERE id = 5",), {(2, 5)}),
    "the last entry removed": (("DELETE FROM entry WHERE id = 12",), {(3, 12)}),
    "an entry added": ((FURTHER,), {(2, 13)}),
    "two entries exchanged": (SWAPPED, {(2, 4), (2, 5)}),
    "an entry moved to another batch": (("UPDATE entry SET batch_id = 2 WHERE id = 2",), {(2, 2)}),
    "a reversal of another entry": (("UPDATE entry SET reversal_of = 9 WHERE id = 12",), {(3, 12)}),
    "somebody's number": (("UPDATE beneficiary SET number = '511300200603150999' WHERE id = 4",), {(2, 4), (2, 7)}),
    "somebody's name": (("UPDATE beneficiary SET name = '另一人' WHERE id = 1",), {(1, 1), (3, 10)}),
    "somebody's document": (("UPDATE beneficiary SET document_type = 'passport' WHERE id = 2",), {(1, 2), (3, 11)}),
    "a school's name": (("UPDATE school SET name = '别的中学' WHERE id = 2",), {(2, entry) for entry in range(4, 10)}),
    "a roster's declared total": (("UPDATE roster SET declared_amount_fen = 1 WHERE batch_id = 1",), {(1, None)}),
    "a roster's term": (("UPDATE roster SET period = '2022-spring' WHERE id = 2",), {(2, None)}),
    "a roster's sheet": (("UPDATE roster SET sheet = 'other' WHERE id = 3",), {(2, None)}),
    "a batch's file name": (("UPDATE batch SET file_name = 'other.xlsx' WHERE id = 2",), {(2, None)}),
    "who posted a batch": (("UPDATE batch SET posted_by = 'nobody' WHERE id = 1",), {(1, None)}),
    "when a batch was posted": (("UPDATE batch SET posted_at = '2020-01-01T00:00:00Z' WHERE id = 1",), {(1, None)}),
    "why a batch was reversed": (("UPDATE batch SET reason = 'no reason' WHERE id = 3",), {(3, None)}),
    "a batch's total": (("UPDATE batch SET amount_fen = amount_fen + 1 WHERE id = 2",), {(2, None)}),
    "a batch's person-times": (("UPDATE batch SET person_times = 99 WHERE id = 3",), {(3, None)}),
    "a batch's digest": (("UPDATE batch SET digest = 'other' WHERE id = 2",), {(2, None)}),
    "a batch removed": (("DELETE FROM batch WHERE id = 2",), {(2, None)}),
    "the last batch removed with all of its own": (
        ("DELETE FROM entry WHERE batch_id = 3", "DELETE FROM batch WHERE id = 3"),
        {(3, None)},
    ),
    "who did something": (("UPDATE event SET actor = 'nobody' WHERE batch_id = 2",), {(2, None)}),
    "when it was done": (("UPDATE event SET at = '2020-01-01T00:00:00Z' WHERE batch_id = 2",), {(2, None)}),
    "what was done": (("UPDATE event SET action = 'reverse' WHERE batch_id = 2",), {(2, None)}),
    "an event's facts": (("UPDATE event SET facts = '{}' WHERE batch_id = 2",), {(2, None)}),
    "an event's digest": (("UPDATE event SET digest = 'other' WHERE batch_id = 2",), {(2, None)}),
    "an event removed": (("DELETE FROM event WHERE batch_id = 2",), {(2, None)}),
    "the last event removed": (("DELETE FROM event WHERE batch_id = 3",), {(3, None)}),
    "the bytes of a file": (
        ("UPDATE source_file SET content = x'00' WHERE sha256 = (SELECT source_sha256 FROM batch WHERE id = 2)",),
        {(2, None)},
    ),
    "the size of a file": (
        ("UPDATE source_file SET size_bytes = 1 WHERE sha256 = (SELECT source_sha256 FROM batch WHERE id = 2)",),
        {(2, None)},
    ),
    "a file removed": (
        ("DELETE FROM source_file WHERE sha256 = (SELECT source_sha256 FROM batch WHERE id = 2)",),
        {(2, None)},
    ),
    "the catalogue": (("UPDATE catalogue SET digest = 'other'",), {(1, None), (2, None), (3, None)}),
    # SQLite takes any kind of value in any column: what is no number, no text, no JSON is a fault, not a crash.
    "a running total's amount": (
        ("UPDATE batch_total SET amount_fen = amount_fen + 1 WHERE batch_id = 2 AND number = 1",),
        {(2, None)},
    ),
    "a running total's payments": (("UPDATE batch_total SET payments = 9 WHERE batch_id = 3",), {(3, None)}),
    "a running total's term": (("UPDATE batch_total SET period = '2022-spring' WHERE batch_id = 1",), {(1, None)}),
    "a running total removed": (("DELETE FROM batch_total WHERE batch_id = 1",), {(1, None)}),
    "a running total added": (
        ("INSERT INTO batch_total SELECT 1, 9, program_id, '2022-spring', school_id, 1, 1 FROM batch_total LIMIT 1",),
        {(1, None)},
    ),
    "an event's facts into no JSON": (("UPDATE event SET facts = 'nothing' WHERE batch_id = 2",), {(2, None)}),
    "an event's facts into a list": (("UPDATE event SET facts = '[]' WHERE batch_id = 2",), {(2, None)}),
}
# SQLite takes any kind of value in any column: what is no number, no text is a fault, not a crash.
ONLY_IN_SQLITE: dict[str, tuple[tuple[str, ...], set[Fault]]] = {
    "an amount into words": (("UPDATE entry SET amount_fen = 'all of it' WHERE id = 5",), {(2, 5)}),
    "a name into bytes": (("UPDATE beneficiary SET name = x'ff' WHERE id = 4",), {(2, 4), (2, 7)}),
    "an entry's digest into words": (("UPDATE entry SET digest = 'other' WHERE id = 5",), {(2, 5)}),
}
if not ON_POSTGRESQL:
    TAMPERED |= ONLY_IN_SQLITE


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Batch 1: entries 1 to 3. Batch 2: 4 to 9, three people under two programs. Batch 3 reverses 1: 10 to 12."""
    ledger = new_ledger(tmp_path_factory.mktemp("verify"))
    bring_in(ledger, roster_xlsx(3), "one.xlsx")
    grid = two_program_grid(6)
    grid[0] = ["东山中学2021年秋季学期普通高中学生资助花名册"]
    bring_in(ledger, xlsx_bytes([*grid[:2], *grid[5:8]]), "two.xlsx")
    ledgers.reverse(ledger, catalogue(), 1, "sent in error")
    ledger.close()
    return ledger.place


@pytest.fixture
def place(original: str, tmp_path: Path) -> str:
    return copied(original, tmp_path)


def _verdict(place: str, expect: str | None = None, since: str | None = None) -> Verdict:
    ledger = opened(place)
    verdict = ledgers.verify(ledger, expect, since)
    ledger.close()
    return verdict


def test_a_ledger_that_nobody_touched_has_no_faults(place: str) -> None:
    verdict = _verdict(place)
    assert (verdict.batches, verdict.entries, verdict.faults) == (3, 12, [])


def test_an_empty_ledger_has_no_faults(tmp_path: Path) -> None:
    verdict = ledgers.verify(new_ledger(tmp_path))
    assert (verdict.batches, verdict.entries, verdict.faults) == (0, 0, [])


@pytest.mark.parametrize("what", TAMPERED)
def test_verify_names_what_was_tampered_with(place: str, what: str) -> None:
    statements, named = TAMPERED[what]
    tamper(place, *statements)
    faults = {(fault.batch, fault.entry) for fault in _verdict(place).faults}
    assert named <= faults
    accused = {entry for _, entry in faults if entry is not None}
    assert accused == {entry for _, entry in named if entry is not None} or "removed" in what


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(
    "claimed", [9_000_000, 2**62, 2**63 - 1, pytest.param("'many'", marks=pytest.mark.sqlite_only)]
)
def test_a_batch_that_claims_any_number_of_entries_is_named_and_not_all_of_them(
    place: str, batch: int, claimed: object
) -> None:
    """It would be named to the end of days."""
    tamper(place, f"UPDATE batch SET entries = {claimed} WHERE id = {batch}")  # noqa: S608
    faults = _verdict(place).faults
    assert (batch, None) in {(fault.batch, fault.entry) for fault in faults}
    assert len(faults) < 2_000


def test_a_digest_that_was_made_anew_is_found_in_the_batch(place: str) -> None:
    """Whoever changes an entry and its digest has changed the batch."""
    from aidledger.store.chain.digests import entry_digest
    from aidledger.store.model.tables import Entry
    from aidledger.store.postings.entries import covered_by_digest

    tamper(place, "UPDATE entry SET amount_fen = 200000 WHERE id = 5")
    ledger = opened(place)
    with ledger.reading() as books:
        fields = books.execute(covered_by_digest().where(Entry.c.id == 5)).one()
    ledger.close()
    digest = entry_digest(tuple(fields)).hex()
    tamper(place, f"UPDATE entry SET digest = x'{digest}' WHERE id = 5")  # noqa: S608
    faults = _verdict(place).faults
    assert {fault.batch for fault in faults} == {2}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("column", ["amount_fen = 0", "occurrence = -occurrence"])
def test_what_was_changed_against_the_tables_own_checks_is_named_too(place: str, column: str) -> None:
    tamper(place, "PRAGMA ignore_check_constraints = ON", f"UPDATE entry SET {column} WHERE id = 5")  # noqa: S608
    faults = _verdict(place).faults
    assert (2, 5) in {(fault.batch, fault.entry) for fault in faults}
    assert any("damaged" in fault.what for fault in faults)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kept", ["entry", "batch", "event", "beneficiary", "roster", "source_file", "entry_once"])
def test_of_a_damaged_file_it_says_so_and_ends(place: str, kept: str, seed: int) -> None:
    """Half of the page of a table or an index is noise, where its rows stand: at its end."""
    rng, path = random.Random(seed), Path(place)
    with plain(place) as books:
        page = books.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = ?", (kept,)).scalar_one()
    content = bytearray(path.read_bytes())
    content[page * PAGE - PAGE // 2 : page * PAGE] = rng.randbytes(PAGE // 2)
    path.write_bytes(content)
    try:
        said = [fault.what for fault in _verdict(place).faults]
    except LedgerForeign as refused:  # SQLite gives it up
        said = [str(refused)]
    assert any("damaged" in one or "changed" in one for one in said)


def test_an_old_head_is_in_the_history(place: str, tmp_path: Path) -> None:
    old = _verdict(place).head
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(2, first=50), "later.xlsx")
    ledger.close()
    verdict = _verdict(place, expect=old)
    assert verdict.faults == []
    assert verdict.head != old


@pytest.mark.parametrize("head", ["f" * 64, "", "not a head"])
def test_a_foreign_head_is_a_fault(place: str, head: str) -> None:
    faults = _verdict(place, expect=head).faults
    assert [fault.facts for fault in faults] == [{"expected": head}]


def test_an_older_copy_that_was_put_back_is_found_by_the_head_on_the_receipt(place: str, tmp_path: Path) -> None:
    older = copied(place, tmp_path, "older.db")
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(2, first=50), "later.xlsx")
    ledger.close()
    receipt = _verdict(place).head
    assert _verdict(older).faults == []
    assert len(_verdict(older, expect=receipt).faults) == 1


def test_two_ledgers_with_the_same_history_have_the_same_head(tmp_path: Path) -> None:
    heads, content = [], roster_xlsx(3)
    for name in ("one.db", "two.db"):
        ledger = new_ledger(tmp_path, name)
        bring_in(ledger, content)
        heads.append(ledgers.verify(ledger).head)
    assert len(set(heads)) == 1


def test_an_entrys_digest_is_that_of_its_fields_as_a_json_array() -> None:
    fields = (1, 2, None, "高一(1)班", 'a"b\\c', "\n\x7f", "\U0002cb46", -5)
    text = json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
    assert entry_digest(fields) == hashlib.sha256(text.encode("ascii")).digest()


def test_only_what_came_after_a_verified_head_is_verified_again(place: str) -> None:
    before = _verdict(place).head
    ledger = opened(place)
    bring_in(ledger, roster_xlsx(2), "three.xlsx")
    ledger.close()
    verdict = _verdict(place, since=before)
    assert (verdict.passed, verdict.batches, verdict.entries, verdict.faults) == (3, 4, 14, [])
    assert verdict.head == _verdict(place).head
    tamper(place, "UPDATE entry SET amount_fen = amount_fen + 1 WHERE id = 13")
    assert (4, 13) in {(fault.batch, fault.entry) for fault in _verdict(place, since=before).faults}


def test_what_came_before_a_verified_head_is_held_to_the_chain_alone(place: str) -> None:
    head = _verdict(place).head
    tamper(place, "UPDATE entry SET amount_fen = amount_fen + 1 WHERE id = 5")
    assert _verdict(place, since=head).faults == []
    tamper(place, "UPDATE batch SET digest = 'other' WHERE id = 2")
    assert {fault.batch for fault in _verdict(place, since=head).faults} == {2}


def test_a_head_that_the_ledger_never_had_is_nothing_to_go_on_from(place: str) -> None:
    run = aidledger("verify", "--since", "0" * 63 + "1", ledger=place)
    assert (run.exit_code, run.stdout) == (2, "")
    assert "--since" in run.stderr


def test_who_verifies_is_told_how_far_it_is(place: str) -> None:
    told: list[tuple[int, int]] = []
    with opened(place).reading() as books:
        verify(books, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 12), (9, 12), (12, 12)]


class _Stopped(Exception):
    pass


def _stop(_done: int, _total: int) -> None:
    raise _Stopped


def test_who_stops_it_leaves_no_cursor_on_the_server(place: str) -> None:
    """The connection goes back to the pool, and a cursor that was left open goes with it."""
    with opened(place).reading() as books:
        with pytest.raises(_Stopped) as stopped:  # held, as whoever reports it holds its frames
            verify(books, progress=_stop)
        assert stopped.value.__traceback__ is not None
        if books.dialect.name == "postgresql":
            assert books.execute(text("SELECT name FROM pg_cursors WHERE name <> ''")).all() == []
