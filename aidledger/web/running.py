"""One server per ledger: a private file records its port, and a second start asks the running server for a link."""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener
from urllib.request import Request as Call

from starlette.responses import PlainTextResponse, Response

from aidledger import private
from aidledger.web.address import Address
from aidledger.web.door import Door

if TYPE_CHECKING:
    from starlette.requests import Request

_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Running:
    """A running server, and the secret by which another start is known as the same user's.

    ``nearest``: where this computer finds it. ``origin``: what its links begin with.
    ``certificate``: the path of its TLS certificate; None for plain HTTP.
    """

    nearest: str
    origin: str
    secret: str
    certificate: str | None = None

    @classmethod
    def new(cls, address: Address) -> Running:
        """With a secret of its own."""
        certificate = address.certificate
        path = None if certificate is None else str(certificate.certificate.resolve())
        return cls(address.nearest, address.origin, secrets.token_urlsafe(32), path)

    def write(self, place: Path) -> None:
        """Say where it listens, to its owner only."""
        private.make_folder(place.parent)
        private.put(place, json.dumps(asdict(self)).encode(), over=True)


def place_of(ledger: str) -> Path:
    """The file that says where the server of a ledger listens."""
    name = ledger if "://" in ledger else str(Path(ledger).resolve())
    return Path.home() / ".aidledger" / "running" / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"


def found(place: Path) -> str | None:
    """A new start link from the server that a file describes; None if it does not answer."""
    try:
        running = Running(**json.loads(place.read_text(encoding="utf-8")))
        call = Call(  # noqa: S310 - our own file says where, and only its owner can write it
            f"{running.nearest}/another-start",
            method="POST",
            headers={"sec-fetch-site": "same-origin", "x-aidledger": running.secret},
        )
        with build_opener(ProxyHandler({}), *_trusting(running.certificate)).open(call, timeout=_SECONDS) as answer:
            return f"{running.origin}{answer.read().decode('ascii')}"
    except (OSError, URLError, ValueError, TypeError):
        return None


def _trusting(certificate: str | None) -> list[HTTPSHandler]:
    """Trust exactly the server's own certificate, whoever signed it."""
    if certificate is None:
        return []
    context = ssl.create_default_context(cafile=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return [HTTPSHandler(context=context)]


def another_start(request: Request) -> Response:
    """A link for a second start of the same user."""
    running: Running | None = getattr(request.app.state, "running", None)
    told = request.headers.get("x-aidledger", "")
    if running is None or not secrets.compare_digest(told.encode(), running.secret.encode()):
        return PlainTextResponse("Forbidden.", HTTPStatus.FORBIDDEN)
    door: Door = request.app.state.door
    return PlainTextResponse(door.link())
