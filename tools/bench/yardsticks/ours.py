"""The import as the program does it: recognised, checked, digested, archived, each file committed by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

_MIB = 2**20


def prepare(rosters: str, place: str, workers: int | None, *, wide: bool) -> Callable[[], int]:
    """``wide``: files are read that are larger than what a clerk's import takes."""
    from aidledger.catalogue.loading import load
    from aidledger.operations import ledgers
    from aidledger.operations.importing import ImportRequest, import_files
    from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits

    catalogue = load()
    ledger = ledgers.init(place, catalogue, "bench", lambda: datetime.now(UTC))
    more = Limits(
        file_size_max_bytes=200 * _MIB,
        inflated_size_max_bytes=2_000 * _MIB,
        cells_max=20_000_000,
        seconds_max=900,
        memory_max_bytes=8_192 * _MIB,
    )
    request = ImportRequest([Path(rosters)], workers=workers, limits=more if wide else DEFAULT_LIMITS)

    def work() -> int:
        posted = import_files(ledger, catalogue, request).counted("posted")
        return sum(file.person_times for file in posted)

    return work
