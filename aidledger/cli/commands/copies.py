"""``backup``, ``restore``, ``copy``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option, result_options
from aidledger.cli.paths import NEW_FILE, NameToWrite, ToRead
from aidledger.i18n import N_

_PROVED = N_("{path}: {batches} batches, {entries} entries; every digest and total agrees")
_HEAD = N_("Head: {head}")


@click.command(cls=Command)
@click.argument("file", type=NEW_FILE)
@result_options("table", "json")
@pass_office
def backup(office: Office, file: Path, form: str, output: Path | None) -> None:
    """Back up the ledger, even in use, and verify the backup."""
    from aidledger.cli.output import emit
    from aidledger.operations import copies
    from aidledger.presentation.result import Result

    made = copies.backup(office.ledger(), file)
    template = "\n".join((office._(_PROVED), office._(_HEAD)))
    facts = {"path": str(made.path), "batches": made.batches, "entries": made.entries, "head": made.head}
    emit(
        office,
        form,
        output,
        Result(
            lambda: {"backup": facts["path"], **{name: facts[name] for name in ("batches", "entries", "head")}},
            text=lambda: template.format(**facts),
        ),
    )


@click.command(cls=Command)
@click.argument("file", type=ToRead(dir_okay=False))
@option("--discard-newer", is_flag=True, help=N_("Restore even if the ledger has batches that the backup lacks."))
@result_options("table", "json")
@pass_office
def restore(office: Office, file: Path, discard_newer: bool, form: str, output: Path | None) -> None:
    """Replace the ledger with a backup. The old ledger is kept under another name."""
    from aidledger.cli.output import emit
    from aidledger.operations import copies
    from aidledger.presentation.result import Result

    office.look_at(office.place)
    done = copies.restore(
        office.place, file, office.actor, office.clock, office.keys.keys(), discard_newer=discard_newer
    )
    lines = [N_("{path} was restored: {batches} batches, {entries} entries"), _HEAD]
    if done.kept:
        lines.append(N_("The old ledger is kept as {backup}."))
    if done.lost and done.lost.events:
        lines.append(N_("It had {lost_batches} batches and {lost_events} events that the restored ledger lacks."))
    facts = {
        "path": str(done.now.path),
        "batches": done.now.batches,
        "entries": done.now.entries,
        "head": done.now.head,
        "backup": str(done.kept),
        "lost_batches": done.lost and done.lost.batches,
        "lost_events": done.lost and done.lost.events,
    }
    emit(
        office,
        form,
        output,
        Result(
            lambda: {
                "ledger": facts["path"],
                "kept": done.kept and str(done.kept),
                **{name: facts[name] for name in ("batches", "entries", "head", "lost_batches", "lost_events")},
            },
            text=lambda: "\n".join(office._(line).format(**facts) for line in lines),
        ),
    )


@click.command(cls=Command)
@option(
    "--to",
    "place",
    type=NameToWrite(),
    required=True,
    metavar="PATH|URL",
    help=N_("Destination: a new file or an empty database."),
)
@option("--encrypt", is_flag=True, help=N_("Encrypt the copy. The copy of an encrypted ledger always keeps its key."))
@option("--plain", is_flag=True, help=N_("Make an unencrypted copy of an encrypted ledger."))
@result_options("table", "json")
@pass_office
def copy(office: Office, place: str, form: str, output: Path | None, *, encrypt: bool, plain: bool) -> None:
    """Copy the ledger to another database and verify the copy."""
    from aidledger.cli.advancing import advancing
    from aidledger.cli.output import emit
    from aidledger.errors import EncryptOrPlain
    from aidledger.operations import copies
    from aidledger.presentation.result import Result

    if encrypt and plain:
        raise EncryptOrPlain
    ledger = office.ledger()
    office.look_at(place, new=True)
    asked = office.keys.new_of_file if encrypt and ledger.secret is None else None
    with advancing(office._, N_("Copying")) as progress:
        done = copies.copy(ledger, place, progress, asked, plain=plain)
    template = "\n".join((office._(_PROVED), office._(_HEAD)))
    facts = {"path": done.place, "batches": done.batches, "entries": done.entries, "head": done.head}
    emit(
        office,
        form,
        output,
        Result(
            lambda: {"copy": facts["path"], **{name: facts[name] for name in ("batches", "entries", "head")}},
            text=lambda: template.format(**facts),
        ),
    )
