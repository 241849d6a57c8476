"""The demo: a made-up district's rosters written, imported by the real import, reconciled, compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo import district_rosters, write_rosters
from aidledger.domain.published import PublishedReport
from aidledger.errors import NothingToDemonstrate
from aidledger.operations import examining, ledgers, reconciling, reporting
from aidledger.operations.importing import Request, import_files
from aidledger.operations.results import FileResult, ImportResult
from aidledger.reconcile.line import Line


class Audience(Protocol):
    """Who is told how far it is."""

    def writing(self, count: int) -> None:
        """So many files will be written."""

    def wrote(self, path: Path) -> None:
        """One was written."""

    def importing(self, count: int) -> None:
        """So many files will be imported."""

    def imported(self, result: FileResult) -> None:
        """One was imported."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What came of it."""

    imported: ImportResult
    lines: Sequence[Line]
    report: PublishedReport
    compared: Sequence[Line]
    paragraph: str


def demonstrate(
    place: str,
    catalogue: Catalogue,
    actor: str,
    clock: Callable[[], datetime],
    folder: Path,
    workers: int | None,
    audience: Audience,
) -> Demonstration:
    """Make a new ledger and fill it with made-up people.

    Raises NothingToDemonstrate where the folder holds something, LedgerExists where there is a ledger: made-up
    people must never stand beside real ones.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NothingToDemonstrate(path=folder)
    ledger = ledgers.init(place, catalogue, actor, clock)
    report = next(iter(catalogue.reports.values()))
    rosters = district_rosters(catalogue, report)
    audience.writing(len(rosters))
    workers = workers or examining.default_workers()
    paths = write_rosters(rosters, folder, workers=workers, progress=audience.wrote)
    result = import_files(ledger, catalogue, Request(paths, workers=workers), audience.importing, audience.imported)
    return Demonstration(
        imported=result,
        lines=reconciling.reconcile(ledger, catalogue, ("declared", "standard"), ()),
        report=report,
        compared=reporting.compare(ledger, catalogue, report),
        paragraph=reporting.paragraph(ledger, catalogue, report.start, report.end),
    )
