"""``demo``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option
from aidledger.cli.paths import FolderToWrite
from aidledger.i18n import N_


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", default="demo", type=FolderToWrite(file_okay=True))
@option(
    "--with-faults",
    is_flag=True,
    help=N_("Also write the office's other lists, plant a few hundred faults and list them in key.csv."),
)
@option("--workers", type=click.IntRange(min=1), help=N_("Number of processes that write and read files."))
@pass_office
def demo(office: Office, folder: Path, workers: int | None, *, with_faults: bool) -> int:
    """Make up a district, import its rosters and print its totals. The published totals are printed beside them."""
    from aidledger.cli.demonstration import Stage, shown, shown_with_faults
    from aidledger.errors import DemoKeyed
    from aidledger.operations.demonstrating import FaultyDemonstration, demonstrate, demonstrate_faults

    if office.keys.file or office.keys.seal:
        raise DemoKeyed(variables="AIDLEDGER_KEY_FILE, AIDLEDGER_SEAL_KEY_FILE")
    catalogue = office.catalogue()
    office.look_at(office.place, new=True)
    with Stage(office, catalogue) as stage:
        asked = (office.place, catalogue, office.actor, office.clock, folder, workers, stage)
        result = demonstrate_faults(*asked) if with_faults else demonstrate(*asked)
    if isinstance(result, FaultyDemonstration):
        return shown_with_faults(office, catalogue, result)
    return shown(office, catalogue, result)
