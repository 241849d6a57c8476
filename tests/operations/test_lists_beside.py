"""Lists beside the accounts: kept, replaced and taken back like any other; they pay nobody, and go into the lake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from aidledger.domain.listing import ListKind
from aidledger.operations import ledgers
from aidledger.store.ledger import Ledger
from tests.builders import Cell, Grid, people, roster_xlsx, xlsx_bytes
from tests.builders.lists import (
    death_grid,
    fee_receipt_grid,
    national_export_grid,
    population_grid,
    quota_grid,
    school_amounts_grid,
    staff_grid,
)
from tests.lake.lakes import exported
from tests.store.ledgers import bring_in, catalogue, contents, new_ledger, plain

LISTS: dict[ListKind, tuple[Callable[[], Grid], str, int]] = {
    "population": (population_grid, "population", 3),
    "school-amounts": (school_amounts_grid, "school_amount", 2),
    "quota": (quota_grid, "quota", 2),
    "fee-receipt": (fee_receipt_grid, "fee_receipt", 3),
    "staff": (staff_grid, "staff", 3),
    "death": (death_grid, "death", 1),
    "national-export": (national_export_grid, "national_payment", 3),
}
IN_FORCE = (
    "SELECT count(*) FROM {table} WHERE NOT EXISTS (SELECT 1 FROM batch WHERE batch.reverses = {table}.batch_id) AND "
    "NOT EXISTS (SELECT 1 FROM batch WHERE batch.supersedes = {table}.batch_id)"
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger that pays three pupils."""
    ledger = new_ledger(tmp_path)
    assert bring_in(ledger, roster_xlsx(3)).outcome == "posted"
    return ledger


def _rows(ledger: Ledger, sql: str) -> list[tuple[Any, ...]]:
    with plain(ledger.place) as books:
        return [tuple(row) for row in books.exec_driver_sql(sql)]


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_kept_and_taken_back_and_pays_nobody(ledger: Ledger, kind: ListKind) -> None:
    make, table, count = LISTS[kind]
    before = contents(ledger.place)
    result = bring_in(ledger, xlsx_bytes(make()), "list.xlsx")
    assert (result.outcome, result.kind, result.problems, result.rosters) == ("posted", kind, [], [])
    assert [(one.kind, one.records) for one in result.lists] == [(kind, count)]
    after = contents(ledger.place)
    assert len(after[table]) == count
    for paid in ("entry", "roster", "batch_total", "payment_order"):
        assert after[paid] == before[paid]
    assert ledgers.verify(ledger).faults == []
    assert bring_in(ledger, xlsx_bytes(make()), "again.xlsx").outcome == "unchanged"

    ledgers.reverse(ledger, catalogue(), 2, "sent in error")
    assert _rows(ledger, IN_FORCE.format(table=table)) == [(0,)]
    assert ledgers.verify(ledger).faults == []


@pytest.mark.parametrize("kind", LISTS)
def test_a_corrected_list_takes_the_place_of_the_former(ledger: Ledger, kind: ListKind) -> None:
    make, table, count = LISTS[kind]
    assert bring_in(ledger, xlsx_bytes(make()), "list.xlsx").outcome == "posted"
    grid = [row for at, row in enumerate(make()) if at != _first_row(make())]
    total = next((row for row in grid if row[0] == "合计"), None)
    if total is not None:
        grid.remove(total)
    result = bring_in(ledger, xlsx_bytes(grid), "corrected.xlsx", supersedes=2)
    assert (result.outcome, result.supersedes) == ("posted", 2)
    assert _rows(ledger, IN_FORCE.format(table=table)) == [(count - 1,)]
    assert ledgers.verify(ledger).faults == []


def _first_row(grid: Grid) -> int:
    return next(at for at, row in enumerate(grid) if str(row[0]) == "1" or any("5113" in str(cell) for cell in row))


@pytest.mark.parametrize("kind", ["school-amounts", "quota", "national-export"])
def test_what_was_counted_by_another_list_is_not_counted_again(ledger: Ledger, kind: ListKind) -> None:
    make, _, _ = LISTS[kind]
    assert bring_in(ledger, xlsx_bytes(make()), "list.xlsx").outcome == "posted"
    again = [[*row, "备注"] for row in make()]
    result = bring_in(ledger, xlsx_bytes(again), "other.xlsx")
    assert result.outcome in {"unchanged", "rejected"}


def test_both_lists_of_a_population_stay_and_the_day_tells_which_is_the_newer(ledger: Ledger) -> None:
    for day in ("2021年9月2日", "2022年3月1日"):
        grid = population_grid(2, title=f"高坪区农村低保备案表({day})")
        assert bring_in(ledger, xlsx_bytes(grid), f"{day}.xlsx").outcome == "posted"
    found = _rows(ledger, "SELECT source, as_of, count(*) FROM population GROUP BY source, as_of ORDER BY as_of")
    assert found == [("low-income rural", "2021-09-02", 2), ("low-income rural", "2022-03-01", 2)]


def test_nobody_else_of_a_household_is_in_a_table(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(population_grid(3)), "list.xlsx")
    bring_in(ledger, xlsx_bytes(staff_grid(3)), "staff.xlsx")
    bring_in(ledger, xlsx_bytes(death_grid(1)), "deaths.xlsx")
    assert {number for (number,) in _rows(ledger, "SELECT number FROM beneficiary")} == {
        one.number for one in people(3)
    }
    assert {name for (name,) in _rows(ledger, "SELECT name FROM staff")} == {"王*"}


def test_a_register_says_the_change_the_day_and_the_major(ledger: Ledger) -> None:
    one, two = people(2)
    grid: Grid = [["学籍号", "姓名", "身份证件号", "年级", "学籍变动情况", "学籍变动日期", "专业"]]
    grid += [[f"G{one.number}", one.name, one.number, "高一", "转入", "20210915", "护理"]]
    grid += [[f"G{two.number}", two.name, two.number, "高一", "转出", "20211008", None]]
    assert bring_in(ledger, xlsx_bytes(grid), "学生基本信息_20211010.xlsx").outcome == "posted"
    found = _rows(ledger, "SELECT status, left_on, change, changed_on, major FROM enrolment ORDER BY id")
    assert found == [
        ("enrolled", None, "transferred-in", "2021-09-15", "护理"),
        ("transferred", "2021-10-08", "transferred", "2021-10-08", None),
    ]


def test_a_roster_says_the_major(ledger: Ledger) -> None:
    headers: list[Cell] = ["姓名", "身份证号", "金额", "专业", "是否戏曲表演专业"]
    grid: Grid = [["江北职业中学2021年秋季学期中职免学费花名册"], headers]
    grid += [[one.name, one.number, 1000, "音乐表演", said] for one, said in zip(people(2), "是否", strict=True)]
    bring_in(ledger, xlsx_bytes(grid), "waiver.xlsx", record_conflicts=True)
    assert _rows(ledger, "SELECT major FROM entry WHERE major IS NOT NULL ORDER BY id") == [
        ("音乐表演(戏曲表演)",),
        ("音乐表演",),
    ]
    ledgers.reverse(ledger, catalogue(), 2, "sent in error")
    assert ledgers.verify(ledger).faults == []


@pytest.mark.parametrize("showing", ["full", "digest"])
def test_the_lake_has_them(ledger: Ledger, tmp_path: Path, showing: Any) -> None:  # noqa: ANN401 - one of two words
    for kind, (make, _, _) in LISTS.items():
        assert bring_in(ledger, xlsx_bytes(make()), f"{kind}.xlsx").outcome == "posted"
    lake = exported(ledger, tmp_path, showing)
    for _, table, count in LISTS.values():
        rows = [row for path in lake.glob(f"{table}/**/*.parquet") for row in parquet.read_table(path).to_pylist()]
        assert len(rows) == count, table
    (cards,) = [parquet.read_table(path).to_pylist() for path in lake.glob("staff/**/*.parquet")]
    assert any(row["account"] == "6217001234567800000" for row in cards) == (showing == "full")
