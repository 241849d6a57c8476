"""The import as the program does it: recognised, checked, digested, archived, each file committed by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def prepare(rosters: str, place: str, workers: int) -> Callable[[], int]:
    from aidledger.catalogue.loading import load
    from aidledger.operations import ledgers
    from aidledger.operations.importing import Request, import_files

    catalogue = load()
    ledger = ledgers.init(place, catalogue, "bench", lambda: datetime.now(UTC))
    request = Request([Path(rosters)], workers=workers)

    def work() -> int:
        posted = import_files(ledger, catalogue, request).counted("posted")
        return sum(file.person_times for file in posted)

    return work
