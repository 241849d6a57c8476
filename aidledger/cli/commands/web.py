"""``web``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.localized import Command
from aidledger.cli.office import Office, pass_office
from aidledger.cli.options import option
from aidledger.cli.paths import ToRead
from aidledger.domain.role import LoginName
from aidledger.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aidledger.web.address import Address, Certificate
    from aidledger.web.site import Site, Unopened

_OPEN = N_("The page is open at {link}\nStop it with Ctrl-C, or with End aidledger on the Settings page.")
_ALREADY = N_("The page for this ledger is already running: {link}")
_DEMO = N_("The made-up district is made first, once; that takes a few minutes.")
_STARTER = N_("Double-click {path} to open the page of this ledger.")


@click.command(cls=Command)
@option("--port", type=click.IntRange(0, 65535), default=0, help=N_("Port to listen on. Default: a free one."))
@option(
    "--host",
    metavar="NAME|ADDRESS",
    help=N_("Serve other computers as well, under this name or address of this one. Default: this computer only."),
)
@option("--tls-cert", type=ToRead(dir_okay=False), help=N_("The TLS certificate, with its chain (PEM)."))
@option("--tls-key", type=ToRead(dir_okay=False), help=N_("The key of the TLS certificate (PEM, no passphrase)."))
@option("--plain-http", is_flag=True, help=N_("Serve other computers without TLS; recorded in the ledger."))
@option("--no-browser", is_flag=True, help=N_("Print the link; do not open a browser."))
@option(
    "--idle",
    "idle_minutes",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MINUTES",
    help=N_("Stop after this many minutes without a request. Default: 240; with --host, never."),
)
@option("--demo", is_flag=True, help=N_("Show a made-up district with planted faults instead of a ledger."))
@option("--shortcut", is_flag=True, help=N_("Create a desktop shortcut to this ledger's page."))
@pass_office
def web(
    office: Office,
    port: int,
    host: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    idle_minutes: float | None,
    *,
    plain_http: bool,
    no_browser: bool,
    demo: bool,
    shortcut: bool,
) -> None:
    """Open the page: the ledger in a browser, for you or the office."""
    import webbrowser

    from aidledger.web.address import address_of
    from aidledger.web.running import found, place_of

    address = address_of(host, port, _certificate(tls_cert, tls_key), plain=plain_http)

    def opened(link: str, message: str = _OPEN) -> None:
        click.echo(office._(message).format(link=link))
        if not no_browser:
            webbrowser.open(link)

    if demo:
        office = _demo(office)
    if shortcut:
        said = {"--host": host, "--port": port or None, "--tls-cert": tls_cert, "--tls-key": tls_key}
        flags = {"--plain-http": plain_http, "--demo": demo}
        _put_on_desktop(office, [*_given(said), *(name for name, on in flags.items() if on)])
        return
    told = place_of(office.place)
    link = found(told)
    if link is not None:
        opened(link, _ALREADY)
        return
    _serve(office, address, idle_minutes, told, opened)


def _certificate(certificate: Path | None, key: Path | None) -> Certificate | None:
    from aidledger.errors import CertificateHalf
    from aidledger.web.address import Certificate

    if certificate and key:
        return Certificate(certificate, key)
    if certificate or key:
        raise CertificateHalf
    return None


def _serve(
    office: Office, address: Address, idle_minutes: float | None, told: Path, opened: Callable[[str], None]
) -> None:
    import errno

    from aidledger.errors import HostUnknown, PortTaken
    from aidledger.web.serving import IDLE_MINUTES, serve

    if idle_minutes is None and not address.others:
        idle_minutes = IDLE_MINUTES
    try:
        serve(_first(office), address, None if idle_minutes is None else idle_minutes * 60, told, opened)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise HostUnknown(host=address.host) from error
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise PortTaken(port=address.port, reason=error.strerror or "") from error


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


def _put_on_desktop(office: Office, more: Sequence[str]) -> None:
    """Write the starter, with settings from environment variables spelled out: the desktop does not have them.

    ``more``: the options of ``web``.
    """
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
    command = [sys.executable, "-m", "aidledger", *_given(options), "web", *more]
    title = path.stem if path else office.place.rpartition("/")[2]
    written = write_starter(command, title, sys.platform, os.environ)
    click.echo(printable(office._(_STARTER).format(path=written)))


def _given(options: Mapping[str, object]) -> list[str]:
    """The options that have a value, for a command line; paths as they are from any folder."""
    given = {name: value.absolute() if isinstance(value, Path) else value for name, value in options.items() if value}
    return [str(part) for pair in given.items() for part in pair]


def _absolute(key: str | None) -> str | None:
    from aidledger.operations.keys import KEYRING

    return key if key is None or key.startswith(KEYRING) else str(Path(key).absolute())
