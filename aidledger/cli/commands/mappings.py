"""``mappings`` and ``mappings forget``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command, Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option, result_options
from aidledger.i18n import N_


@click.group(cls=Group, invoke_without_command=True)
@result_options("table", "json", "csv", "xlsx")
@click.pass_context
def mappings(context: click.Context, form: str, output: Path | None) -> None:
    """List the columns remembered for schools, or forget them. They were named with --map and --remember."""
    if context.invoked_subcommand is not None:
        return
    from aidledger.cli.output import emit
    from aidledger.operations import mapping
    from aidledger.presentation.mappings import mappings_result

    office = context.find_object(Office)
    assert office is not None  # noqa: S101 - the group above makes it
    emit(office, form, output, mappings_result(mapping.remembered(office.ledger())))


@mappings.command(cls=Command)
@click.argument("school")
@option("--header", metavar="HEADER", help=N_("Only this column. Default: all of the school's columns."))
@pass_office
def forget(office: Office, school: str, header: str | None) -> None:
    """Forget the columns remembered for a school."""
    from aidledger.operations import mapping
    from aidledger.presentation.printable import harmless

    forgotten = mapping.forget(office.ledger(), school, header)
    message = office._(N_("Forgotten: {count} columns of {school}.")).format(count=len(forgotten), school=school)
    click.echo(harmless(message))
