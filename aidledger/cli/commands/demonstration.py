"""``demo``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option
from aidledger.i18n import N_


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", default="demo", type=click.Path(path_type=Path))
@option("--workers", type=click.IntRange(min=1), help=N_("How many processes write and read files."))
@pass_office
def demo(office: Office, folder: Path, workers: int | None) -> int:
    """Write a made-up district's rosters, import them, and print the totals beside the published ones."""
    from aidledger.cli.demonstration import Stage, shown
    from aidledger.operations.demonstrating import demonstrate

    catalogue = office.catalogue()
    with Stage(office, catalogue) as stage:
        result = demonstrate(office.place, catalogue, office.actor, office.clock, folder, workers, stage)
    return shown(office, catalogue, result)
