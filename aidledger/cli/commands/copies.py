"""``backup``, ``restore``, ``copy``."""

from __future__ import annotations

from pathlib import Path

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import TO_WRITE, result_options
from aidledger.i18n import N_


@click.command(cls=Command)
@click.argument("file", type=TO_WRITE)
@result_options("table", "json")
@pass_office
def backup(office: Office, file: Path, form: str, output: Path | None) -> None:
    """Copy the ledger, also while it is in use, into a new file, and prove the copy."""
    from aidledger.cli.output import emit
    from aidledger.operations import copies

    done = copies.backup(office.ledger(), file)
    said = office._(N_("{path}: {batches} batches, {entries} entries; every digest and total agrees\nHead: {head}"))
    facts = {"path": str(done.path), "batches": done.batches, "entries": done.entries, "head": done.head}
    emit(
        office,
        "text" if form == "table" else form,
        output,
        text=lambda: said.format(**facts),
        value=lambda: {"backup": facts["path"], **{name: facts[name] for name in ("batches", "entries", "head")}},
    )
