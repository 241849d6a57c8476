"""What was changed behind the program stays named, whatever the office goes on to do: no command vouches for it.

Some commands tell the chain what is there (`forget` the row that it empties, a new state of the catalogue, an upgrade).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, LargeBinary

from aidledger.catalogue.loading import load
from aidledger.errors import AidLedgerError
from aidledger.operations import ledgers
from aidledger.store.master.catalogues import ensure_loaded
from aidledger.store.verifying.verify import verify
from tests.builders import people, roster_xlsx
from tests.cli.harness import aidledger
from tests.store import everything
from tests.store.deeds import TABLES, add, change, unguarded
from tests.store.ledgers import ACTOR, KEYS, bring_in, catalogue, clock, copied, new_place, opened, plain
from tests.store.next_version import NOTHING, next_version

Named = set[tuple[str, str]]
_OFFICE = "district: 高坪区\nschools:\n  - {name: 金溪中学, aliases: [金溪中学校, 金中, 金溪]}\n"


def _last_cell(table: str) -> Column[Any]:
    """A cell that is no key, and no digest of the others."""
    columns = [column for column in TABLES[table].columns if not isinstance(column.type, LargeBinary)]
    return columns[-1] if columns[-1].name != "digest" else columns[-2]


DEEDS: dict[str, Callable[[Connection], None]] = {
    **{f"change {name}": partial(change, table, _last_cell(name)) for name, table in TABLES.items() if name != "event"},
    **{
        f"add to {name}": partial(add, TABLES[name], next(iter(TABLES[name].primary_key.columns)), "above all")
        for name in ("program", "school", "school_alias", "beneficiary")
    },
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("vouching")
    place = new_place(folder)
    (folder / "work").mkdir()
    everything.enter(place, folder / "work")
    return place


def _named(place: str) -> Named:
    with plain(place) as books:
        return {(fault.what, repr((fault.batch, fault.entry, fault.facts))) for fault in verify(books).faults}


def _go_on(place: str, folder: Path) -> None:
    """What an office does on the next days; whatever is refused is refused."""
    (folder / "office.yaml").write_text(_OFFICE, encoding="utf-8")
    with suppress(AidLedgerError), closing(opened(place)) as ledger, ledger.writing("import") as books:
        ensure_loaded(books, load(folder), ledger.moment(), ACTOR)
    with suppress(AidLedgerError), closing(opened(place)) as ledger:
        bring_in(ledger, roster_xlsx(5), "new.xlsx", record_conflicts=True)
    numbers = [one.number for one in (people(1)[0], people(1, first=2)[0], people(1, first=11)[0])]
    for number in (*numbers, "E12345678", "K98765432"):
        aidledger("--actor", "wang", "forget", number, "--reason", "asked in writing", ledger=place)
    export = ("pay", "export", "--program", "high-school-grant", "--period", "2021-autumn", "--reason", "term")
    aidledger("--actor", ACTOR, *export, "-o", folder / "bank.xlsx", ledger=place)
    aidledger("--actor", ACTOR, "reverse", "5", "--reason", "sent in error", ledger=place)
    with next_version(folder, NOTHING), suppress(AidLedgerError):
        assert ledgers.upgrade(place, catalogue(), ACTOR, clock, KEYS, backup=False).changed


def test_what_an_office_does_makes_no_faults(original: str, tmp_path: Path) -> None:
    place = copied(original, tmp_path)
    _go_on(place, tmp_path)
    assert _named(place) == set()


@pytest.mark.parametrize("what", DEEDS)
def test_no_command_vouches_for_what_was_changed_behind_it(original: str, tmp_path: Path, what: str) -> None:
    place = copied(original, tmp_path)
    with plain(place) as books:
        if books.dialect.name == "postgresql":
            books.exec_driver_sql("SET session_replication_role = replica")
        with unguarded(books):
            DEEDS[what](books)
        books.commit()
    before = _named(place)
    assert before
    _go_on(place, tmp_path)
    assert before <= _named(place)
