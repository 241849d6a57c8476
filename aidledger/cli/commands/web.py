"""``web``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option
from aidledger.domain.role import LoginName
from aidledger.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from aidledger.web.site import Site, Unopened

_OPEN = N_("The page is open at {link}\nIt ends with Ctrl-C, or with End aidledger on page Settings.")
_ALREADY = N_("The page of this ledger is running already: {link}")
_DEMO = N_("The made-up district is made first, once; that takes a few minutes.")
_STARTER = N_("A double click on {path} opens the page of this ledger.")


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
@option("--demo", is_flag=True, help=N_("Show a made-up district with planted faults instead of a ledger."))
@option("--shortcut", is_flag=True, help=N_("Put a file on the desktop that opens the page of this ledger."))
@pass_office
def web(office: Office, port: int, idle_minutes: float, *, no_browser: bool, demo: bool, shortcut: bool) -> None:
    """Open the page: the ledger in a browser, on this computer only."""
    import webbrowser

    from aidledger.errors import PortTaken
    from aidledger.web.running import found, place_of
    from aidledger.web.serving import serve

    def opened(link: str, message: str = _OPEN) -> None:
        click.echo(office._(message).format(link=link))
        if not no_browser:
            webbrowser.open(link)

    if demo:
        office = _demo(office)
    if shortcut:
        _put_on_desktop(office, demo=demo)
        return
    told = place_of(office.place)
    link = found(told)
    if link is not None:
        opened(link, _ALREADY)
        return
    make = _first(office)
    try:
        serve(make, port, idle_minutes * 60, told, opened)
    except OSError as error:
        raise PortTaken(port=port, reason=error.strerror or "") from error


def _first(office: Office) -> Callable[[Callable[[], None]], Site | Unopened]:
    """The open ledger; or what the page asks first: its key, unless a key file has it, or a new ledger's names."""
    from aidledger.operations.opening import doubts, exists, wants_key
    from aidledger.presentation.places import doubt_text
    from aidledger.web.site import Site, Unopened

    catalogue, made = office.catalogue(), exists(office.place)
    if made and (office.keys.file or not wants_key(office.place)):
        ledger = office.ledger_with(catalogue)
        return lambda end: Site(ledger, catalogue, office.language, end)
    told = [doubt_text(doubt, office._) for doubt in doubts(office.place, new=not made)]
    for doubt in told:
        click.echo(doubt, err=True)
    return lambda end: Unopened(
        place=office.place,
        actor=office.actor,
        clock=office.clock,
        catalogue=catalogue,
        language=office.language,
        quit=end,
        made=made,
        encrypt=office.keys.new_of_file if office.keys.file else None,
        seal=office.keys.keys().seal if made else office.keys.new_of_seals,
        doubts=() if made else told,
    )


def _demo(office: Office) -> Office:
    """The office of the made-up district, which is made if this version of the program has not made it yet."""
    from aidledger import __version__
    from aidledger.cli.demonstration import Stage
    from aidledger.errors import DemoKeyed
    from aidledger.operations.demonstrating import demo_place, standing_demo

    if office.keys.file or office.keys.seal:
        raise DemoKeyed(variables="AIDLEDGER_KEY_FILE, AIDLEDGER_SEAL_KEY_FILE")
    catalogue = office.catalogue()
    folder = Path.home() / ".aidledger" / "demo" / __version__
    if not demo_place(folder).exists():
        click.echo(office._(_DEMO), err=True)
    with Stage(office, catalogue) as stage:
        place = standing_demo(folder, catalogue, office.actor, office.clock, None, stage)
    return replace(office, place=str(place))


def _put_on_desktop(office: Office, *, demo: bool) -> None:
    """Write the starter; what the environment names now stands in it, because a desktop has another environment."""
    import os
    import sys

    from aidledger.cli.starters import write_starter
    from aidledger.errors import PlacePassword
    from aidledger.operations.opening import file_of, holds_password
    from aidledger.presentation.printable import printable

    if holds_password(office.place):
        raise PlacePassword
    path = file_of(office.place)
    options = {
        "--ledger": str(path.absolute()) if path else office.place,
        "--actor": None if isinstance(office.actor, LoginName) else office.actor,
        "--schemas": str(office.schemas.absolute()) if office.schemas else None,
        "--key-file": _absolute(office.keys.file),
        "--seal-key-file": _absolute(office.keys.seal),
        "--lang": office.language,
    }
    said = [part for name, value in options.items() if value for part in (name, value)]
    command = [sys.executable, "-m", "aidledger", *said, "web", *(["--demo"] if demo else [])]
    title = path.stem if path else office.place.rpartition("/")[2]
    written = write_starter(command, title, sys.platform, os.environ)
    click.echo(printable(office._(_STARTER).format(path=written)))


def _absolute(key: str | None) -> str | None:
    from aidledger.operations.keys import KEYRING

    return key if key is None or key.startswith(KEYRING) else str(Path(key).absolute())
