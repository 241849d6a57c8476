"""``export person`` and ``forget``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import SENTENCE, ChoiceType, option, output_options, result_options
from aidledger.i18n import N_


@click.command(cls=Command)
@click.argument("who", metavar="PERSON")
@option(
    "--reason", type=SENTENCE, required=True, metavar="TEXT", help=N_("Who asked and why; recorded in the access log.")
)
@output_options(N_("File to write."), required=True)
@option("--format", "form", type=ChoiceType(("json", "xlsx")), help=N_("Default: by the file name, else json."))
@pass_office
def person(office: Office, who: str, reason: str, output: Path, form: str | None) -> None:
    """Export everything held about a person, in full. PERSON: an ID number, a name, or a person number."""
    from aidledger.cli.output import emit
    from aidledger.operations import rights
    from aidledger.operations.views import Reveal
    from aidledger.presentation.printable import harmless
    from aidledger.presentation.rights import copy_result

    (ledger, catalogue), today = office.opened(office.catalogue()), office.clock().date()
    copy = rights.export(ledger, catalogue, who, Reveal(reason))
    form = form or ("xlsx" if output.suffix.lower() == ".xlsx" else "json")
    names = {code: program.name(office.language) for code, program in catalogue.programs.items()}
    emit(office, form, output, copy_result(copy, today, names))
    message = office._(N_("{path}: all that is held about person {person}, in full. Give it to nobody else."))
    click.echo(harmless(message.format(path=output, person=copy.found.held.identity.person)), err=True)


@click.command(cls=Command)
@click.argument("who", metavar="PERSON")
@option("--reason", type=SENTENCE, required=True, metavar="TEXT", help=N_("Who asked and why; recorded in the ledger."))
@result_options("table", "json", "csv", "xlsx")
@pass_office
def forget(office: Office, who: str, reason: str, form: str, output: Path | None) -> int:
    """Remove the data of a person that no entry needs. Says what stays and why: accounts are kept by law."""
    from aidledger.cli.output import emit
    from aidledger.operations import rights
    from aidledger.presentation.forgetting import forgotten_result

    done = rights.forget(office.ledger(), who, reason)
    emit(office, form, output, forgotten_result(done, office._))
    return 0 if done.removed else 3
