"""``rekey``, ``seal``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option, result_options
from aidledger.cli.paths import KEY_PLACE, NameToWrite
from aidledger.i18n import N_


@click.command(cls=Command)
@option(
    "--to",
    "place",
    type=NameToWrite(),
    metavar=KEY_PLACE,
    help=N_("Where the new key is, or will be made. Default: ask."),
)
@result_options("table", "json")
@pass_office
def rekey(office: Office, place: str | None, form: str, output: Path | None) -> None:
    """Change the key of an encrypted ledger. Backups keep the key they were made with."""
    from aidledger.cli.output import emit
    from aidledger.operations import copies
    from aidledger.presentation.result import Result

    keys = office.keys
    new = (lambda: keys.made_or_read(place)) if place else keys.typed_twice
    done = copies.rekey(office.place, office.actor, office.clock, keys.keys(), new)
    message = office._(
        N_("{path} has its new key and no longer opens with the old one: {batches} batches, {entries} entries")
    )
    facts = {"path": str(done.path), "batches": done.batches, "entries": done.entries, "head": done.head}
    emit(
        office,
        form,
        output,
        Result(
            lambda: {"ledger": facts["path"], **{name: facts[name] for name in ("batches", "entries", "head")}},
            text=lambda: "\n".join((message, office._(N_("Head: {head}")))).format(**facts),
        ),
    )


@click.command(cls=Command)
@option(
    "--to",
    "place",
    type=NameToWrite(),
    metavar=KEY_PLACE,
    help=N_("Change to this key; the old key signs the change."),
)
@result_options("table", "json")
@pass_office
def seal(office: Office, place: str | None, form: str, output: Path | None) -> None:
    """Seal the ledger: from now on, writing needs the seal key. The key is that of --seal-key-file."""
    from aidledger.cli.output import emit
    from aidledger.errors import SealKeyUnnamed
    from aidledger.operations import ledgers
    from aidledger.presentation.result import Result

    if not office.keys.seal:
        raise SealKeyUnnamed
    ledger = office.ledger()
    new = (lambda: office.keys.made_or_read(place, of_seals=True)) if place else None
    key, head = ledgers.seal(ledger, new, office.keys.new_of_seals)
    message = office._(N_("{path} is sealed with the key {seal_key}."))
    facts = {"path": ledger.place, "seal_key": key.fingerprint, "head": head}
    emit(
        office,
        form,
        output,
        Result(
            lambda: {"ledger": ledger.place, "sealed_by": key.fingerprint, "head": head},
            text=lambda: "\n".join((message, office._(N_("Head: {head}")))).format(**facts),
        ),
    )
