"""The rules of the audit one by one over a ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter


def prepare(place: str) -> Callable[[], dict[str, float]]:
    """Seconds of each rule that runs."""
    from aidledger.audit.rules import RULES
    from aidledger.catalogue.loading import load
    from aidledger.operations import auditing
    from aidledger.store.ledger import open_ledger

    catalogue = load()
    ledger = open_ledger(place, "bench", lambda: datetime.now(UTC))
    auditing.audit(ledger, catalogue, ["account-format"])  # the file is in memory, the statements' machinery loaded

    def work() -> dict[str, float]:
        found = {}
        for rule in RULES:
            started = perf_counter()
            if auditing.audit(ledger, catalogue, [rule.code]).ran:
                found[rule.code] = perf_counter() - started
        return found

    return work
