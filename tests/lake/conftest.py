"""The lake on which engines are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.operations import ledgers
from tests.audit.cases import bring_in_case, cases
from tests.lake.lakes import exported
from tests.store.ledgers import catalogue, new_ledger

_FIRST = 510_101


@pytest.fixture(scope="session")
def lake_of_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake in which every case of the audit's rules is a district; their people are the same."""
    folder = tmp_path_factory.mktemp("cases")
    for place, case in enumerate(cases()):
        ledger = new_ledger(folder, f"{place}.db")
        bring_in_case(ledger, case)
        if case.reverse is not None:
            ledgers.reverse(ledger, catalogue(), case.reverse, "sent in error")
        lake = exported(ledger, folder, "full", str(_FIRST + place))
        ledger.close()
    return lake
