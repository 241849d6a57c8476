"""The demo on the screen."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from aidledger.cli.importing import Live, live
from aidledger.cli.importing import report as import_report
from aidledger.cli.screen import console, show
from aidledger.i18n import N_
from aidledger.presentation import comparisons
from aidledger.presentation.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.cli.office import Office
    from aidledger.operations.demonstrating import Demonstration, FaultyDemonstration
    from aidledger.operations.results import FileResult


class Stage:
    """Reports the files as they are written and imported: a bar on a terminal, one line per step in a pipe."""

    def __init__(self, office: Office, catalogue: Catalogue) -> None:
        self.office = office
        self.catalogue = catalogue
        self._stack = ExitStack()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        self._live = self._stack.enter_context(live(self.office, self.catalogue, quiet=True))
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def writing(self, count: int) -> None:
        """``count`` files will be written."""
        self._tell(N_("Writing {count} rosters of made-up people"), count)

    def wrote(self, _path: Path) -> None:
        """One file was written."""
        self._advance()

    def importing(self, count: int) -> None:
        """``count`` files will be imported."""
        self._tell(N_("Importing {count} files"), count)

    def imported(self, _result: FileResult) -> None:
        """One file was imported."""
        self._advance()

    def _tell(self, what: str, count: int) -> None:
        message = self.office._(what).format(count=count)
        if self._live and self._live.progress:
            self._live.task = self._live.progress.add_task(message, total=count)
        else:
            console(sys.stderr).print(message)

    def _advance(self) -> None:
        if self._live and self._live.progress and self._live.task is not None:
            self._live.progress.advance(self._live.task)


def shown(office: Office, catalogue: Catalogue, result: Demonstration) -> int:
    """Print the result; 1 if a file was rejected or a figure does not agree."""
    screen = console(sys.stdout)
    import_report(office, catalogue, result.imported)
    screen.print()
    show(comparisons.reconciliation(result.lines, catalogue, office.language, everything=False), office._, sys.stdout)
    screen.print()
    show(comparisons.comparison(result.compared, result.report, catalogue, office.language), office._, sys.stdout)
    screen.print()
    screen.print(result.paragraph)
    as_it_should = (
        not result.imported.counted("rejected")
        and all(line.ok for line in result.lines)
        and all(line.ok for line in result.compared)
    )
    return 0 if as_it_should else 1


def shown_with_faults(office: Office, catalogue: Catalogue, result: FaultyDemonstration) -> int:
    """Print what was imported and where the key is; 1 if a file was rejected."""
    import_report(office, catalogue, result.imported)
    message = office._(N_("The faults are listed in {path}: `audit` must find these {count}, and no others."))
    screen = console(sys.stdout)
    screen.print()
    screen.print(printable(message.format(path=result.key, count=result.findings)))
    return 1 if result.imported.counted("rejected") else 0
