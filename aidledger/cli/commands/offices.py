"""``office``, ``office programs``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import SENTENCE, option, result_options
from aidledger.i18n import N_


@click.group(cls=Group, invoke_without_command=True)
@option("--district", type=SENTENCE, metavar="NAME", help=N_("The district as papers print it, such as 高坪区."))
@option("--name", "named", type=SENTENCE, metavar="NAME", help=N_("The office's own name."))
@option("--region", type=SENTENCE, metavar="NAME", help=N_("Whose standards hold: sichuan, or national."))
@result_options("table", "json")
@click.pass_context
def office(
    context: click.Context, district: str | None, named: str | None, region: str | None, form: str, output: Path | None
) -> None:
    """Show and change the office's settings. Names on papers, whose standards hold, which programs it runs."""
    if context.invoked_subcommand is not None:
        return
    from aidledger.cli.output import emit
    from aidledger.operations import offices
    from aidledger.presentation.offices import office_result

    call = context.find_object(Office)
    assert call is not None  # noqa: S101 - the group above makes it
    shipped = call.catalogue()
    ledger = call.ledger_with(shipped)
    if district or named or region:
        settings = offices.change(ledger, shipped, district, named, region)
    else:
        settings = offices.settings(ledger)
    emit(call, form, output, office_result(settings, settings.applied(shipped), call.language))


@office.command()
@option("--on", "switched_on", multiple=True, metavar="PROGRAM", help=N_("Switch a program on; repeat for several."))
@option("--off", "switched_off", multiple=True, metavar="PROGRAM", help=N_("Switch one off; its figures stay."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def programs(
    office: Office, switched_on: tuple[str, ...], switched_off: tuple[str, ...], form: str, output: Path | None
) -> None:
    """Show which programs the office runs, or switch them on and off."""
    from aidledger.cli.output import emit
    from aidledger.operations import offices
    from aidledger.presentation.offices import running_result

    ledger, catalogue = office.opened(office.catalogue())
    if switched_on or switched_off:
        catalogue, _ = offices.switch(ledger, office.catalogue(), switched_on, switched_off)
    emit(office, form, output, running_result(catalogue, office.language))
