"""``access-log``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import DAY, SENTENCE, option, result_options
from aidledger.i18n import N_


@click.command("access-log", cls=Command)
@option("--from", "first", type=DAY, metavar="DATE", help=N_("From this date (UTC)."))
@option("--to", "last", type=DAY, metavar="DATE", help=N_("Up to this date (UTC)."))
@option("--actor", "who", type=SENTENCE, metavar="NAME", help=N_("Only what this person saw."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def access_log(
    office: Office, first: datetime | None, last: datetime | None, who: str | None, form: str, output: Path | None
) -> None:
    """List who saw full ID and card numbers, when and why."""
    from aidledger.cli.output import emit
    from aidledger.operations.rights import accesses
    from aidledger.presentation.accesses import accesses_result

    found = accesses(office.ledger(), first and first.date(), last and last.date(), who)
    emit(office, form, output, accesses_result(found, office._))
