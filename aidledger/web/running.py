"""One server per ledger: a private file records its port, and a second start asks the running server for a link."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener
from urllib.request import Request as Call

from starlette.responses import PlainTextResponse, Response

from aidledger import private
from aidledger.web.door import Door

if TYPE_CHECKING:
    from starlette.requests import Request

_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its port, and the secret by which another start is known as the same user's."""

    port: int
    secret: str

    @classmethod
    def new(cls, port: int) -> Running:
        """With a secret of its own."""
        return cls(port, secrets.token_urlsafe(32))

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
        call = Call(
            f"http://127.0.0.1:{running.port}/another-start",
            method="POST",
            headers={"sec-fetch-site": "same-origin", "x-aidledger": running.secret},
        )
        with build_opener(ProxyHandler({})).open(call, timeout=_SECONDS) as answer:
            return f"http://127.0.0.1:{running.port}{answer.read().decode('ascii')}"
    except (OSError, URLError, ValueError, TypeError):
        return None


def another_start(request: Request) -> Response:
    """A link for a second start of the same user."""
    running: Running | None = getattr(request.app.state, "running", None)
    told = request.headers.get("x-aidledger", "")
    if running is None or not secrets.compare_digest(told.encode(), running.secret.encode()):
        return PlainTextResponse("Forbidden.", HTTPStatus.FORBIDDEN)
    door: Door = request.app.state.door
    return PlainTextResponse(door.link())
