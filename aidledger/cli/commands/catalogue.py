"""``programs`` and ``program``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import PERIOD, option, result_options
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.domain.term import Period


@click.command(cls=Command)
@option("--on", "period", type=PERIOD, help=N_("Show the standards of this period. Default: the current one."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def programs(office: Office, period: Period | None, form: str, output: Path | None) -> None:
    """List programs with the standards in force."""
    from aidledger.cli.output import emit
    from aidledger.domain.term import semester_of
    from aidledger.presentation.catalogues import programs_result

    period = period or semester_of(office.clock().date())
    emit(office, form, output, programs_result(office.in_use(), period, office.language))


@click.command(cls=Command)
@click.argument("code")
@result_options("table", "json", "csv", "xlsx")
@pass_office
def program(office: Office, code: str, form: str, output: Path | None) -> None:
    """Show a program: its standards, their dates and documents."""
    from aidledger.cli.output import emit
    from aidledger.presentation.catalogues import program_result

    catalogue = office.in_use()
    emit(office, form, output, program_result(catalogue, catalogue.program(code), office.language))
