"""``sample``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import PERIOD, SENTENCE, ByType, option, result_options, reveal_options
from aidledger.i18n import N_

if TYPE_CHECKING:
    from aidledger.domain.term import Period
    from aidledger.operations.views import Reveal

GROUPS = ("school", "program", "period")
_SIZE_MAX = 10_000


@click.command(cls=Command)
@option(
    "--seed",
    type=SENTENCE,
    required=True,
    metavar="N",
    help=N_("Any number or word; the same seed draws the same list."),
)
@option("--by", type=ByType(GROUPS), default=(), metavar="BY", help=N_("Draw from each school, program or period."))
@option(
    "--size",
    type=click.IntRange(1, _SIZE_MAX),
    default=3,
    metavar="K",
    help=N_("Entries per group. Default: 3."),
)
@option("--program", metavar="CODE", help=N_("Only this program."))
@option("--period", type=PERIOD, help=N_("Only this period."))
@reveal_options
@result_options("table", "json", "csv", "xlsx")
@pass_office
def sample(
    office: Office,
    seed: str,
    by: tuple[Any, ...],
    size: int,
    program: str | None,
    period: Period | None,
    reveal: Reveal | None,
    form: str,
    output: Path | None,
) -> None:
    """Draw a reproducible sample of entries for a spot check. The list has room to note what was seen."""
    from aidledger.cli.output import emit
    from aidledger.operations import auditing
    from aidledger.presentation.entries import sample_result

    ledger, catalogue = office.opened(office.catalogue())
    drawn = auditing.sample(ledger, catalogue, seed, size, by, program, period.code if period else None, reveal)
    emit(office, form, output, sample_result(drawn, catalogue, office.language))
