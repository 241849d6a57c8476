"""The lake on which engines are compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aidledger.operations import ledgers, schools
from aidledger.store.ledger import Ledger
from tests.audit.cases import bring_in_case, cases
from tests.lake.lakes import certified, exported, grant, ledger_of
from tests.store.ledgers import catalogue, new_ledger

_FIRST = 510_101
_LAST = 659_001


@pytest.fixture(scope="session")
def lake_of_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake in which every case of the audit's rules is a district, and one has mergers; their people are the same."""
    folder = tmp_path_factory.mktemp("cases")
    for place, case in enumerate(cases()):
        ledger = new_ledger(folder, f"{place}.db")
        bring_in_case(ledger, case)
        if case.reverse is not None:
            ledgers.reverse(ledger, catalogue(), case.reverse, "sent in error")
        exported(ledger, folder, "full", str(_FIRST + place))
        ledger.close()
    return exported(_with_mergers(folder), folder, "full", str(_LAST))


def _with_mergers(folder: Path) -> Ledger:
    """A ledger in which one school is merged into another, under one program only, and that one has a new name."""
    ledger = ledger_of(
        folder,
        "mergers",
        grant("ab"),
        grant("cd", "东山中学"),
        certified("ac", "金溪实验中学"),
        certified("d", "东山中学"),
    )
    day, why = date(2022, 2, 1), "the county's decision"
    schools.merge(ledger, "金溪中学", "金溪实验中学", None, day, why)
    schools.merge(ledger, "东山中学", "金溪实验中学", "high-school", day, why)
    schools.rename(ledger, "金溪实验中学", "金溪'新'中学\\", day, why)
    return ledger
