"""An import on the screen: a line per file as it finishes, then the problems, the totals and the receipt."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aidledger.cli.remedies import FILES
from aidledger.cli.screen import console, marks
from aidledger.i18n import N_
from aidledger.presentation.receipts import file_line, file_report, passed_over_report, totals_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.cli.office import Office
    from aidledger.operations.results import FileResult, ImportResult


class Live:
    """Prints a line as each file finishes, with a progress bar below on a terminal."""

    def __init__(self, office: Office, catalogue: Catalogue, progress: Progress | None, *, quiet: bool) -> None:
        self.office = office
        self.catalogue = catalogue
        self.progress = progress
        self.quiet = quiet
        self.screen = progress.console if progress else console(sys.stdout)
        self.ticks = marks(self.screen.file)
        self.task: TaskID | None = None

    def started(self, count: int) -> None:
        """There are ``count`` files."""
        if self.progress:
            self.task = self.progress.add_task(self.office._(N_("Importing")), total=count)

    def done(self, result: FileResult) -> None:
        """A file is finished."""
        if self.progress and self.task is not None:
            self.progress.advance(self.task)
        if not self.quiet:
            self.screen.print(self._line(result), soft_wrap=True)

    def _line(self, result: FileResult) -> str:
        tick = self.ticks[result.outcome == "rejected"]
        return f"{tick} {file_line(result, self.catalogue, self.office.language)}"


@contextmanager
def live(office: Office, catalogue: Catalogue, *, quiet: bool) -> Iterator[Live]:
    """The screen while files are imported."""
    stream = sys.stderr if quiet else sys.stdout
    if not stream.isatty():
        yield Live(office, catalogue, None, quiet=quiet)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stream), transient=True) as progress:
        yield Live(office, catalogue, progress, quiet=quiet)


def report(office: Office, catalogue: Catalogue, result: ImportResult) -> None:
    """The problems, file by file, and the totals."""
    screen = console(sys.stdout)
    for file in result.files:
        _paragraph(screen, file_report(file, FILES, catalogue, office.language))
    _paragraph(screen, passed_over_report(result.passed_over, office.language))
    screen.print()
    screen.print(totals_text(result, office._), style="bold", soft_wrap=True)
    if result.counted("would-post"):
        screen.print(office._(N_("This was a check; nothing was posted.")))
    elif result.counted("posted"):
        screen.print(office._(N_("Receipt: {head}")).format(head=result.head), soft_wrap=True)


def _paragraph(screen: Console, lines: Sequence[str]) -> None:
    """A heading, and lines below it."""
    if lines:
        screen.print()
        screen.print(lines[0], style="bold", soft_wrap=True)
    for line in lines[1:]:
        screen.print(f"  {line}", soft_wrap=True)
