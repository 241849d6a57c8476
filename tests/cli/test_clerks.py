"""Several clerks import overlapping folders into one ledger: as if one had imported everything."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from aidledger.operations import ledgers
from tests.builders import roster_xlsx
from tests.cli.harness import importing
from tests.store.ledgers import Place, new_place, opened, plain

FILES, ROWS = 12, 15
EAST = "东山中学2021年秋季学期普通高中国家助学金花名册"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve rosters, and one that pays the pupils of the first again at another school."""
    folder = tmp_path_factory.mktemp("clerks")
    for number in range(FILES):
        (folder / f"{number:02d}.xlsx").write_bytes(roster_xlsx(ROWS, first=number * ROWS))
    (folder / "twice.xlsx").write_bytes(roster_xlsx(ROWS, title=EAST))
    return folder


def _verified(place: Place) -> tuple[int, list[object]]:
    with closing(opened(place)) as ledger:
        verdict = ledgers.verify(ledger)
        return verdict.entries, list(verdict.faults)


@pytest.mark.parametrize("clerks", [2, 10])
def test_clerks_at_once_post_what_one_would_have_posted(folder: Path, tmp_path: Path, clerks: int) -> None:
    place = new_place(tmp_path)
    paths = sorted(folder.iterdir())
    # Each begins at another file, so that they meet everywhere.
    turned = [[*paths[at:], *paths[:at]] for at in (number * len(paths) // clerks for number in range(clerks))]
    running = [importing(place, *order) for order in turned]
    while any(process.poll() is None for process in running):
        assert _verified(place)[1] == []  # `verify` beside running imports gives no false alarm
        time.sleep(0.05)
    said = [process.communicate() for process in running]
    assert {process.returncode for process in running} == {1}  # each was told of the one that contradicts
    assert not any("Traceback" in error for _, error in said), said
    # Of the roster of 东山中学 and the first of the twelve, whichever came first was posted; never both.
    assert _verified(place) == (FILES * ROWS, [])
    posted = sum(int(number) for out, _ in said for number in re.findall(r"posted: (\d+)", out))
    assert posted == FILES
    with closing(opened(place)) as ledger, ledger.reading() as books:
        twice = books.exec_driver_sql("SELECT count(*) FROM entry WHERE occurrence <> 1").scalar_one()
        people = books.exec_driver_sql("SELECT count(DISTINCT beneficiary_id) FROM entry").scalar_one()
    assert (twice, people) == (0, FILES * ROWS)


@contextmanager
def _written_to(place: Place) -> Iterator[None]:
    """Somebody else holds the ledger's lock."""
    with closing(opened(place)) as ledger, ledger.writing("import", keep=False):
        yield


def test_who_has_to_wait_is_told_so_and_then_goes_on(folder: Path, tmp_path: Path) -> None:
    place = new_place(tmp_path)
    with _written_to(place):
        waiting = importing(place, folder / "00.xlsx")
        assert waiting.stderr is not None
        assert "Somebody else is writing to the ledger" in waiting.stderr.readline()
        assert waiting.poll() is None
    out, _ = waiting.communicate(timeout=60)
    assert (waiting.returncode, "posted: 1" in out) == (0, True)


def test_a_second_payment_that_slipped_in_would_be_seen(folder: Path, tmp_path: Path) -> None:
    """The negative control: what the tests above look for is found where it was done."""
    place = new_place(tmp_path)
    assert "posted: 1" in importing(place, folder / "00.xlsx").communicate()[0]
    columns = "batch_id, roster_id, row, program_id, period, beneficiary_id, school_id"
    with plain(place) as books:
        books.exec_driver_sql(
            f"INSERT INTO entry (id, {columns}, occurrence, amount_fen, digest) "  # noqa: S608
            f"SELECT id + 1000, {columns}, 2, amount_fen, digest FROM entry WHERE id = 1"
        )
        books.commit()
    entries, faults = _verified(place)
    assert entries == ROWS + 1
    assert faults
