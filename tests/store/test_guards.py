from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from aidledger.operations import ledgers
from tests.store.ledgers import new_path, opened, raw

pytestmark = pytest.mark.sqlite_only

ALTERED = {
    "taken off": (("DROP TRIGGER entry_update_refused",), ("entry_update_refused", "entry", "is missing")),
    "made toothless": (
        (
            "DROP TRIGGER batch_delete_refused",
            "CREATE TRIGGER batch_delete_refused BEFORE DELETE ON batch BEGIN SELECT 1; END",
        ),
        ("batch_delete_refused", "batch", "was altered or disabled"),
    ),
    "one of somebody else's": (
        ("CREATE TRIGGER mine AFTER INSERT ON entry BEGIN UPDATE school SET name = 'x'; END",),
        ("mine", "entry", "does not belong to the ledger"),
    ),
    "moved to another table": (
        (
            "DROP TRIGGER event_update_refused",
            "CREATE TRIGGER event_update_refused BEFORE UPDATE ON school_alias BEGIN SELECT 1; END",
        ),
        ("event_update_refused", "event", "is missing"),
    ),
}


@pytest.mark.parametrize("what", ALTERED)
def test_verify_names_a_guard_that_is_not_as_it_was_made(tmp_path: Path, what: str) -> None:
    statements, (guard, table, said) = ALTERED[what]
    path = new_path(tmp_path)
    with closing(raw(path)) as books:
        for statement in statements:
            books.execute(statement)
        books.commit()
    faults = ledgers.verify(opened(path)).faults
    assert faults[0].facts == {"guard": guard, "table": table}
    assert said in faults[0].what
