"""``actors``, ``actors name``, ``actors dismiss``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.localized import Command, Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import SENTENCE, WordType, option, result_options
from aidledger.domain.role import ROLES, Role
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.operations.actors import RoleAssignments


@click.group(cls=Group, invoke_without_command=True)
@result_options("table", "json", "csv", "xlsx")
@click.pass_context
def actors(context: click.Context, form: str, output: Path | None) -> None:
    """List people and their roles, or assign roles. Until a role is assigned, everybody may do everything."""
    if context.invoked_subcommand is not None:
        return
    from aidledger.operations.actors import actors as found

    office = context.find_object(Office)
    assert office is not None  # noqa: S101 - the group above makes it
    _show(office, form, output, found(office.ledger()))


@actors.command(cls=Command)
@click.argument("who", metavar="NAME", type=SENTENCE)
@option(
    "--role",
    type=WordType(ROLES),
    required=True,
    help=N_(
        "clerk: imports, prepares payments. reviewer: releases payments, decides on findings, assigns roles. "
        "auditor: reads, masked. school: checks its files."
    ),
)
@result_options("table", "json", "csv", "xlsx")
@pass_office
def name(office: Office, who: str, role: Role, form: str, output: Path | None) -> None:
    """Assign a role. Once anybody has one, people without are refused."""
    from aidledger.operations.actors import name as named

    _show(office, form, output, named(office.ledger(), who, role))


@actors.command(cls=Command)
@click.argument("who", metavar="NAME", type=SENTENCE)
@result_options("table", "json", "csv", "xlsx")
@pass_office
def dismiss(office: Office, who: str, form: str, output: Path | None) -> None:
    """Remove a person from the list. What they did keeps their name."""
    from aidledger.operations.actors import dismiss as dismissed

    _show(office, form, output, dismissed(office.ledger(), who))


def _show(office: Office, form: str, output: Path | None, roll: RoleAssignments) -> None:
    from aidledger.cli.output import emit
    from aidledger.presentation.actors import actors_result

    emit(office, form, output, actors_result(roll))
