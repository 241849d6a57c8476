"""Questions to a ledger, each as the operation that the commands call; the median of several, in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter


def prepare(place: str, rounds: int, who: str, entry: int, folder: str) -> Callable[[], dict[str, float]]:
    from aidledger.catalogue.loading import load
    from aidledger.operations import ledgers, people, reconciling, reporting, tracing
    from aidledger.reports.answers import program_answer
    from aidledger.reports.summary_workbook import write_summary
    from aidledger.store.ledger import open_ledger

    catalogue = load()
    ledger = open_ledger(place, "bench", lambda: datetime.now(UTC))

    def workbook() -> None:
        figures, _ = reporting.summary(ledger, catalogue)
        answer = program_answer(figures, catalogue, "zh")
        write_summary(Path(folder, "operation.xlsx"), answer, str, catalogue.district, chart=True)

    asked: dict[str, Callable[[], object]] = {
        "report summary": lambda: reporting.summary(ledger, catalogue),
        "report summary --by school": lambda: reporting.summary(ledger, catalogue, by=("school",)),
        "report summary -o x.xlsx": workbook,
        "reconcile": lambda: reconciling.reconcile(ledger, catalogue, ("declared", "standard", "report")),
        "verify": lambda: ledgers.verify(ledger),
        "person": lambda: people.person(ledger, who),
        "trace": lambda: tracing.trace(ledger, entry),
    }
    return lambda: {name: median(_seconds(question) for _ in range(rounds)) for name, question in asked.items()}


def _seconds(question: Callable[[], object]) -> float:
    started = perf_counter()
    question()
    return perf_counter() - started
