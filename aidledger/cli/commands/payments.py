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


@click.group(cls=Group)
def pay() -> None:
    """Files for the bank: exported, released by somebody else, answered by bank returns."""


_PROGRAMS = option(
    "--program", "programs", metavar="CODE", multiple=True, help=N_("Only this program; may be said several times.")
)
_SCHOOL = option("--school", type=SENTENCE, metavar="NAME", help=N_("Only this school's pupils."))
# As in reports.dues, which takes longer to load than to say.
_DUE_CUTS = ("program", "period", "school", "person")


@pay.command(cls=Command)
@_PROGRAMS
@option("--period", type=PERIOD, help=N_("Only what is claimed for this semester or year."))
@_SCHOOL
@option(
    "--by",
    type=ByType(_DUE_CUTS),
    default="program,period",
    metavar="BY",
    help=N_("Any of program,period,school,person; several with commas. Default: program,period."),
)
@option("--all", "settled", is_flag=True, help=N_("By person: also those of whom nothing is open."))
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
    reveal: bool,
    reason: str | None,
    form: str,
    output: Path | None,
) -> None:
    """What is claimed, paid, under way, due, and to be claimed back."""
    from aidledger.cli import paying as shown
    from aidledger.cli.output import emit_answer
    from aidledger.cli.revealing import log, require_reason
    from aidledger.operations import paying

    require_reason(reveal=reveal, reason=reason)
    catalogue = office.catalogue()
    ledger = office.ledger_with(catalogue)
    found, head = paying.due(ledger, catalogue, programs, period, school, by or ("program", "period"), settled=settled)
    log(ledger, f"pay due {','.join(found.by)}", reveal=reveal, reason=reason)
    answer = shown.dues_answer(found, catalogue, office.language, reveal=reveal)
    emit_answer(office, form, output, answer, lambda: shown.dues_shape(found, reveal=reveal), head=head, reveal=reveal)


@pay.command(cls=Command)
@_PROGRAMS
@option("--period", type=PERIOD, required=True, help=N_("The semester or year that it is paid for."))
@_SCHOOL
@option(
    "--reason", type=SENTENCE, required=True, metavar="TEXT", help=N_("Why; the file has full numbers, so it is kept.")
)
@option(
    "-o",
    "--output",
    "target",
    type=NEW_FILE,
    required=True,
    metavar="FILE",
    help=N_("FILE.xlsx and FILE.csv are written; neither may exist."),
)
@option("--format", "form", type=ChoiceType(("table", "json")), default="table", help=N_("The form of the result."))
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
    """The bank's batch file of what is due, under the programs named or all, at one school or all."""
    from aidledger.cli import paying as shown
    from aidledger.cli.output import emit_answer
    from aidledger.operations import paying

    catalogue = office.catalogue()
    done = paying.export(office.ledger_with(catalogue), catalogue, programs, period, school, target, reason)
    answer = shown.exported_answer(done)
    emit_answer(office, form, None, answer, lambda: shown.exported_shape(done), head=done.head)
    return 1 if done.without_account else 0


@pay.command(cls=Command)
@result_options("table", "json", "csv", "xlsx")
@pass_office
def orders(office: Office, form: str, output: Path | None) -> None:
    """All payment orders: who exported and released them, and what the bank did."""
    from aidledger.cli import paying as shown
    from aidledger.cli.output import emit_answer
    from aidledger.operations import paying

    catalogue = office.catalogue()
    found = paying.orders(office.ledger_with(catalogue))
    answer = shown.orders_answer(found, catalogue, office.language)
    emit_answer(office, form, output, answer, lambda: {"orders": [shown.order_shape(one) for one in found]})


@pay.command(cls=Command)
@click.argument("number", type=NUMBER, metavar="ORDER")
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def order(office: Office, number: int, reveal: bool, reason: str | None, form: str, output: Path | None) -> int:
    """One payment order: what became of each line, and what bank returns say beside it."""
    from aidledger.cli import paying as shown
    from aidledger.cli.output import emit_answer
    from aidledger.cli.revealing import log, require_reason
    from aidledger.operations import paying

    require_reason(reveal=reveal, reason=reason)
    catalogue = office.catalogue()
    ledger = office.ledger_with(catalogue)
    found = paying.order(ledger, number)
    log(ledger, f"pay order {number}", reveal=reveal, reason=reason)
    answer = shown.order_answer(found, catalogue, office.language, reveal=reveal)
    emit_answer(office, form, output, answer, lambda: shown.content_shape(found, reveal=reveal), reveal=reveal)
    return 1 if found.record.failed or found.unmatched else 0


@pay.command(cls=Command)
@click.argument("number", type=NUMBER, metavar="ORDER")
@option("--file", "path", type=EXISTING, required=True, metavar="FILE", help=N_("The file as it goes to the bank."))
@option("--format", "form", type=ChoiceType(("table", "json")), default="table", help=N_("The form of the result."))
@pass_office
def release(office: Office, number: int, path: Path, form: str) -> None:
    """Let an order go to the bank: by another than who exported it, and in that very file."""
    from aidledger.operations import paying

    _settled(office, form, paying.release(office.ledger_with(office.catalogue()), number, path))


@pay.command(cls=Command)
@click.argument("number", type=NUMBER, metavar="ORDER")
@option("--reason", type=SENTENCE, required=True, metavar="TEXT", help=N_("Why it does not go to the bank."))
@option("--format", "form", type=ChoiceType(("table", "json")), default="table", help=N_("The form of the result."))
@pass_office
def withdraw(office: Office, number: int, reason: str, form: str) -> None:
    """Take back an order that was not released: its payments are due again."""
    from aidledger.operations import paying

    _settled(office, form, paying.withdraw(office.ledger_with(office.catalogue()), number, reason))


def _settled(office: Office, form: str, record: object) -> None:
    from aidledger.cli import paying as shown
    from aidledger.cli.output import emit_answer

    catalogue = office.catalogue()
    answer = shown.orders_answer([record], catalogue, office.language)  # type: ignore[list-item]
    emit_answer(office, form, None, answer, lambda: shown.order_shape(record))  # type: ignore[arg-type]
