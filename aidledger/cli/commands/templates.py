"""``template``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import PERIOD, SENTENCE, option, output_options
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.domain.term import Period

_ROWS, _ROWS_MAX = 500, 5_000


@click.command(cls=Command)
@click.argument("program")
@option("--period", type=PERIOD, help=N_("Semester or year that is paid for. Default: the current one."))
@option("--school", type=SENTENCE, metavar="NAME", help=N_("School that fills it in. Default: a cell to fill in."))
@option(
    "--rows",
    type=click.IntRange(1, _ROWS_MAX),
    default=_ROWS,
    help=N_("Number of rows with cell checks. Default: 500."),
)
@output_options(N_("Workbook (.xlsx) to write; required."))
@pass_office
def template(
    office: Office, program: str, period: Period | None, school: str | None, rows: int, output: Path | None
) -> None:
    """Write a blank roster for a school to fill in. With headers, drop-down lists, cell checks and notes."""
    from aidledger.cli import outgoing
    from aidledger.errors import OutputMissing
    from aidledger.operations.templates import blank_roster
    from aidledger.sheets.template.workbook import template_workbook

    catalogue = office.in_use()
    today = office.clock().date()
    blank = blank_roster(catalogue, program, period, school, rows, office.language, today)
    if output is None:
        raise OutputMissing
    outgoing.put(output, template_workbook(blank, catalogue.programs, office._))
