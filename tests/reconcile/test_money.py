"""Paid against allotted, posted against what the bank paid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aidledger.operations import ledgers, reconciling
from aidledger.reconcile.line import Line
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx, xlsx_bytes
from tests.builders.files import Cell
from tests.builders.lists import allotment_grid, bank_return_grid
from tests.cli.harness import aidledger
from tests.store.ledgers import bring_in, catalogue, new_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(8))
    return ledger


def _lines(ledger: Ledger, check: str) -> list[Line]:
    return [
        line
        for line in reconciling.reconcile(ledger, catalogue(), ("allotment", "payment"), ()).found
        if line.check == check
    ]


def test_a_ledger_without_such_lists_compares_nothing(ledger: Ledger) -> None:
    assert _lines(ledger, "allotment") == _lines(ledger, "payment") == []


def test_what_is_left_of_the_allotted_money(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(allotment_grid()))
    grant, vocational = _lines(ledger, "allotment")
    assert (grant.program, grant.ok, grant.source) == ("high-school-grant", True, "川财教〔2021〕45号")
    assert (grant.expected.amount_fen, grant.actual.amount_fen, grant.difference.amount_fen) == (
        1_000_000,
        800_000,
        -200_000,
    )
    assert (vocational.actual.amount_fen, vocational.ok) == (0, True)


def test_more_than_was_allotted_does_not_reconcile(ledger: Ledger) -> None:
    grid = allotment_grid()[:4]
    grid[3][4:8] = [5000, None, None, 5000]
    bring_in(ledger, xlsx_bytes(grid))
    (line,) = _lines(ledger, "allotment")
    assert (line.ok, line.difference.amount_fen) == (False, 300_000)
    ledgers.reverse(ledger, catalogue(), 2, "the wrong document")
    assert _lines(ledger, "allotment") == []


def test_what_the_bank_returned_does_not_reconcile_until_it_is_paid(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(bank_return_grid(8, failed=[2])))
    (line,) = _lines(ledger, "payment")
    assert (line.ok, line.school, line.expected.person_times, line.actual.person_times) == (False, "金溪中学", 8, 7)
    assert line.difference.amount_fen == -100_000
    again = bank_return_grid(3)
    del again[2:4]
    bring_in(ledger, xlsx_bytes(again))
    (line,) = _lines(ledger, "payment")
    assert line.ok


def _by(ledger: Ledger, by: str, *more: str) -> list[dict[str, Any]]:
    arguments = ("reconcile", "--check", "allotment", "--by", by, *more, "--format", "json")
    found: list[dict[str, Any]] = aidledger(*arguments, ledger=ledger.place).json["lines"]
    return [line for line in found if line["program"] == "high-school-grant"]


def _short(line: dict[str, Any]) -> tuple[object, ...]:
    sides = line["expected"]["amount"], line["actual"]["amount"], line["left"]
    return line["document"], line["source_of_funds"], *sides, line["ok"]


def _two_documents(ledger: Ledger, second: int = 1000) -> None:
    grid = allotment_grid()[:4]
    grid[3][4:8] = [3000, 1500, 500, 5000]
    bring_in(ledger, xlsx_bytes(grid))
    later: list[Cell] = ["1", "普通高中国家助学金", "川财教〔2021〕9号", "2021-11-30", second, None, None, second]
    bring_in(ledger, xlsx_bytes([*grid[:3], later]))


def test_allotted_money_by_document_is_used_first_in_first_out(ledger: Ledger) -> None:
    _two_documents(ledger, 4000)
    assert [_short(line) for line in _by(ledger, "document")] == [
        ("川财教〔2021〕45号", None, "5000.00", "5000.00", "0.00", True),
        ("川财教〔2021〕9号", None, "4000.00", "3000.00", "1000.00", True),
    ]
    assert [_short(line) for line in _by(ledger, "source")] == [
        (None, "central", "7000.00", "6000.00", "1000.00", True),
        (None, "provincial", "1500.00", "1500.00", "0.00", True),
        (None, "county", "500.00", "500.00", "0.00", True),
    ]


def test_what_is_overspent_stands_on_the_last_document(ledger: Ledger) -> None:
    _two_documents(ledger)
    assert [_short(line) for line in _by(ledger, "document,source")][-2:] == [
        ("川财教〔2021〕45号", "county", "500.00", "500.00", "0.00", True),
        ("川财教〔2021〕9号", "central", "1000.00", "3000.00", "-2000.00", False),
    ]
    # The lines per program and period stay what they are.
    grant = _lines(ledger, "allotment")[0]
    assert (grant.ok, grant.difference.amount_fen, grant.left_fen) == (False, 200_000, None)


def test_the_rows_behind_an_overspent_document_are_its_own(ledger: Ledger) -> None:
    _two_documents(ledger)
    *_, last = _by(ledger, "document", "--details")
    assert [(row["why"], row.get("remark"), row["amount"], row["expected"]) for row in last["entries"]] == [
        ("allotted", "川财教〔2021〕9号", "1000.00", None),
        ("exceeds-allotment", None, "1000.00", "0.00"),
        ("exceeds-allotment", None, "1000.00", "0.00"),
    ]


def test_on_the_screen_what_is_left_is_shown_even_where_all_is_right(ledger: Ledger) -> None:
    bring_in(ledger, xlsx_bytes(allotment_grid()))
    shown = aidledger("reconcile", "--check", "allotment", "--by", "document", ledger=ledger.place).stdout
    assert "川财教〔2021〕45号" in shown
    assert "2,000.00" in shown
    assert aidledger("reconcile", "--by", "school", ledger=ledger.place).exit_code == 2
