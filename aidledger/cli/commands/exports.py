"""``export parquet``, ``export key``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.commands import rights
from aidledger.cli.localized import Command, Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import SENTENCE, ChoiceType, option
from aidledger.cli.paths import NEW_FILE, FolderToWrite, ToRead
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.lake.pseudonyms import Showing

_FORM = option(
    "--format", "form", type=ChoiceType(("table", "json")), default="table", help=N_("Format of the result.")
)


class _ExportGroup(Group):
    """`export PERSON` is short for `export person PERSON`, which an office needs every week."""

    default_command = rights.person

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take a first argument that is not a command as the person."""
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [self.default_command.name or "", *args])


@click.group(cls=_ExportGroup)
def export() -> None:
    """Export a person's data, or a district's share of a lake."""


export.add_command(rights.person)


@export.command(cls=Command)
@click.argument("folder", metavar="DIR", type=FolderToWrite())
@option("--district", required=True, metavar="CODE", help=N_("The district's administrative code, six digits."))
@option(
    "--key",
    required=True,
    metavar="FILE",
    type=ToRead(dir_okay=False),
    help=N_("The pseudonym key that all districts share; `export key` makes one."),
)
@option(
    "--people",
    "showing",
    type=ChoiceType(("digest", "masked", "full")),
    default="digest",
    help=N_("How people and cards are written; full needs --reason and is logged. Default: digest."),
)
@option("--reason", type=SENTENCE, metavar="TEXT", help=N_("Why people are written in full; recorded in the ledger."))
@_FORM
@pass_office
def parquet(
    office: Office, folder: Path, district: str, key: Path, showing: Showing, reason: str | None, form: str
) -> None:
    """Add newly posted data to a lake of Parquet files. `audit --lake` reads it."""
    from aidledger.cli.output import emit
    from aidledger.errors import FullReasonMissing
    from aidledger.operations import lakes
    from aidledger.operations.views import Reveal
    from aidledger.presentation.lakes import exported_result

    if showing == "full" and reason is None:
        raise FullReasonMissing
    ledger, catalogue = office.opened(office.catalogue())
    reveal = Reveal(reason) if reason else None
    done = lakes.export(ledger, catalogue, folder, district, key, showing, reveal)
    emit(office, form, None, exported_result(done, district, office._))


@export.command(cls=Command)
@click.argument("file", type=NEW_FILE)
@_FORM
@pass_office
def key(office: Office, file: Path, form: str) -> None:
    """Make a key for pseudonyms. All districts to be audited together share one key."""
    from aidledger.cli.output import emit
    from aidledger.operations import lakes
    from aidledger.presentation.result import Result

    lakes.new_key(file)
    message = office._(N_("{path}: hand it to the other districts in person, and never to those who read the lake."))
    emit(office, form, None, Result(lambda: {"key": str(file)}, text=lambda: message.format(path=file)))
