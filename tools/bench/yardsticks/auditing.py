"""The rules of the audit one by one over a ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from sqlalchemy import event

# A rule that is as quick as this is asked again, and the quicker answer counts; one that is so slow is given up.
_QUICK_SECONDS, SECONDS_MAX = 2.0, 600
_STEPS_BETWEEN_LOOKS = 1_000_000


def prepare(place: str) -> Callable[[], dict[str, tuple[float | None, int]]]:
    """Of each rule that runs, seconds (None: it was given up) and findings."""
    from aidledger.audit.rules import RULES
    from aidledger.catalogue.loading import load
    from aidledger.errors import LedgerFailed
    from aidledger.operations import auditing
    from aidledger.store.ledger import open_ledger

    catalogue = load()
    ledger = open_ledger(place, "bench", lambda: datetime.now(UTC))
    limit = _Limit()
    event.listen(ledger.engine, "connect", limit.server if "://" in place else limit.file)
    ledger.engine.dispose()
    auditing.audit(ledger, catalogue, ["account-format"])  # the file is in memory, the statements' machinery loaded

    def work() -> dict[str, tuple[float | None, int]]:
        found: dict[str, tuple[float | None, int]] = {}
        for rule in RULES:
            quickest = None
            for _ in range(2):
                limit.started = perf_counter()
                try:
                    audit = auditing.audit(ledger, catalogue, [rule.code]).found
                except LedgerFailed:
                    found[rule.code] = None, 0
                    break
                took = perf_counter() - limit.started
                quickest = min(quickest or took, took)
                if audit.ran:
                    found[rule.code] = quickest, len(audit.findings)
                if took > _QUICK_SECONDS:
                    break
        return found

    return work


class _Limit:
    """Ends a statement that takes too long."""

    def __init__(self) -> None:
        self.started = perf_counter()

    def file(self, driver_connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        def late() -> bool:
            return perf_counter() - self.started > SECONDS_MAX

        driver_connection.set_progress_handler(late, _STEPS_BETWEEN_LOOKS)

    def server(self, driver_connection: Any, _record: object) -> None:  # noqa: ANN401
        with driver_connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = '{SECONDS_MAX}s'")
        driver_connection.commit()
