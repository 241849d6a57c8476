"""``web``."""

from __future__ import annotations

import click

from aidledger.cli.commands.ledgers import init
from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option
from aidledger.i18n import N_

_OPEN = N_("The page is open at {link}\nIt ends with Ctrl-C, or with End aidledger on page Settings.")
_ALREADY = N_("The page of this ledger is running already: {link}")


@click.command(cls=Command)
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help=N_("Port on 127.0.0.1. Default: a free one."),
)
@option("--no-browser", is_flag=True, help=N_("Print the link; do not open a browser."))
@option(
    "--idle",
    "idle_minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=240,
    metavar="MINUTES",
    help=N_("End after so many minutes without a request. Default: 240."),
)
@pass_office
def web(office: Office, port: int, idle_minutes: float, *, no_browser: bool) -> None:
    """Open the page: the ledger in a browser, on this computer only."""
    import webbrowser

    from aidledger.errors import PortTaken
    from aidledger.operations.opening import exists
    from aidledger.web.running import found, place_of
    from aidledger.web.serving import serve
    from aidledger.web.site import Site

    def opened(link: str, message: str = _OPEN) -> None:
        click.echo(office._(message).format(link=link))
        if not no_browser:
            webbrowser.open(link)

    told = place_of(office.place)
    link = found(told)
    if link is not None:
        opened(link, _ALREADY)
        return
    catalogue = office.catalogue()
    if not exists(office.place):
        click.get_current_context().invoke(init, form="table", output=None, encrypt=office.keys.file is not None)
    ledger = office.ledger_with(catalogue)
    try:
        serve(
            lambda end: Site(ledger, catalogue, office.language, end),
            port,
            idle_minutes * 60,
            told,
            opened,
        )
    except OSError as error:
        raise PortTaken(port=port, reason=error.strerror or "") from error
