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
@option("--period", type=PERIOD, help=N_("The semester or year that is paid for; default: the present one."))
@option("--school", type=SENTENCE, metavar="NAME", help=N_("The school that fills it in; without it, a cell asks."))
@option(
    "--rows",
    type=click.IntRange(1, _ROWS_MAX),
    default=_ROWS,
    help=N_("How many pupils have checked cells; default: 500."),
)
@output_options(N_("The workbook (.xlsx) to write; needed."))
@pass_office
def template(
    office: Office, program: str, period: Period | None, school: str | None, rows: int, output: Path | None
) -> None:
    """A blank roster of a program for a school: headers, lists to choose from, cell checks, notes."""
    from aidledger.cli import outgoing
    from aidledger.errors import OutputMissing
    from aidledger.operations.templates import blank_roster
    from aidledger.sheets.template.workbook import template_workbook

    catalogue = office.catalogue()
    today = office.clock().date()
    blank = blank_roster(catalogue, program, period, school, rows, office.language, today)
    if output is None:
        raise OutputMissing
    outgoing.put(output, template_workbook(blank, catalogue.programs, office._))
