"""Files that are rejected, with or without a marked copy for the school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def prepare(rosters: str, place: str, *, marked: bool) -> Callable[[], int]:
    from aidledger.catalogue.loading import load
    from aidledger.operations import ledgers
    from aidledger.operations.feedback import Feedback
    from aidledger.operations.importing import ImportRequest, import_files
    from aidledger.sheets.feedback.workbook import Labels
    from aidledger.sheets.formats.limits import DEFAULT_LIMITS

    catalogue = load()
    ledger = ledgers.init(place, catalogue, "bench", lambda: datetime.now(UTC))
    headers = ("No.", "Severity", "Sheet", "Cell", "Row", "Code", "What is wrong", "What to do")
    severities = {severity: severity for severity in ("error", "conflict", "warning")}
    labels = Labels("problems", "Please correct", "Problems", headers, severities, "")
    folder = Path(place).with_suffix(".feedback")
    feedback = Feedback(folder, [Path(rosters)], labels, lambda problem: (problem.code, ""), DEFAULT_LIMITS)
    request = ImportRequest([Path(rosters)], feedback=feedback if marked else None)

    def work() -> int:
        return len(import_files(ledger, catalogue, request).counted("rejected"))

    return work
