"""A roster that comes again: the same content, a corrected version, versions taken back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidledger.domain.changes import Changes
from aidledger.errors import (
    AlreadyReversed,
    NoEarlierVersion,
    NotReversible,
    OtherRoster,
    SupersededBatch,
    UnknownBatch,
)
from aidledger.operations import ledgers, reconciling, tracing
from aidledger.store.ledger import Ledger
from aidledger.store.postings.lookups import EntryRecord
from tests.builders import (
    TITLE,
    Grid,
    csv_bytes,
    ods_bytes,
    roster_grid,
    roster_xls,
    roster_xlsx,
    xls_bytes,
    xlsx_bytes,
)
from tests.builders import people as made_up
from tests.store.ledgers import bring_in, catalogue, new_ledger

Paid = dict[str, tuple[int, ...]]
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _roster(*persons: int, amounts: dict[int, int] | None = None, title: str | None = None) -> Grid:
    """A roster of some made-up people, 1000 元 each unless said otherwise."""
    grid = roster_grid(0, total=False, title=title or TITLE)
    for serial, index in enumerate(persons, 1):
        person = made_up(1, first=index)[0]
        grid.append([serial, person.name, person.number, person.sex, "高一", (amounts or {}).get(index, 1000)])
    return grid


def _entries(ledger: Ledger, batch: int) -> list[EntryRecord]:
    return list(ledgers.batch(ledger, batch).found.entries)


def _paid(ledger: Ledger) -> Paid:
    """Amounts in force by person over all batches."""
    paid: Paid = {}
    for record in ledgers.batches(ledger):
        for entry in _entries(ledger, record.batch):
            if entry.in_force:
                paid[entry.number] = tuple(sorted((*paid.get(entry.number, ()), entry.amount_fen)))
    return paid


def _would_pay(grid: Grid) -> Paid:
    return {str(row[2]): (int(str(row[5])) * 100,) for row in grid[2:]}


@pytest.mark.parametrize(
    "again",
    [
        roster_xls(5),
        ods_bytes(roster_grid(5)),
        csv_bytes(roster_grid(5), encoding="gb18030"),
        xlsx_bytes(roster_grid(5, total=False)),
        xlsx_bytes([[], *roster_grid(5)]),
        xlsx_bytes([*roster_grid(5, total=False)[:2], *reversed(roster_grid(5, total=False)[2:])]),
        xlsx_bytes([[row[i] if i < len(row) else None for i in (2, 5, 1, 0, 4, 3)] for row in roster_grid(5)[1:]]),
    ],
    ids=["xls", "ods", "csv", "without a total", "a row lower", "in another order", "columns in another order"],
)
def test_the_same_content_in_another_file_is_unchanged(ledger: Ledger, again: bytes) -> None:
    assert bring_in(ledger, roster_xlsx(5), "金溪中学2021年秋季学期普通高中国家助学金.xlsx").outcome == "posted"
    result = bring_in(ledger, again, "金溪中学2021年秋季学期普通高中国家助学金2.xlsx")
    assert (result.outcome, result.batch, result.problems) == ("unchanged", 1, [])
    assert len(ledgers.batches(ledger)) == 1


def test_a_corrected_roster_is_refused_with_what_it_would_change(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_roster(0, 1, 2, 3)))
    result = bring_in(ledger, xlsx_bytes(_roster(0, 1, 2, 4, 5, amounts={1: 500})))
    assert (result.outcome, result.supersedes) == ("rejected", 1)
    assert result.changes == Changes(added=2, removed=1, changed=1, kept=2)
    assert {problem.code for problem in result.problems} == {"duplicate-in-ledger"}
    assert _paid(ledger) == _would_pay(_roster(0, 1, 2, 3))


def test_a_roster_of_another_school_is_no_version(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_roster(0, 1)))
    bring_in(ledger, xlsx_bytes(_roster(5, title="西山中学2021年秋季学期普通高中国家助学金花名册")))
    result = bring_in(ledger, xlsx_bytes(_roster(1, 2, title="东山中学2021年秋季学期普通高中国家助学金花名册")))
    assert (result.outcome, result.changes, result.supersedes) == ("rejected", None, None)


def test_a_superseding_roster_posts_the_difference_alone(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_roster(0, 1, 2, 3)))
    new = _roster(0, 1, 2, 4, 5, amounts={1: 500})
    result = bring_in(ledger, xlsx_bytes(new), supersedes=1)
    assert (result.outcome, result.batch, result.problems) == ("posted", 2, [])
    assert result.changes == Changes(added=2, removed=1, changed=1, kept=2)
    assert (result.person_times, result.amount_fen) == (5, 450_000)
    first, second = ledgers.batches(ledger)
    assert (first.state, first.superseded_by, second.state, second.supersedes) == ("superseded", 2, "in-force", 1)
    assert (second.entries, second.person_times, second.amount_fen) == (5, 1, 50_000)
    assert [entry.in_force for entry in _entries(ledger, 1)] == [True, False, True, False]
    assert _paid(ledger) == _would_pay(new)
    assert ledgers.verify(ledger).faults == []


def test_a_kept_payment_leads_to_its_first_file_a_new_one_to_the_second(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_roster(0, 1)), "first.xlsx")
    bring_in(ledger, xlsx_bytes(_roster(0, 2)), "second.xlsx", supersedes=1)
    kept, added = _entries(ledger, 1)[0], _entries(ledger, 2)[0]
    assert [tracing.trace(ledger, entry.entry).found.origin.file for entry in (kept, added)] == [
        "first.xlsx",
        "second.xlsx",
    ]


def test_the_new_version_again_is_unchanged_and_the_old_one_is_a_change(ledger: Ledger) -> None:
    old, new = xlsx_bytes(_roster(0, 1)), xlsx_bytes(_roster(0, 2))
    bring_in(ledger, old)
    bring_in(ledger, new, supersedes=1)
    again = bring_in(ledger, new)
    assert (again.outcome, again.batch) == ("unchanged", 2)
    back = bring_in(ledger, old)
    assert (back.outcome, back.supersedes, back.changes) == ("rejected", 2, Changes(1, 1, 0, 1))


def test_what_a_superseding_roster_declares_is_compared_with_all_that_it_pays(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(4))
    bring_in(ledger, roster_xlsx(6), supersedes=1)
    (line,) = reconciling.reconcile(ledger, catalogue(), ("declared",), ()).found
    assert (line.ok, line.expected.amount_fen, line.actual.person_times) == (True, 600_000, 6)


def test_a_version_that_is_taken_back_leaves_the_one_before(ledger: Ledger) -> None:
    old = _roster(0, 1, 2)
    bring_in(ledger, xlsx_bytes(old))
    bring_in(ledger, xlsx_bytes(_roster(0, 2, 3, amounts={2: 500})), supersedes=1)
    ledgers.reverse(ledger, catalogue(), 2, "sent in error")
    assert _paid(ledger) == _would_pay(old)
    assert [record.state for record in ledgers.batches(ledger)] == ["in-force", "reversed", "in-force"]
    assert ledgers.verify(ledger).faults == []
    again = bring_in(ledger, xls_bytes(old))
    assert (again.outcome, again.batch) == ("unchanged", 1)


def test_only_the_version_in_force_can_be_superseded_or_taken_back(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_roster(0, 1)))
    bring_in(ledger, xlsx_bytes(_roster(0, 2)), supersedes=1)
    new = xlsx_bytes(_roster(0, 3))
    with pytest.raises(SupersededBatch):
        bring_in(ledger, new, supersedes=1)
    with pytest.raises(SupersededBatch):
        ledgers.reverse(ledger, catalogue(), 1, "too late")
    with pytest.raises(UnknownBatch):
        bring_in(ledger, new, supersedes=7)
    ledgers.reverse(ledger, catalogue(), 2, "sent in error")
    with pytest.raises(NoEarlierVersion):
        bring_in(ledger, new, supersedes=2)
    with pytest.raises(NoEarlierVersion):
        bring_in(ledger, new, supersedes=3)
    with pytest.raises(OtherRoster):
        bring_in(ledger, roster_xlsx(3, title="金溪中学2022年春季学期普通高中国家助学金花名册"), supersedes=1)


def test_a_batch_is_taken_back_once_and_what_took_it_back_never(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_roster(0, 1)))
    bring_in(ledger, xlsx_bytes(_roster(2, title="东山中学2021年秋季学期普通高中国家助学金花名册")))
    ledgers.reverse(ledger, catalogue(), 1, "sent in error")
    with pytest.raises(AlreadyReversed):
        ledgers.reverse(ledger, catalogue(), 1, "once more")
    with pytest.raises(NotReversible):
        ledgers.reverse(ledger, catalogue(), 3, "it was right after all")
    assert _paid(ledger) == _would_pay(_roster(2))
    ledgers.reverse(ledger, catalogue(), 2, "sent in error, too")
    assert _paid(ledger) == {}
    assert ledgers.verify(ledger).faults == []


def test_a_version_that_pays_somebody_whom_another_school_paid_is_refused(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(_roster(7, title="东山中学2021年秋季学期普通高中国家助学金花名册")))
    bring_in(ledger, xlsx_bytes(_roster(0, 1)))
    before = _paid(ledger)
    result = bring_in(ledger, xlsx_bytes(_roster(0, 1, 7)), supersedes=2)
    assert (result.outcome, [problem.code for problem in result.problems]) == ("rejected", ["duplicate-in-ledger"])
    assert _paid(ledger) == before


_persons = st.lists(st.integers(0, 5), min_size=1, max_size=5, unique=True)
_version = st.tuples(_persons, st.dictionaries(st.integers(0, 5), st.sampled_from([500, 1500]), max_size=2))


@few
@given(st.lists(st.one_of(_version, st.just("take back")), min_size=1, max_size=7))
def test_the_ledger_pays_what_the_last_version_says(steps: Sequence[tuple[list[int], dict[int, int]] | str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = new_ledger(Path(folder))
        versions: list[tuple[int, Grid]] = []
        for step in steps:
            if isinstance(step, str):
                if versions:
                    ledgers.reverse(ledger, catalogue(), versions.pop()[0], "taken back")
            else:
                grid = _roster(*step[0], amounts=step[1])
                result = bring_in(ledger, xlsx_bytes(grid), supersedes=versions[-1][0] if versions else None)
                assert result.outcome in {"posted", "unchanged"}
                if result.outcome == "posted" and result.batch is not None:
                    versions.append((result.batch, grid))
            assert _paid(ledger) == (_would_pay(versions[-1][1]) if versions else {})
        assert ledgers.verify(ledger).faults == []
        assert sum(record.amount_fen for record in ledgers.batches(ledger)) == sum(map(sum, _paid(ledger).values()))
        ledger.close()
