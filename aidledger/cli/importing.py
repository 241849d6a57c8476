"""An import on the screen: a line per file as it is done, then what is wrong, then the totals and the receipt."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

from aidledger.cli.screen import console, marks
from aidledger.domain.identity import masked_words
from aidledger.domain.money import grouped_yuan
from aidledger.domain.problem import Severity
from aidledger.domain.table import named_code, period_text
from aidledger.i18n import N_, Language, Translate
from aidledger.presentation.printable import printable
from aidledger.presentation.wording import place_text, problem_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.cli.office import Office
    from aidledger.domain.problem import Problem
    from aidledger.operations.files import PassedOver
    from aidledger.operations.results import FileResult, ImportResult

# A screen shows the first places of each kind of problem; JSON has them all.
PLACES_SHOWN = 5
PASSED_OVER_SHOWN = 50
_TOTALS = N_(
    "Files: {files}; posted: {posted}, unchanged: {unchanged}, rejected: {rejected}; "
    "{count} person-times, {amount} yuan"
)
_WOULD_BE_TOTALS = N_(
    "Files: {files}; would be posted: {posted}, unchanged: {unchanged}, rejected: {rejected}; "
    "{count} person-times, {amount} yuan"
)
_NOTES = {
    "hidden-sheet": N_("Sheet {sheet} is hidden; it counts like the others."),
    "hidden-rows": N_("Sheet {sheet} has {count} hidden rows; they count like the others."),
    "covered-cells": N_(
        "Sheet {sheet} has values in {count} cells under merged ones, where nobody sees them; they are not read."
    ),
    "hidden-columns": N_("Sheet {sheet} has {count} hidden columns; they are read like the others."),
    "unread-columns": N_("Sheet {sheet} has {count} columns that were not read: {columns}."),
    "hidden-cells": N_(
        "Sheet {sheet} has {count} cells that show nothing of what they hold; they count like the others."
    ),
    "doubtful-cells": N_(
        "Sheet {sheet} has {count} cells that a conditional format may hide; they count like the others."
    ),
    "struck-out-cells": N_("Sheet {sheet} has {count} cells that are crossed out; they count like the others."),
    "forgotten-people": N_(
        "{count} of the people in it asked that what is held of them be removed. The file is kept as it came, and what "
        "lists say of them counts."
    ),
    "same-content": N_(
        "Every row is that of the earlier roster. If another month or instalment is paid, import it with --part "
        "(9月, 第二批)."
    ),
    "corrected-numbers": N_(
        "{count} people have another number than in the roster before, and are the same: what they were paid is not "
        "due again."
    ),
    "summary-sheet": N_("Sheet {sheet} repeats the people of the other sheets and is not counted again."),
}
_PASSED_OVER = {
    "document": N_("a document, no spreadsheet"),
    "picture": N_("a picture"),
    "shortcut": N_("a shortcut to a file that is elsewhere"),
    "packed": N_("a packed archive of a kind that is not opened: unpack it first"),
    "archive-within": N_("an archive within an archive: unpack it first"),
    "no-list": N_("a text without a list in it"),
    "other": N_("no spreadsheet"),
}


def _shown(text: str) -> str:
    """What a file or a school is called, and what is wrong: no control characters, no full numbers."""
    return printable(masked_words(text))


def _colon(language: Language) -> str:
    return "：" if language == "zh" else ": "


class Live:
    """Tells of each file as it is done; a bar below where there is a terminal."""

    def __init__(self, office: Office, catalogue: Catalogue, progress: Progress | None, *, quiet: bool) -> None:
        self.office = office
        self.catalogue = catalogue
        self.progress = progress
        self.quiet = quiet
        self.screen = progress.console if progress else console(sys.stdout)
        self.ticks = marks(self.screen.file)
        self.task: TaskID | None = None

    def started(self, count: int) -> None:
        """There are so many files."""
        if self.progress:
            self.task = self.progress.add_task(self.office._(N_("Importing")), total=count)

    def done(self, result: FileResult) -> None:
        """A file is done."""
        if self.progress and self.task is not None:
            self.progress.advance(self.task)
        if not self.quiet:
            self.screen.print(self._line(result), soft_wrap=True)

    def _line(self, result: FileResult) -> str:
        translate, language = self.office._, self.office.language
        tick = self.ticks[result.outcome == "rejected"]
        parts = [tick, _shown(result.path)]
        if result.outcome == "unchanged":
            return " ".join([*parts, translate(N_("unchanged (batch {batch})")).format(batch=result.batch)])
        amounts: dict[tuple[str | None, str | None], int] = {}
        for roster in result.rosters:
            paid = roster.program, roster.period
            amounts[paid] = amounts.get(paid, 0) + roster.amount_fen
        said = [
            translate(N_("{program} {period} {count} person-times {amount} yuan")).format(
                program=self.catalogue.programs[program].name(language) if program else translate(N_("program ?")),
                period=period_text(period, translate) if period else translate(N_("period ?")),
                count=f"{result.times[program, period]:,}",
                amount=grouped_yuan(fen),
            )
            for (program, period), fen in amounts.items()
        ]
        for one in result.lists:
            period = period_text(one.period, translate) if one.period else ""
            said.append(f"{translate(one.kind)} {period} {one.records:,}".replace("  ", " "))
        if result.outcome == "rejected":
            said.append(translate(N_("rejected; problems: {count}")).format(count=len(result.problems)))
        return " ".join([*parts, "; ".join(said)])


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
    """What is wrong, file by file, and the totals."""
    screen = console(sys.stdout)
    translate = office._
    for file in result.files:
        if file.problems or file.notes or file.changes or file.remembered:
            screen.print()
            outcome = f"{_shown(file.path)}{_colon(office.language)}{translate(file.outcome)}"
            screen.print(outcome, style="bold", soft_wrap=True)
            for line in _problem_lines(file.problems, catalogue, office):
                screen.print(f"  {line}", soft_wrap=True)
            if file.changes is not None:
                screen.print(f"  {_changes_text(file, translate)}", soft_wrap=True)
            if file.feedback:
                said = translate(N_("For the school, with the bad cells marked: {path}")).format(path=file.feedback)
                screen.print(f"  {_shown(said)}", soft_wrap=True)
            if file.remembered:
                said = translate(N_("Remembered for {school}: what --map says of its columns."))
                screen.print(f"  {_shown(said.format(school=', '.join(file.remembered)))}", soft_wrap=True)
            for note in file.notes:
                said = translate(_NOTES[note.code]).format(
                    sheet=note.sheet, count=note.count, columns=", ".join(note.columns)
                )
                screen.print(f"  {_shown(said)}", soft_wrap=True)
    _tell_passed_over(result.passed_over, screen, office)
    kept = result.counted("posted", "would-post")
    totals = _WOULD_BE_TOTALS if result.counted("would-post") else _TOTALS
    screen.print()
    screen.print(
        translate(totals).format(
            files=len(result.files),
            posted=len(kept),
            unchanged=len(result.counted("unchanged")),
            rejected=len(result.counted("rejected")),
            count=f"{sum(file.person_times for file in kept):,}",
            amount=grouped_yuan(sum(file.amount_fen for file in kept)),
        ),
        style="bold",
        soft_wrap=True,
    )
    if result.counted("would-post"):
        screen.print(translate(N_("This was a check: nothing was kept.")))
    elif result.counted("posted"):
        screen.print(translate(N_("Receipt: {head}")).format(head=result.head), soft_wrap=True)


def _tell_passed_over(passed_over: Sequence[PassedOver], screen: Console, office: Office) -> None:
    """What lay among the files and was not read: whoever sent it may have thought that it would be."""
    if not passed_over:
        return
    translate, colon = office._, _colon(office.language)
    screen.print()
    screen.print(translate(N_("Passed over: {count}")).format(count=len(passed_over)), style="bold")
    for one in passed_over[:PASSED_OVER_SHOWN]:
        screen.print(f"  {_shown(one.path)}{colon}{translate(_PASSED_OVER[one.why])}", soft_wrap=True)
    more = len(passed_over) - PASSED_OVER_SHOWN
    if more > 0:
        screen.print(f"  {translate(N_('… and {count} more')).format(count=more)}")


def _changes_text(file: FileResult, translate: Translate) -> str:
    taken = N_("Instead of batch {batch}: {added} added, {removed} removed, {changed} changed, {kept} kept.")
    offered = N_(
        "This looks like a new version of batch {batch}: {added} added, {removed} removed, {changed} changed, "
        "{kept} kept. To take it as that, import it with --supersedes {batch}; if both were really paid, with "
        "--record-conflicts."
    )
    assert file.changes is not None  # noqa: S101 - the caller has looked
    said = offered if file.outcome == "rejected" else taken
    return translate(said).format(batch=file.supersedes, **asdict(file.changes))


_ORDER = {Severity.ERROR: 0, Severity.CONFLICT: 1, Severity.WARNING: 2}


def _problem_lines(problems: Sequence[Problem], catalogue: Catalogue, office: Office) -> Iterator[str]:
    """One line per place, grouped by code, the gravest first."""
    colon = _colon(office.language)
    ordered = sorted(problems, key=lambda problem: (_ORDER[problem.severity], problem.code))
    for code, group in groupby(ordered, key=lambda problem: problem.code):
        some, name = list(group), named_code(code, office._)
        for problem in some[:PLACES_SHOWN]:
            where = place_text(problem.place, office.language)
            text = problem_text(problem, catalogue.programs, office.language)
            severity = office._(problem.severity.value)
            yield _shown(f"{severity} {name} {where}{colon}{text}" if where else f"{severity} {name}{colon}{text}")
        if len(some) > PLACES_SHOWN:
            yield office._(N_("… and {count} more {code}")).format(count=len(some) - PLACES_SHOWN, code=name)
