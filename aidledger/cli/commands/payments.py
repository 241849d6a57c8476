"""``pay due``, ``pay export``, ``pay orders``, ``pay order``, ``pay release``, ``pay withdraw``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidledger.cli.localized import Command, Group
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import (
    NUMBER,
    PERIOD,
    SENTENCE,
    ByType,
    ChoiceType,
    option,
    result_options,
    reveal_options,
)
from aidledger.cli.paths import EXISTING, NEW_FILE
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.domain.term import Period
    from aidledger.operations.views import Reveal
    from aidledger.store.payables.payments import OrderRecord


@click.group(cls=Group)
def pay() -> None:
    """Show what is due; export, release and track payment orders."""


_PROGRAMS = option("--program", "programs", metavar="CODE", multiple=True, help=N_("Only this program; repeatable."))
_SCHOOL = option("--school", type=SENTENCE, metavar="NAME", help=N_("Only pupils of this school."))
# As in reports.dues, repeated here because that module is slow to load.
_DUE_CUTS = ("program", "period", "school", "person")


@pay.command(cls=Command)
@_PROGRAMS
@option("--period", type=PERIOD, help=N_("Only claims for this semester or year."))
@_SCHOOL
@option(
    "--by",
    type=ByType(_DUE_CUTS),
    default="program,period",
    metavar="BY",
    help=N_("Any of program,period,school,person, separated by commas. Default: program,period."),
)
@option("--all", "settled", is_flag=True, help=N_("By person: include those for whom nothing is open."))
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def due(
    office: Office,
    programs: tuple[str, ...],
    period: Period | None,
    school: str | None,
    by: tuple[Any, ...],
    settled: bool,
    reveal: Reveal | None,
    form: str,
    output: Path | None,
) -> None:
    """Show claims: paid, under way, due, or to be claimed back."""
    from aidledger.cli.output import emit
    from aidledger.operations import paying
    from aidledger.presentation.paying import dues_result

    ledger, catalogue = office.opened(office.catalogue())
    cuts = by or ("program", "period")
    found = paying.due(
        ledger, catalogue, programs, period, school, cuts, rows="all" if settled else "open", reveal=reveal
    )
    emit(office, form, output, dues_result(found, catalogue, office.language))


@pay.command(cls=Command)
@_PROGRAMS
@option("--period", type=PERIOD, required=True, help=N_("Semester or year that is paid for."))
@_SCHOOL
@option(
    "--reason",
    type=SENTENCE,
    required=True,
    metavar="TEXT",
    help=N_("Why; the file has full numbers, so the reason is recorded."),
)
@option(
    "-o",
    "--output",
    "target",
    type=NEW_FILE,
    required=True,
    metavar="FILE",
    help=N_("Writes FILE.xlsx and FILE.csv; neither may exist."),
)
@option("--format", "form", type=ChoiceType(("table", "json")), default="table", help=N_("Format of the result."))
@pass_office
def export(
    office: Office,
    programs: tuple[str, ...],
    period: Period,
    school: str | None,
    reason: str,
    target: Path,
    form: str,
) -> int:
    """Export what is due as a payment order for the bank. By default for all programs and schools."""
    from aidledger.cli.output import emit
    from aidledger.operations import paying
    from aidledger.presentation.paying import exported_result

    ledger, catalogue = office.opened(office.catalogue())
    done = paying.export(ledger, catalogue, programs, period, school, target, reason)
    emit(office, form, None, exported_result(done))
    return 1 if done.without_account else 0


@pay.command(cls=Command)
@result_options("table", "json", "csv", "xlsx")
@pass_office
def orders(office: Office, form: str, output: Path | None) -> None:
    """List payment orders: who exported and released them, results."""
    from aidledger.cli.output import emit
    from aidledger.operations import paying
    from aidledger.presentation.paying import orders_result

    ledger, catalogue = office.opened(office.catalogue())
    found = paying.orders(ledger)
    emit(office, form, output, orders_result(found, catalogue, office.language))


@pay.command(cls=Command)
@click.argument("number", type=NUMBER, metavar="ORDER")
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def order(office: Office, number: int, reveal: Reveal | None, form: str, output: Path | None) -> int:
    """Show a payment order: each line, and what the bank returned."""
    from aidledger.cli.output import emit
    from aidledger.operations import paying
    from aidledger.presentation.paying import order_result

    ledger, catalogue = office.opened(office.catalogue())
    content = paying.order(ledger, number, reveal)
    emit(office, form, output, order_result(content, catalogue, office.language))
    if form == "table" and content.found.unmatched:
        click.echo(office._(N_("`--format json` lists the lines that match no payment.")), err=True)
    return 1 if content.found.record.failed or content.found.unmatched else 0


@pay.command(cls=Command)
@click.argument("number", type=NUMBER, metavar="ORDER")
@option("--file", "path", type=EXISTING, required=True, metavar="FILE", help=N_("The file that goes to the bank."))
@option("--format", "form", type=ChoiceType(("table", "json")), default="table", help=N_("Format of the result."))
@pass_office
def release(office: Office, number: int, path: Path, form: str) -> None:
    """Release an order to the bank. Not the person who exported it, and only with the exported file."""
    from aidledger.operations import paying

    _settled(office, form, paying.release(office.ledger_with(office.catalogue()), number, path))


@pay.command(cls=Command)
@click.argument("number", type=NUMBER, metavar="ORDER")
@option("--reason", type=SENTENCE, required=True, metavar="TEXT", help=N_("Why it is withdrawn."))
@option("--format", "form", type=ChoiceType(("table", "json")), default="table", help=N_("Format of the result."))
@pass_office
def withdraw(office: Office, number: int, reason: str, form: str) -> None:
    """Withdraw an unreleased order. Its payments become due again."""
    from aidledger.operations import paying

    _settled(office, form, paying.withdraw(office.ledger_with(office.catalogue()), number, reason))


def _settled(office: Office, form: str, record: OrderRecord) -> None:
    from aidledger.cli.output import emit
    from aidledger.presentation.paying import settled_result

    emit(office, form, None, settled_result(record, office.catalogue(), office.language))
