"""``person`` and ``trace``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import NUMBER, result_options, reveal_options


@click.command(cls=Command)
@click.argument("who", metavar="ID_OR_NAME")
@reveal_options
@result_options("table", "json", "csv")
@pass_office
def person(
    office: Office,
    who: str,
    reveal: bool,
    reason: str | None,
    form: str,
    output: Path | None,
) -> None:
    """All aid of one person, across programs and periods."""
    from aidledger.cli import answers, shapes
    from aidledger.cli.output import emit_answers
    from aidledger.cli.revealing import log, require_reason
    from aidledger.i18n import N_
    from aidledger.operations import people

    require_reason(reveal=reveal, reason=reason)
    catalogue = office.catalogue()
    ledger = office.ledger_with(catalogue)
    with ledger.view() as (view, head):
        found = people.person(view, catalogue, who)
    log(ledger, f"person {', '.join(str(history.person.person) for history in found)}", reveal=reveal, reason=reason)
    shown = [
        (N_("Entries"), answers.people(found, catalogue, office.language, reveal=reveal)),
        (N_("Claims"), answers.claims(found, catalogue, office.language)),
    ]
    emit_answers(
        office,
        form,
        output,
        shown,
        lambda: {"persons": [shapes.person_shape(history, catalogue, reveal=reveal) for history in found]},
        head=head,
        reveal=reveal,
    )


@click.command(cls=Command)
@click.argument("entry", type=NUMBER)
@reveal_options
@result_options("table", "json", "csv")
@pass_office
def trace(
    office: Office,
    entry: int,
    reveal: bool,
    reason: str | None,
    form: str,
    output: Path | None,
) -> None:
    """From an entry to its batch, file, sheet, row, and the cells as they stood."""
    from aidledger.cli import answers, shapes
    from aidledger.cli.output import emit_answer
    from aidledger.cli.revealing import log, require_reason
    from aidledger.operations import tracing

    require_reason(reveal=reveal, reason=reason)
    ledger = office.ledger()
    found = tracing.trace(ledger, entry)
    log(ledger, f"entry {entry}", reveal=reveal, reason=reason)
    emit_answer(
        office,
        form,
        output,
        answers.trace(found, reveal=reveal),
        lambda: shapes.trace_shape(found, reveal=reveal),
        reveal=reveal,
    )
