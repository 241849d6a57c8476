"""What stands behind a difference: the rows of the files, and what each of them has to do with it."""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidledger.operations import reconciling
from aidledger.reconcile.line import Line
from aidledger.store.ledger import Ledger
from tests.builders import people, roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.builders.lists import allotment_grid, bank_return_grid
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger

REPORT = """\
code: county-2021
names: {zh: 某县2021年报告, en: A county's report of 2021}
district: 某县
from: 2021-autumn
to: 2021-autumn
reference: made up
lines:
  - {program: high-school-grant, count: 5, amount_wan: 0.5}
"""


def _explained(ledger: Ledger, *arguments: str) -> list[dict[str, Any]]:
    run = aidledger("reconcile", "--details", *arguments, "--format", "json", ledger=ledger.place)
    lines: list[dict[str, Any]] = run.json["lines"]
    assert [line for line in lines if line["ok"] and "entries" in line] == []
    return [line for line in lines if not line["ok"]]


def _sum(rows: list[dict[str, Any]], key: str) -> Decimal:
    return sum((Decimal(row[key]) for row in rows), Decimal(0))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def test_amounts_that_no_rate_allows_come_with_the_nearest_that_one_does(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(with_cells(roster_grid(4), {"F4": 3000, "F5": 400})), record_conflicts=True)
    [line] = _explained(ledger, "--check", "standard")
    assert [(row["sheet"], row["row"], row["amount"], row["expected"], row["why"]) for row in line["entries"]] == [
        ("Sheet1", 4, "3000.00", "1500.00", "no-rate-allows-it"),
        ("Sheet1", 5, "400.00", "500.00", "no-rate-allows-it"),
    ]
    rows = line["entries"]
    assert _sum(rows, "amount") - _sum(rows, "expected") == Decimal(line["difference"]["amount"])
    one = people(2)[1]
    assert (rows[0]["name"], rows[0]["file"], rows[0]["batch"]) == (one.name, "roster.xlsx", 1)
    assert one.number not in str(rows)


def test_payments_that_no_bank_confirmed_say_what_the_bank_said(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(8))
    bring_in(ledger, xlsx_bytes(bank_return_grid(7, failed=[2])))
    [line] = _explained(ledger, "--check", "payment")
    assert [(row["row"], row["why"], row.get("remark")) for row in line["entries"]] == [
        (5, "returned-by-bank", "户名不符"),
        (10, "bank-silent", None),
    ]
    assert -_sum(line["entries"], "amount") == Decimal(line["difference"]["amount"])
    assert -len(line["entries"]) == line["difference"]["person_times"]


def test_a_roster_that_declares_otherwise_stands_before_its_rows(ledger: Ledger) -> None:
    east = roster_grid(3, first=10, title="东山中学2021年秋季学期普通高中国家助学金花名册")
    bring_in(ledger, xlsx_bytes(east), "right.xlsx")
    wrong = roster_grid(4, first=20, title="东山中学2021年秋季学期普通高中国家助学金花名册")
    bring_in(ledger, xlsx_bytes(with_cells(wrong, {"B7": "3人", "F7": 2750, "F6": 1250})), "wrong.xlsx")
    assert _explained(ledger, "--check", "declared") == []
    bring_in(
        ledger,
        xlsx_bytes(with_cells(wrong, {"B7": "3人", "F7": 3000, "F6": 1250})),
        "wrong.xlsx",
        record_conflicts=True,
    )
    [line] = _explained(ledger, "--check", "declared")
    roster, *rows = line["entries"]
    assert (roster["file"], roster["sheet"], roster["row"], roster["why"]) == (
        "wrong.xlsx",
        "Sheet1",
        7,
        "declares-otherwise",
    )
    assert (roster["expected_person_times"], roster["person_times"]) == (3, 4)
    assert (roster["expected"], roster["amount"]) == ("3000.00", "4250.00")
    assert [(row["row"], row["why"]) for row in rows] == [
        (3, "counted"),
        (4, "counted"),
        (5, "counted"),
        (6, "as-much-as-the-difference"),
    ]
    assert _sum([roster], "amount") - _sum([roster], "expected") == Decimal(line["difference"]["amount"])


def test_documents_and_what_exceeds_them(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(8))
    grid = allotment_grid()[:4]
    grid[3][4:8] = [5000, None, 500, 5500]
    bring_in(ledger, xlsx_bytes(grid), "money.xlsx")
    [line] = _explained(ledger, "--check", "allotment")
    allotted = [row for row in line["entries"] if row["why"] == "allotted"]
    beyond = [row for row in line["entries"] if row["why"] == "exceeds-allotment"]
    assert [(row["file"], row["row"], row["remark"], row["source_of_funds"], row["amount"]) for row in allotted] == [
        ("money.xlsx", 4, "川财教〔2021〕45号", "central", "5000.00"),
        ("money.xlsx", 4, "川财教〔2021〕45号", "county", "500.00"),
    ]
    assert [(row["row"], row["expected"]) for row in beyond] == [(8, "500.00"), (9, "0.00"), (10, "0.00")]
    assert _sum(beyond, "amount") - _sum(beyond, "expected") == Decimal(line["difference"]["amount"]) == 2500


def test_a_published_figure_is_made_up_of_periods_and_schools(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, roster_xlsx(3))
    bring_in(ledger, roster_xlsx(4, first=10, title="东山中学2021年秋季学期普通高中国家助学金花名册"))
    path = tmp_path / "county-2021.yaml"
    path.write_text(REPORT, encoding="utf-8")
    [line] = _explained(ledger, "--check", "report", "--report", str(path))
    assert {(row["period"], row["school"], row["person_times"], row["amount"]) for row in line["entries"]} == {
        ("2021-autumn", "金溪中学", 3, "3000.00"),
        ("2021-autumn", "东山中学", 4, "4000.00"),
    }


def test_numbers_are_full_only_for_a_reason_that_is_kept(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(with_cells(roster_grid(2, total=False), {"F4": 3000})), record_conflicts=True)
    number = people(2)[1].number
    masked = aidledger("reconcile", "--details", ledger=ledger.place)
    assert masked.exit_code == 1
    assert people(2)[1].name in masked.stdout
    assert number not in masked.stdout
    assert aidledger("reconcile", "--details", "--reveal", ledger=ledger.place).exit_code == 2
    shown = aidledger("reconcile", "--details", "--reveal", "--reason", "the auditor asks", ledger=ledger.place)
    assert number in shown.stdout
    with ledger.reading() as books:
        assert "the auditor asks" in str(books.exec_driver_sql("SELECT facts FROM event").all())


def test_a_workbook_has_the_rows_on_a_sheet_of_their_own(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, xlsx_bytes(with_cells(roster_grid(2, total=False), {"F4": 3000})), record_conflicts=True)
    path = tmp_path / "lines.xlsx"
    run = aidledger("reconcile", "--details", "--format", "xlsx", "-o", path, ledger=ledger.place)
    assert run.exit_code == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first, second = openpyxl.load_workbook(path).worksheets
    assert first.max_row >= 3
    assert people(2)[1].name in [cell.value for row in second.iter_rows() for cell in row]


def test_as_csv_the_rows_behind_are_the_table(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(with_cells(roster_grid(2, total=False), {"F4": 3000})), record_conflicts=True)
    lines = aidledger("reconcile", "--details", "--format", "csv", ledger=ledger.place).stdout.splitlines()
    assert lines[0].lstrip("\ufeff").startswith("check,program,period,school,entry,batch,file,sheet,row")
    assert len(lines) == 2


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, 5), st.integers(1, 400_000), max_size=6))
def test_differences_add_up_to_what_was_changed(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[int, int]
) -> None:
    """A roster whose total stands as it was, and in which k amounts were raised above every rate."""
    ledger = new_ledger(tmp_path_factory.mktemp("changed"))
    grid = roster_grid(6, amount=1500)
    raised = {f"F{3 + at}": float(Decimal(1500) + Decimal(fen) / 100) for at, fen in changes.items()}
    bring_in(ledger, xlsx_bytes(with_cells(grid, raised)), record_conflicts=True)
    for check in ("declared", "standard"):
        lines = reconciling.reconcile(ledger, catalogue(), (check,), (), details=True).found
        assert sum(line.difference.amount_fen or 0 for line in lines) == sum(changes.values())
        assert sum(_behind(line) for line in lines) == sum(changes.values())
        assert all(line.ok for line in lines) == (not changes)
    ledger.close()


def _behind(line: Line) -> int:
    return sum((row.amount_fen or 0) - row.expected_fen for row in line.entries or () if row.expected_fen is not None)
