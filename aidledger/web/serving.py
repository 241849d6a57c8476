"""Runs the server: finds a free port, opens the start link, and stops when idle."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from aidledger.web.address import Address, Certificate
from aidledger.web.app import application
from aidledger.web.door import Door
from aidledger.web.running import Running
from aidledger.web.site import Site, Unopened

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

IDLE_MINUTES = 240.0
_LOOK_EVERY_SECONDS = 5


class _Watched:
    """Knows when somebody last asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.last = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        self.last = time.monotonic()
        await self.app(scope, receive, send)


def serve(
    make: Callable[[Callable[[], None]], Site | Unopened],
    address: Address,
    idle_seconds: float | None,
    told: Path,
    opened: Callable[[str], None],
) -> None:
    """Serve until somebody quits, the terminal stops it, or nobody has asked for a while.

    ``make``: the site, or the ledger that the page opens, given what ends the server. ``idle_seconds``: None to go on
    however long nobody asks. ``told``: the file that says where it listens. ``opened``: told of the link that
    opens the page. Raises OSError if it cannot listen there.
    """
    with contextlib.closing(_listening(address)) as listening:
        address = address.at(listening.getsockname()[1])
        server: uvicorn.Server

        def end() -> None:
            server.should_exit = True

        made = make(end)
        door = Door(address, made.actor)
        app = application(made, door)
        app.state.running = Running.new(address)
        watched = _Watched(app)
        server = uvicorn.Server(
            uvicorn.Config(
                watched,
                log_level="warning",
                access_log=False,
                lifespan="off",
                proxy_headers=False,  # whose request it is decides how long the next password has to wait
                server_header=False,
                ws="none",
                **_keyed(address.certificate),
            )
        )

        async def run() -> None:
            serving = asyncio.create_task(server.serve([listening]))
            await asyncio.sleep(0)  # it listens already: what comes before it serves waits in the socket's queue
            app.state.running.write(told)
            opened(f"{address.origin}{door.link()}")
            while not serving.done():
                await asyncio.wait([serving], timeout=min(_LOOK_EVERY_SECONDS, idle_seconds or _LOOK_EVERY_SECONDS))
                if idle_seconds is not None and time.monotonic() - watched.last > idle_seconds:
                    end()
            await serving

        try:
            asyncio.run(run())
        finally:
            told.unlink(missing_ok=True)
            if app.state.site is not None:
                app.state.site.close()


def _listening(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.listen else socket.AF_INET
    both = family is socket.AF_INET6 and address.everywhere and socket.has_dualstack_ipv6()
    return socket.create_server((address.listen, address.port), family=family, dualstack_ipv6=both)


def _keyed(certificate: Certificate | None) -> dict[str, Any]:
    if certificate is None:
        return {}
    return {"ssl_certfile": certificate.certificate, "ssl_keyfile": certificate.key}
