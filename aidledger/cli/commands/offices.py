"""``office``, ``office programs``, ``office schools``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from aidledger.cli.localized import Command, Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import DAY, SENTENCE, WordType, option, result_options
from aidledger.domain.program import Stage
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.operations.schools import Joined


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


@office.group(cls=Group, invoke_without_command=True)
@result_options("table", "json", "csv", "xlsx")
@click.pass_context
def schools(context: click.Context, form: str, output: Path | None) -> None:
    """List the schools with all of their names; rename and merge them. Rows stay as they were posted."""
    if context.invoked_subcommand is not None:
        return
    from aidledger.cli.output import emit
    from aidledger.operations import schools as operations
    from aidledger.presentation.schools import schools_result

    call = context.find_object(Office)
    assert call is not None  # noqa: S101 - the group above makes it
    ledger, catalogue = call.opened(call.catalogue())
    emit(call, form, output, schools_result(operations.schools(ledger, catalogue), call.language))


_STAGE = option(
    "--stage",
    type=WordType([stage for stage in get_args(Stage) if stage != "any"]),
    metavar="STAGE",
    help=N_("Only what is paid under programs of this stage, such as preschool."),
)
_REASON = option("--reason", type=SENTENCE, required=True, metavar="TEXT", help=N_("Why; recorded in the ledger."))
_DATE = option("--date", "day", type=DAY, required=True, metavar="DATE", help=N_("The day of the decision."))
_DRY_RUN = option("--dry-run", is_flag=True, help=N_("Only show what would come of it."))


@schools.command(cls=Command)
@click.argument("old", type=SENTENCE)
@click.argument("new", type=SENTENCE)
@_DATE
@_REASON
@_DRY_RUN
@result_options("table", "json", "csv", "xlsx")
@pass_office
def rename(
    office: Office,
    /,
    old: str,
    new: str,
    day: datetime,
    reason: str,
    *,
    dry_run: bool,
    **shown: Any,  # noqa: ANN401 - the format and file of the result
) -> None:
    """Give a school another name. Its rows count under the new name, whichever their rosters used."""
    from aidledger.operations import schools as operations

    _show(office, shown, lambda ledger: operations.rename(ledger, old, new, day.date(), reason, keep=not dry_run))


@schools.command(cls=Command)
@click.argument("old", type=SENTENCE)
@click.argument("into", type=SENTENCE)
@_DATE
@_REASON
@_STAGE
@_DRY_RUN
@result_options("table", "json", "csv", "xlsx")
@pass_office
def merge(
    office: Office,
    /,
    old: str,
    into: str,
    day: datetime,
    reason: str,
    stage: str | None,
    *,
    dry_run: bool,
    **shown: Any,  # noqa: ANN401 - the format and file of the result
) -> None:
    """Count a school as another one: all of it, or its programs of one stage."""
    from aidledger.operations import schools as operations

    _show(
        office, shown, lambda ledger: operations.merge(ledger, old, into, stage, day.date(), reason, keep=not dry_run)
    )


@schools.command(cls=Command)
@click.argument("old", type=SENTENCE)
@_REASON
@_STAGE
@_DRY_RUN
@result_options("table", "json", "csv", "xlsx")
@pass_office
def undo(
    office: Office,
    /,
    old: str,
    reason: str,
    stage: str | None,
    *,
    dry_run: bool,
    **shown: Any,  # noqa: ANN401 - the format and file of the result
) -> None:
    """Take back that a school was renamed or merged. OLD is the name that it had."""
    from aidledger.operations import schools as operations

    _show(office, shown, lambda ledger: operations.part(ledger, old, stage, reason, keep=not dry_run))


def _show(office: Office, shown: dict[str, Any], join: Callable[[Any], Joined]) -> None:
    from aidledger.cli.output import emit
    from aidledger.presentation.schools import joined_result

    emit(office, shown["form"], shown["output"], joined_result(join(office.ledger()), office.language))
