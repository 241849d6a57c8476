"""``import`` and ``check``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import PART, PERIOD, SENTENCE, WordType, option, result_options
from aidledger.cli.paths import EXISTING, FolderToWrite
from aidledger.domain.listing import LIST_KINDS
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.domain.listing import ListKind
    from aidledger.domain.part import Part
    from aidledger.domain.term import Period


def _import_options(function: Callable[..., Any]) -> Callable[..., Any]:
    decorators = (
        click.argument("paths", nargs=-1, required=True, type=EXISTING, metavar="PATH..."),
        option("--program", metavar="CODE", help=N_("Program; overrides what the file says.")),
        option("--period", type=PERIOD, help=N_("Semester or year that is paid for; overrides what the file says.")),
        option(
            "--part",
            type=PART,
            help=N_("Part of the term (2021-09, instalment-1, back-payment, top-up); overrides what the file says."),
        ),
        option("--school", type=SENTENCE, metavar="NAME", help=N_("School; overrides what the file says.")),
        option(
            "--kind",
            type=WordType(LIST_KINDS),
            metavar="KIND",
            help=N_(
                "Kind of list: roster, certification, register, bank-return, allotment, recovery, population, "
                "school-amounts, quota, fee-receipt, staff, death, national-export."
            ),
        ),
        option(
            "--map",
            "mapping",
            multiple=True,
            metavar="HEADER=FIELD",
            help=N_("Name an unrecognised column: a field, or the program of an amount column."),
        ),
        option(
            "--feedback",
            type=FolderToWrite(),
            metavar="DIR",
            help=N_("Write a copy of each rejected file, with the bad cells marked, to return to the school."),
        ),
        option("--remember", is_flag=True, help=N_("Remember --map for the school; see `mappings`.")),
        option(
            "--record-conflicts",
            is_flag=True,
            help=N_("Also post rows that contradict the ledger, for what really was paid."),
        ),
        option(
            "--supersedes",
            type=click.IntRange(min=1),
            metavar="BATCH",
            help=N_("Take the file as a new version of this batch and post only the difference."),
        ),
        option("--workers", type=click.IntRange(min=1), help=N_("Number of processes that read files.")),
        result_options("table", "json", "csv"),
        pass_office,
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


@click.command("import", cls=Command)
@option("--dry-run", is_flag=True, help=N_("Run the import, then roll it back; the same as `check`."))
@_import_options
def import_(office: Office, *, dry_run: bool, **options: Any) -> int:  # noqa: ANN401 - Click's options
    """Import rosters and other lists, each file whole or not at all. Takes files, folders and .zip archives."""
    return _run(office, dry_run=dry_run, **options)


@click.command(cls=Command)
@_import_options
def check(office: Office, **options: Any) -> int:  # noqa: ANN401
    """Check rosters and other lists; nothing is kept. Runs the import, then rolls it back."""
    return _run(office, dry_run=True, **options)


def _run(
    office: Office,
    *,
    paths: tuple[Path, ...],
    program: str | None,
    period: Period | None,
    part: Part | None,
    school: str | None,
    kind: ListKind | None,
    mapping: tuple[str, ...],
    feedback: Path | None,
    remember: bool,
    record_conflicts: bool,
    supersedes: int | None,
    dry_run: bool,
    workers: int | None,
    form: str,
    output: Path | None,
) -> int:
    from aidledger.cli.importing import live, report
    from aidledger.cli.output import emit
    from aidledger.cli.remedies import FILES
    from aidledger.operations.importing import ImportRequest, Instructions, import_files
    from aidledger.operations.mapping import mapped_columns
    from aidledger.presentation.feedback import feedback_for
    from aidledger.presentation.imports import import_result
    from aidledger.sheets.recognition.hints import Hints

    ledger, catalogue = office.opened(office.catalogue())
    if program is not None:
        program = catalogue.program(program).code
    hints = Hints(program, period, school, mapped_columns(mapping, catalogue), kind, part=part)
    request = ImportRequest(
        paths,
        Instructions(hints, record_conflicts=record_conflicts, supersedes=supersedes, remember=remember),
        feedback=feedback_for(catalogue, feedback, paths, office.language) if feedback else None,
        dry_run=dry_run,
        workers=workers,
    )
    with live(office, catalogue, quiet=form != "table" or output is not None) as screen:
        result = import_files(ledger, catalogue, request, screen.started, screen.done)
    if form == "table" and output is None:
        report(office, catalogue, result)
    else:
        emit(office, form, output, import_result(result, FILES, catalogue, office.language))
    return 1 if result.counted("rejected") else 0
