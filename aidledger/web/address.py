"""Where the server listens, under which names browsers may reach it, and whether with TLS."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass, replace
from pathlib import Path

from aidledger.errors import CertificateUnusable, ConnectionsUnprotected, HostUnknown

_HERE = frozenset({"127.0.0.1", "localhost"})
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_HOST_HEADER = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a TLS certificate and of its key, both PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens.

    ``port``: 0 for a free one, until it is ``at`` one. ``host``: the name or address in its links, in lower case.
    ``listen``: the address of its socket. ``names``: by which browsers may call it; ``everywhere``, by any of this
    computer's addresses as well. ``certificate``: None for plain HTTP.
    """

    port: int
    host: str = "127.0.0.1"
    listen: str = "127.0.0.1"
    names: frozenset[str] = _HERE
    certificate: Certificate | None = None

    @property
    def scheme(self) -> str:
        """``https`` or ``http``."""
        return "http" if self.certificate is None else "https"

    @property
    def origin(self) -> str:
        """What its links begin with."""
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}"

    @property
    def nearest(self) -> str:
        """Where this computer itself finds it, whatever its names mean here."""
        here = self.listen if not self.everywhere else "::1" if ":" in self.listen else "127.0.0.1"
        return f"{self.scheme}://{_bracketed(here)}:{self.port}"

    @property
    def others(self) -> bool:
        """Whether other computers can reach it."""
        return not ipaddress.ip_address(self.listen).is_loopback

    @property
    def everywhere(self) -> bool:
        """Whether it listens on all addresses of this computer."""
        return ipaddress.ip_address(self.listen).is_unspecified

    @property
    def unprotected(self) -> bool:
        """Whether others on the network can read what it sends and is sent."""
        return self.others and self.certificate is None

    def at(self, port: int) -> Address:
        """The same at the port that it got."""
        return replace(self, port=port)

    def knows(self, host: str | None) -> bool:
        """Whether a Host header means this server.

        Somebody else's name may be pointed at this computer by its owner, so that a page of theirs becomes one of ours;
        an address cannot be pointed anywhere.
        """
        found = _HOST_HEADER.fullmatch((host or "").lower())
        if found is None or int(found["port"] or _DEFAULT_PORTS[self.scheme]) != self.port:
            return False
        name = found["name"].strip("[]")
        return name in self.names or (self.everywhere and _address(name) is not None)


def address_of(host: str | None, port: int, certificate: Certificate | None, *, plain: bool) -> Address:
    """The address for what was asked; ``host``: None for this computer only; ``plain``: others may come without TLS.

    A name means all addresses of this computer: which of them a colleague's computer finds under it, this one cannot
    tell. Raises HostUnknown, ConnectionsUnprotected, CertificateUnusable.
    """
    if certificate is not None:
        _require_usable(certificate)
    if host is None or host.lower() == "localhost":
        return Address(port, certificate=certificate)
    name = host.strip("[]").lower()
    listen = _address(name)
    if listen is None and not _NAME.fullmatch(name):
        raise HostUnknown(host=host)
    if listen is not None and not listen.is_unspecified:
        found = Address(port, name, str(listen), frozenset({str(listen)}), certificate)
    else:
        own = {socket.gethostname().lower(), socket.getfqdn().lower()} if listen else {name}
        link = socket.gethostname().lower() if listen else name
        found = Address(port, link, str(listen or "0.0.0.0"), frozenset(own | _HERE), certificate)  # noqa: S104 - asked for
    if found.unprotected and not plain:
        raise ConnectionsUnprotected(host=host)
    return found


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _require_usable(certificate: Certificate) -> None:
    """Load it once, so that what is wrong is said at once; a key under a passphrase would be asked for by OpenSSL."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key, password=lambda: "")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        names = {"certificate": certificate.certificate.name, "key": certificate.key.name}
        raise CertificateUnusable(reason=reason, **names) from error
