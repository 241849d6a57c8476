"""Paid against allotted, posted against what the bank paid."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.operations import ledgers, reconciling
from aidledger.reconcile.line import Line
from aidledger.store.ledger import Ledger
from tests.builders import roster_xlsx, xlsx_bytes
from tests.builders.lists import allotment_grid, bank_return_grid
from tests.store.ledgers import bring_in, catalogue, new_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = new_ledger(tmp_path)
    bring_in(ledger, roster_xlsx(8))
    return ledger


def _lines(ledger: Ledger, check: str) -> list[Line]:
    return [
        line for line in reconciling.reconcile(ledger, catalogue(), ("allotment", "payment"), ()) if line.check == check
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
