"""``person`` and ``trace``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import NUMBER, result_options, reveal_options

if TYPE_CHECKING:
    from aidledger.operations.views import Reveal


@click.command(cls=Command)
@click.argument("who", metavar="ID_OR_NAME")
@reveal_options
@result_options("table", "json", "csv")
@pass_office
def person(
    office: Office,
    who: str,
    reveal: Reveal | None,
    form: str,
    output: Path | None,
) -> None:
    """Show all aid of one person, across programs and periods."""
    from aidledger.cli.output import emit
    from aidledger.operations import people
    from aidledger.presentation.people import people_result

    ledger, catalogue = office.opened(office.catalogue())
    found = people.person(ledger, catalogue, who, reveal)
    emit(office, form, output, people_result(found, catalogue, office.language))


@click.command(cls=Command)
@click.argument("entry", type=NUMBER)
@reveal_options
@result_options("table", "json", "csv")
@pass_office
def trace(
    office: Office,
    entry: int,
    reveal: Reveal | None,
    form: str,
    output: Path | None,
) -> None:
    """Trace an entry to its batch, file, row and original cells."""
    from aidledger.cli.output import emit
    from aidledger.operations import tracing
    from aidledger.presentation.traces import trace_result

    emit(office, form, output, trace_result(tracing.trace(office.ledger(), entry, reveal)))
