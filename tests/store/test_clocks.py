"""A clock that goes back, stands still or jumps ahead: what is recorded follows the chain, and verifies."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aidledger.domain.term import Period
from aidledger.operations import auditing, ledgers, paying, reporting
from aidledger.store.ledger import open_ledger
from tests.builders import roster_grid, xlsx_bytes
from tests.store.ledgers import ACTOR, KEYS, bring_in, catalogue, new_place

START = datetime(2022, 3, 1, 8, tzinfo=UTC)
HEADERS = ("序号", "姓名", "身份证号", "性别", "年级", "银行卡号", "发放金额")
CLOCKS = {
    "goes on": [0, 1, 2, 3, 4, 5],
    "goes back a day each time": [0, -24, -48, -72, -96, -120],
    "stands still": [0, 0, 0, 0, 0, 0],
    "jumps to another century and back": [0, 900_000, 1, -900_000, 2, 3],
}


def _done(folder: Path, hours: Iterable[int]) -> tuple[Any, ...]:
    """Versions of a roster, an order between them, a reversal: what is then paid, due and found."""
    moments = iter([START + timedelta(hours=after) for after in hours])
    now = next(moments)

    def clock() -> datetime:
        return now

    place = new_place(folder)
    with closing(open_ledger(place, ACTOR, clock, keys=KEYS)) as ledger:
        for version, rows in enumerate((4, 3, 4)):
            content = xlsx_bytes(roster_grid(rows, headers=HEADERS))
            assert bring_in(ledger, content, f"{version}.xlsx", supersedes=version or None).outcome == "posted"
            now = next(moments)
            if version == 0:
                period = Period.parse("2021-autumn")
                file = folder / "bank.xlsx"
                paying.export(ledger, catalogue(), ["high-school-grant"], period, None, file, "term")
                now = next(moments)
        ledgers.reverse(ledger, catalogue(), 3, "sent in error")
        now = next(moments)
        assert ledgers.verify(ledger).faults == []
        told = paying.due(ledger, catalogue(), (), None, None, ("person",), rows="all").found
        found = auditing.audit(ledger, catalogue(), []).found.findings
        figures = reporting.summary(ledger, catalogue()).found
        return told.rows, [(one.rule, one.amount_fen) for one in found], figures.aid


@pytest.mark.parametrize("clock", CLOCKS)
def test_figures_and_findings_do_not_hang_on_the_clock(tmp_path: Path, clock: str) -> None:
    for name in ("this", "usual"):
        (tmp_path / name).mkdir()
    assert _done(tmp_path / "this", CLOCKS[clock]) == _done(tmp_path / "usual", CLOCKS["goes on"])
