"""The demo: writes a made-up district's rosters, imports, reconciles and compares them; or plants faults."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aidledger import private
from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo import district_rosters, write_rosters
from aidledger.demo.faults.district import faulty_district
from aidledger.demo.faults.key import write_key
from aidledger.domain.published import PublishedReport
from aidledger.errors import NothingToDemonstrate
from aidledger.operations import examining, ledgers, offices, reconciling, reporting
from aidledger.operations.announcing import announce
from aidledger.operations.files import shown_path
from aidledger.operations.importing import ImportRequest, Instructions, import_files
from aidledger.operations.results import FileResult, ImportResult
from aidledger.reconcile.line import Line
from aidledger.store.ledger import Ledger


class Audience(Protocol):
    """Who is told of the progress."""

    def writing(self, count: int) -> None:
        """``count`` files will be written."""

    def wrote(self, path: Path) -> None:
        """One file was written."""

    def importing(self, count: int) -> None:
        """``count`` files will be imported."""

    def imported(self, result: FileResult) -> None:
        """One file was imported."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The outcome."""

    imported: ImportResult
    lines: Sequence[Line]
    report: PublishedReport
    compared: Sequence[Line]
    paragraph: str


@dataclass(frozen=True, slots=True)
class FaultyDemonstration:
    """The outcome with faults; ``key``: the file that lists the ``findings`` an audit must have."""

    imported: ImportResult
    key: Path
    findings: int


def demonstrate(
    place: str,
    catalogue: Catalogue,
    actor: str,
    clock: Callable[[], datetime],
    folder: Path,
    workers: int | None,
    audience: Audience,
) -> Demonstration:
    """Create a ledger and fill it with made-up people.

    Raises NothingToDemonstrate if the folder is not empty, LedgerExists if there is a ledger: made-up people must never
    mix with real ones.
    """
    report = next(iter(catalogue.reports.values()))
    catalogue = catalogue.of_region(report.region)
    ledger = _new_ledger(place, catalogue, actor, clock, folder)
    rosters = district_rosters(catalogue, report)
    audience.writing(len(rosters))
    writers = workers or examining.default_workers(beside_writer=False)
    paths = write_rosters(rosters, folder, workers=writers, progress=audience.wrote)
    result = import_files(
        ledger, catalogue, ImportRequest(paths, workers=workers), audience.importing, audience.imported
    )
    return Demonstration(
        imported=result,
        lines=reconciling.reconcile(ledger, catalogue, ("declared", "standard"), ()).found,
        report=report,
        compared=reporting.compare(ledger, catalogue, report).found,
        paragraph=reporting.paragraph(ledger, catalogue, report.start, report.end),
    )


def demonstrate_faults(
    place: str,
    catalogue: Catalogue,
    actor: str,
    clock: Callable[[], datetime],
    folder: Path,
    workers: int | None,
    audience: Audience,
) -> FaultyDemonstration:
    """The same district with the office's other lists, with faults, and with the key to the faults.

    Contradictions are recorded, as what really was paid. Raises as ``demonstrate`` does.
    """
    report = next(iter(catalogue.reports.values()))
    catalogue = catalogue.of_region(report.region)
    ledger = _new_ledger(place, catalogue, actor, clock, folder)
    district = faulty_district(catalogue, report)
    catalogue, _ = offices.switch(ledger, catalogue, district.running, ())
    corrected = [one.roster for one in district.corrected]
    every = (district.rosters, district.lists, corrected, district.recovered)
    audience.writing(sum(map(len, every)))
    writers = workers or examining.default_workers(beside_writer=False)
    # A bank return needs its payments in the ledger: rosters come first.
    written = [write_rosters(books, folder, workers=writers, progress=audience.wrote) for books in every]
    key = write_key(district.key, folder)
    audience.importing(sum(map(len, written)))

    paid = Instructions(record_conflicts=True)

    def bring_in(paths: Sequence[Path], by_file: Mapping[str, Instructions]) -> ImportResult:
        request = ImportRequest(paths, paid, by_file, workers=workers)
        return import_files(ledger, catalogue, request, progress=audience.imported)

    first = bring_in([*written[0], *written[1]], {})
    for one in district.notices:
        announce(ledger, catalogue, one.program, one.period, one.term, one.school)
    batches = {file.path: file.batch for file in first.files}
    versions = {
        shown_path(folder / one.roster.path): replace(paid, supersedes=batches[shown_path(folder / one.of)])
        for one in district.corrected
    }
    results = [first, bring_in(written[2], versions), bring_in(written[3], {})]
    imported = ImportResult([file for result in results for file in result.files], results[-1].head)
    ledger.close()
    return FaultyDemonstration(imported, key, len(district.key))


def demo_place(folder: Path) -> Path:
    """The ledger of ``standing_demo`` in its folder."""
    return folder / "demo.db"


def standing_demo(
    folder: Path,
    catalogue: Catalogue,
    actor: str,
    clock: Callable[[], datetime],
    workers: int | None,
    audience: Audience,
) -> Path:
    """The ledger of the district with its faults in a folder of the demo's own, made if it is not there yet.

    It appears when it is whole: what a killed command left is made anew.
    """
    place, rosters = demo_place(folder), folder / "rosters"
    if not place.exists():
        private.make_folder(folder)
        if rosters.is_dir():
            shutil.rmtree(rosters)
        with private.folder_aside(folder) as aside:
            making = aside / place.name
            demonstrate_faults(str(making), catalogue, actor, clock, rosters, workers, audience)
            making.replace(place)
    return place


def _new_ledger(place: str, catalogue: Catalogue, actor: str, clock: Callable[[], datetime], folder: Path) -> Ledger:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NothingToDemonstrate(path=folder)
    return ledgers.init(place, catalogue, actor, clock, region=catalogue.region)
