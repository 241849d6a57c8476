"""``init``, ``upgrade``, ``batches``, ``batch``, ``reverse``, ``verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import NUMBER, SENTENCE, option, result_options, reveal_options
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.operations.views import Reveal


@click.command(cls=Command)
@option("--encrypt", is_flag=True, help=N_("Encrypt the ledger, with the key of --key-file or one typed in."))
@option("--district", type=SENTENCE, metavar="NAME", help=N_("The district as papers print it, such as 高坪区."))
@option("--office", "named", type=SENTENCE, metavar="NAME", help=N_("The office's own name; needs --district."))
@option("--region", type=SENTENCE, metavar="NAME", help=N_("Whose standards hold: sichuan, or national."))
@result_options("table", "json")
@pass_office
def init(
    office: Office,
    district: str | None,
    named: str | None,
    region: str | None,
    form: str,
    output: Path | None,
    *,
    encrypt: bool,
) -> None:
    """Create a ledger and load the programs. An existing one is left alone."""
    from aidledger.cli.output import emit
    from aidledger.errors import DistrictMissing, KeyUnused
    from aidledger.operations import ledgers
    from aidledger.operations.offices import OfficeNames, for_ledger
    from aidledger.operations.opening import is_file
    from aidledger.presentation.result import Result

    catalogue = office.catalogue()
    office.look_at(office.place, new=True)
    if office.keys.file and not encrypt and is_file(office.place):
        raise KeyUnused
    if named and not district:
        raise DistrictMissing
    keys = office.keys.for_a_new_ledger(encrypted=encrypt)
    asked = office.keys.new_of_file if encrypt else None
    names = OfficeNames(district, named) if district else None
    ledger = ledgers.init(office.place, catalogue, office.actor, office.clock, keys, asked, names, region)
    used = for_ledger(ledger, catalogue)
    ledger.close()
    message = office._(
        N_("{path} is a new ledger with {count} programs. Standards: {region} (see `aidledger office`).")
    ).format(path=ledger.place, count=len(used.in_force), region=used.regions[used.region].name(office.language))
    emit(
        office,
        form,
        output,
        Result(
            lambda: {"ledger": ledger.place, "programs": list(used.in_force), "region": used.region},
            text=lambda: message,
        ),
    )


@click.command(cls=Command)
@option("--no-backup", is_flag=True, help=N_("Make no copy first, because there is a backup."))
@result_options("table", "json")
@pass_office
def upgrade(office: Office, no_backup: bool, form: str, output: Path | None) -> None:
    """Upgrade a ledger from an older version. Keeps a copy first."""
    from aidledger.cli.output import emit
    from aidledger.operations import ledgers
    from aidledger.presentation.result import Result

    office.look_at(office.place)
    keys, waits = office.keys.keys(), office.waits()
    done = ledgers.upgrade(
        office.place, office.catalogue(), office.actor, office.clock, keys, waits, backup=not no_backup
    )
    lines = [N_("{path} is upgraded.") if done.changed else N_("{path} is up to date.")]
    if done.backup:
        lines.append(N_("The old ledger is kept as {backup}."))
    message = " ".join(office._(line) for line in lines).format(path=done.place, backup=done.backup)
    emit(
        office,
        form,
        output,
        Result(
            lambda: {"ledger": done.place, "from": done.found, "backup": done.backup and str(done.backup)},
            text=lambda: message,
        ),
    )


@click.command(cls=Command)
@result_options("table", "json", "csv", "xlsx")
@pass_office
def batches(office: Office, form: str, output: Path | None) -> None:
    """List batches: when, by whom, in force or reversed."""
    from aidledger.cli.output import emit
    from aidledger.operations import ledgers
    from aidledger.presentation.batches import batches_result

    emit(office, form, output, batches_result(ledgers.batches(office.ledger())))


@click.command(cls=Command)
@click.argument("number", type=NUMBER)
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def batch(office: Office, number: int, reveal: Reveal | None, form: str, output: Path | None) -> None:
    """Show a batch with its rosters and rows."""
    from aidledger.cli.output import emit
    from aidledger.operations import ledgers
    from aidledger.presentation.batches import batch_result

    ledger, catalogue = office.opened(office.catalogue())
    content = ledgers.batch(ledger, number, reveal)
    emit(office, form, output, batch_result(content, catalogue, office.language))


@click.command(cls=Command)
@click.argument("number", metavar="BATCH", type=NUMBER)
@option(
    "--reason", required=True, type=SENTENCE, metavar="TEXT", help=N_("Why it is reversed; recorded in the ledger.")
)
@result_options("table", "json")
@pass_office
def reverse(office: Office, number: int, reason: str, form: str, output: Path | None) -> None:
    """Reverse a whole batch by posting reversing entries. Nothing is ever edited or deleted."""
    from aidledger.cli.output import emit
    from aidledger.domain.money import yuan_text
    from aidledger.operations import ledgers
    from aidledger.presentation.batches import batch_shape
    from aidledger.presentation.result import Result

    ledger, catalogue = office.opened(office.catalogue())
    record, head = ledgers.reverse(ledger, catalogue, number, reason)
    message = office._(
        N_("Batch {number} is reversed by batch {by}: {person_times} person-times, {amount} yuan.")
    ).format(number=number, by=record.batch, person_times=record.person_times, amount=yuan_text(record.amount_fen))
    emit(office, form, output, Result(lambda: batch_shape(record) | {"head": head}, text=lambda: message))


@click.command(cls=Command)
@option("--expect", metavar="HEAD", help=N_("Verify that nothing before this head was changed."))
@option("--since", metavar="HEAD", help=N_("Verify only what was recorded after this head of an earlier full verify."))
@result_options("table", "json")
@pass_office
def verify(office: Office, expect: str | None, since: str | None, form: str, output: Path | None) -> int:
    """Recompute every digest and total; list what was tampered with."""
    from aidledger.cli.advancing import advancing
    from aidledger.cli.output import emit
    from aidledger.operations import ledgers
    from aidledger.presentation.verdicts import verdict_result

    ledger = office.ledger()
    with advancing(office._, N_("Verifying")) as progress:
        verdict = ledgers.verify(ledger, expect, since, progress)
    emit(office, form, output, verdict_result(verdict, office._))
    return 1 if verdict.faults or verdict.unjudged else 0
